import * as v from 'valibot';
import { values } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { runFields } from '../../runs/report.ts';
import { startFields } from '../../runs/start-key.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { exactId } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobParameters, jobTexts } from './job-parameters.ts';
import { jobField } from './jobs.ts';
import { sampleJobRun } from './runs.ts';
import { startDatabricksRun } from './start-run.ts';

/**
 * Runs a job now.
 * @see https://docs.databricks.com/api/workspace/jobs/runnow
 */
export const runJob = defineAction<DatabricksConnection>()({
  key: 'runJob',
  name: 'Run Job',
  resource: 'Job Run',
  description: 'Starts a job with parameters and, if wished, waits until it has finished.',
  effect: 'unsafe',
  input: {
    job: jobField,
    parameters: v.optional(
      values({
        label: 'Parameters',
        help: 'Values for the parameters that the job declares. Those left out keep their defaults.',
        placeholder: '{"reportDate": "2026-11-20"}',
        declared: jobParameters,
      }),
    ),
    ...waitFields,
    ...startFields,
  },
  output: runFields,
  sample: sampleJobRun,
  async run({ job, parameters = {}, startKey, reuse, ...choices }, context) {
    const texts = await jobTexts(job, parameters, context);
    const body = { job_id: exactId(job, 'Job'), ...(Object.keys(texts).length > 0 ? { job_parameters: texts } : {}) };
    return startDatabricksRun(
      { what: `job ${job}`, path: '/jobs/run-now', body, job, startKey, reuse, parameters: texts, choices },
      context,
    );
  },
});
