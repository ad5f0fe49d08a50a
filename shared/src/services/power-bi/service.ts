import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { cancelRefresh } from './cancel-refresh.ts';
import { powerBiConnection } from './connection.ts';
import { findSemanticModel } from './find-model.ts';
import { getRefresh } from './get-refresh.ts';
import { refreshFinished } from './refresh-finished.ts';
import { refreshSemanticModel } from './refresh-model.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';

/** Power BI semantic models and their refreshes. */
export const powerBi = defineService({
  key: 'powerBi',
  name: service,
  description: 'Refresh Power BI semantic models, wait for them to finish, and trigger on finished refreshes.',
  connection: powerBiConnection,
  operations: [refreshSemanticModel, getRefresh, cancelRefresh, rerunFailedRun, findSemanticModel],
  triggers: [refreshFinished],
  listing: {
    categories: ['Analytics', 'Data & Storage'],
    aliases: ['semantic model', 'dataset', 'refresh', 'BI', 'dashboard', 'report', 'Microsoft', 'Fabric'],
  },
});
