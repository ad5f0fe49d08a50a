import { defineAction } from '../../define/operation.ts';
import { cancelRun } from '../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { openSite } from './api.ts';
import type { TableauConnection } from './connection-fields.ts';
import { anyJob, runField, sampleJob } from './jobs.ts';

/**
 * Cancels a refresh or flow run that is queued or running.
 * @see https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#cancel_job
 */
export const cancelJob = defineAction<TableauConnection>()({
  key: 'cancelJob',
  name: 'Cancel Job',
  resource: 'Job',
  description: 'Cancels a refresh or flow run that is queued or running. Has no effect on finished jobs.',
  effect: 'idempotent',
  input: { run: runField },
  output: runFields,
  simple: simpleRun,
  sample: { ...sampleJob, status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
  run: async (input, context) => cancelRun(context.host, anyJob(await openSite(context)), input.run),
});
