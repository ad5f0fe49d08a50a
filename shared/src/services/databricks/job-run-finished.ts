import * as v from 'valibot';
import { longestRun, defineRunFinished } from '../../runs/run-finished.ts';
import { openDatabricks } from './api.ts';
import type { DatabricksConnection } from './connection.ts';
import { jobField } from './jobs.ts';
import { readJobRun, sampleJobRun, type VendorJobRun } from './runs.ts';

/** Pages of 24 runs that are read at most. */
const mostPages = 40;

/**
 * Looks for runs that have ended, for those who may not set up notifications. A run that is repaired ends once more.
 * @see https://docs.databricks.com/api/workspace/jobs/listruns
 */
export const jobRunFinished = defineRunFinished<DatabricksConnection>()({
  key: 'jobRunFinished',
  name: 'Job Run Finished (Polling)',
  description: 'Triggers when a run of a job has finished; Databricks is asked again and again, so no notification is needed.',
  input: { job: v.optional(jobField) },
  sample: sampleJobRun,
  idOf: ({ id, finishedAt }) => `${id}:${finishedAt ?? ''}`,
  async runs({ job }, since, context) {
    const found: VendorJobRun[] = [];
    let page: string | undefined;
    for (let count = 0; count < mostPages; count += 1) {
      const query = { job_id: job, completed_only: true, limit: 24, start_time_from: since - longestRun, page_token: page };
      const { runs = [], next_page_token: next } = await openDatabricks(context).json<{ runs?: VendorJobRun[]; next_page_token?: string }>('GET', '/jobs/runs/list', { query });
      found.push(...runs);
      if (!next) break;
      page = next;
    }
    return found.map(readJobRun);
  },
});
