import { defineAction } from '../../define/operation.ts';
import { cancelRun } from '../../runs/cancel-run.ts';
import type { RestJobConnection } from './connection-fields.ts';
import { jobOf } from './job.ts';
import { cancelJobFields, runIdField } from './job-fields.ts';
import { sampleToolRun, simpleToolRun, toolRunFields } from './tool-run-fields.ts';
import { toolRuns } from './tool-runs.ts';

/** Cancels a run by the cancel request. */
export const cancelJobRun = defineAction<RestJobConnection>()({
  key: 'cancelJobRun',
  name: 'Cancel Job Run',
  resource: 'Job Run',
  description: 'Cancels a job run. Has no effect on finished runs.',
  effect: 'idempotent',
  input: { ...cancelJobFields, run: runIdField },
  output: toolRunFields,
  simple: simpleToolRun,
  sample: {
    ...sampleToolRun,
    id: '8841',
    service: 'Airbyte',
    name: 'Airbyte',
    url: 'https://airbyte.example.com/jobs/8841',
    parameters: {},
    status: 'cancelled',
    vendorStatus: 'cancelled',
    succeeded: false,
    readAs: 'The value “cancelled” of “status” was read as Canceled.',
  },
  run: (input, context) => cancelRun(context.host, toolRuns(context, jobOf(input, context.connection)), input.run),
});
