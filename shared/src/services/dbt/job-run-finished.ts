import * as v from 'valibot';
import { defineRunFinished } from '../../runs/run-finished.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobField } from './jobs.ts';
import { runsSince } from './recent-runs.ts';
import { readJobRun, sampleJobRun } from './runs.ts';

/**
 * Looks for job runs that have ended, for those who may not make webhooks.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/List%20Runs
 */
export const jobRunFinished = defineRunFinished<DbtConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished (Polling)',
  description: 'Triggers when a job run has finished; dbt is asked again and again, so no webhook is needed.',
  input: { job: v.optional(jobField) },
  sample: sampleJobRun,
  runs: async ({ job }, since, context) =>
    (await runsSince(job, since, context)).map((run) => readJobRun(run, context.connection)),
});
