import { defineAction } from '../../define/operation.ts';
import { cancelRun } from '../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { DbtConnection } from './connection-fields.ts';
import { jobRuns, runField, sampleJobRun } from './runs.ts';

/**
 * Cancels a run.
 * @see https://docs.getdbt.com/dbt-cloud/api-v2#/operations/Cancel%20Run
 */
export const cancelJobRun = defineAction<DbtConnection>()({
  key: 'cancelJobRun',
  name: 'Cancel Job Run',
  resource: 'Job Run',
  description: 'Cancels a job run. Has no effect on finished runs.',
  effect: 'idempotent',
  input: { run: runField },
  output: runFields,
  simple: simpleRun,
  sample: { ...sampleJobRun, status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
  run: (input, context) => cancelRun(context.host, jobRuns(context), input.run),
});
