import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { pipelineFailedAlert } from './pipeline-failed-alert.ts';

/** Azure Monitor alerts. */
export const azureMonitor = defineService({
  key: 'azureMonitor',
  name: 'Azure Monitor',
  description: 'React to Azure Monitor alerts about failed Data Factory pipelines.',
  connection: azureConnection,
  operations: [],
  triggers: [pipelineFailedAlert],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['ADF', 'alert', 'pipeline', 'Microsoft'],
  },
});
