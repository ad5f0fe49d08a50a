import { defineAction } from '../../define/operation.ts';
import { cancelRun } from '../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { FabricConnection } from './connection-fields.ts';
import { openItem, runnableField } from './items.ts';
import { jobsOf, runField, sampleJobRun } from './jobs.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Cancels a run.
 * @see https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/cancel-item-job-instance
 */
export const cancelJobRun = defineAction<FabricConnection>()({
  key: 'cancelJobRun',
  name: 'Cancel Job Run',
  resource: 'Job Run',
  description: 'Cancels a run of an item. Has no effect on finished runs.',
  effect: 'idempotent',
  input: { workspace: workspaceField, item: runnableField, run: runField },
  output: runFields,
  simple: simpleRun,
  sample: { ...sampleJobRun, status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
  async run(input, context) {
    const item = await openItem(input.workspace, input.item, context);
    return cancelRun(context.host, jobsOf(item, context.host), input.run);
  },
});
