import { defineAction } from '../../define/operation.ts';
import { cancelRun as cancel } from '../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { DatabricksConnection } from './connection-fields.ts';
import { jobRuns, runField, sampleJobRun } from './runs.ts';

/**
 * Cancels a run.
 * @see https://docs.databricks.com/api/workspace/jobs/cancelrun
 */
export const cancelRun = defineAction<DatabricksConnection>()({
  key: 'cancelRun',
  name: 'Cancel Job Run',
  resource: 'Job Run',
  description: 'Cancels a job run. Has no effect on finished runs.',
  effect: 'idempotent',
  input: { run: runField },
  output: runFields,
  simple: simpleRun,
  sample: { ...sampleJobRun, status: 'cancelled', vendorStatus: 'CANCELED', succeeded: false },
  run: (input, context) => cancel(context.host, jobRuns(context), input.run),
});
