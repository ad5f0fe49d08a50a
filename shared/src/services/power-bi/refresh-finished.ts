import { defineRunFinished } from '../../runs/run-finished.ts';
import { apiAddress } from './api.ts';
import type { PowerBiConnection } from './connection-fields.ts';
import { modelField, openModel } from './models.ts';
import { isEnhanced, readHistoryEntry, type VendorRefresh } from './refresh-shapes.ts';
import { readEnhanced, readHistory, sampleRefresh } from './refreshes.ts';
import { workspaceField } from './workspaces.ts';

/**
 * Polls the refresh history of a model, which contains its newest 60 refreshes, scheduled ones included. The cause of a failed
 * enhanced refresh is read from its details.
 * @see https://learn.microsoft.com/rest/api/power-bi/datasets/get-refresh-history-in-group
 */
export const refreshFinished = defineRunFinished<PowerBiConnection>()({
  key: 'refreshFinished',
  name: 'Refresh Finished',
  description: 'Triggers when a refresh of a semantic model finishes, also a scheduled one.',
  input: { workspace: workspaceField, model: modelField },
  sample: sampleRefresh,
  account: apiAddress,
  async runs(input, since, context) {
    const model = await openModel(input, context);
    const read = async (entry: VendorRefresh) => {
      const run = readHistoryEntry(entry, model);
      const isNewFailure = run.status === 'failed' && !(Date.parse(run.finishedAt ?? '') < since);
      return isEnhanced(entry) && isNewFailure ? readEnhanced(model, entry.requestId).catch(() => run) : run;
    };
    return Promise.all((await readHistory(model)).map(read));
  },
});
