import * as v from 'valibot';
import { defineRunFinished } from '../../runs/run-finished.ts';
import { accessUrl } from './api.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobField } from './jobs.ts';
import { runsSince } from './recent-runs.ts';
import { readJobRun, sampleJobRun } from './runs.ts';

/**
 * Polls for finished job runs; no permission for webhooks required.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/List%20Runs
 */
export const jobRunFinished = defineRunFinished<DbtConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished (Polling)',
  description: 'Triggers when a job run finishes; polls dbt, so no webhook is required.',
  input: { job: v.optional(jobField) },
  sample: sampleJobRun,
  account: (connection) => `${accessUrl(connection)}/${connection.accountId}`,
  runs: async ({ job }, since, context) =>
    (await runsSince(job, since, context)).map((run) => readJobRun(run, context.connection)),
});
