import * as v from 'valibot';
import { values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { startFields } from '../../runs/start-key.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { exactId } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobParameters, jobTexts } from './job-parameters.ts';
import { jobField } from './jobs.ts';
import { sampleJobRun } from './runs.ts';
import { startDatabricksRun } from './start-run.ts';

/**
 * Triggers a job run.
 * @see https://docs.databricks.com/api/workspace/jobs/runnow
 */
export const runJob = defineAction<DatabricksConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job run with parameters and optionally waits for it to finish.',
  effect: 'unsafe',
  input: {
    job: jobField,
    parameters: v.optional(
      values({
        label: 'Job Parameters',
        help: 'Values for the parameters of the job. Omitted parameters keep their defaults.',
        placeholder: '{"reportDate": "2026-11-20"}',
        declared: jobParameters,
      }),
    ),
    ...waitFields,
    ...startFields,
  },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleJobRun,
  async run({ job, parameters = {}, startKey, startOncePer, reuseActiveRun, ...choices }, context) {
    const texts = await jobTexts(job, parameters, context);
    const body = { job_id: exactId(job, 'Job'), job_parameters: Object.keys(texts).length > 0 ? texts : undefined };
    return startDatabricksRun(
      {
        what: `job ${job}`,
        path: '/jobs/run-now',
        body,
        job,
        keyChoices: { startKey, startOncePer },
        reuseActiveRun,
        parameters: texts,
        choices,
      },
      context,
    );
  },
});
