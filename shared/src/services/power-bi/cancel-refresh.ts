import { defineAction } from '../../define/operation.ts';
import { cancelRun } from '../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel } from './models.ts';
import { refreshesOf, runField, sampleRefresh } from './refreshes.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Cancels an enhanced refresh. Power BI cannot cancel scheduled refreshes and those that a user started.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/cancel-refresh-in-group
 */
export const cancelRefresh = defineAction<PowerBiConnection>()({
  key: 'cancelRefresh',
  name: 'Cancel Refresh',
  resource: 'Refresh',
  description: 'Cancels a refresh that was started through the API. Has no effect on finished refreshes.',
  effect: 'idempotent',
  input: { workspace: workspaceField, model: modelField, run: runField },
  output: runFields,
  simple: simpleRun,
  sample: { ...sampleRefresh, status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
  async run(input, context) {
    return cancelRun(context.host, refreshesOf(await openModel(input, context)), input.run);
  },
});
