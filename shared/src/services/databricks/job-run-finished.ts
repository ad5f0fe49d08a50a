import * as v from 'valibot';
import { maxRunDurationMs, defineRunFinished } from '../../runs/run-finished.ts';
import { readAllPages } from '../../http/read-pages.ts';
import { service, workspaceAddress } from './api.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobField } from './jobs.ts';
import { readJobRun, readRunsPage, sampleJobRun, type VendorJobRun } from './runs.ts';

/**
 * Polls for finished runs; no notification destination required. A repaired run finishes again.
 * @see https://docs.databricks.com/api/workspace/jobs/listruns
 */
export const jobRunFinished = defineRunFinished<DatabricksConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished (Polling)',
  description: 'Triggers when a job run finishes; polls Databricks, so no notification destination is required.',
  input: { job: v.optional(jobField) },
  sample: sampleJobRun,
  account: workspaceAddress,
  idOf: ({ id, finishedAt }) => `${id}:${finishedAt ?? ''}`,
  async runs({ job }, since, context) {
    const query = { job_id: job, completed_only: true, start_time_from: since - maxRunDurationMs };
    const found = await readAllPages<VendorJobRun>(service, (page) =>
      readRunsPage({ ...query, page_token: page }, context),
    );
    return found.map(readJobRun);
  },
});
