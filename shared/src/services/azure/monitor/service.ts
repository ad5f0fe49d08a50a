import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { pipelineFailedAlert } from './pipeline-failed-alert.ts';

/** Alerts of Azure Monitor. */
export const azureMonitor = defineService({
  key: 'azureMonitor',
  name: 'Azure Monitor',
  description: 'React to alerts of Azure Monitor on pipelines of Data Factory that failed.',
  connection: azureConnection,
  operations: [],
  triggers: [pipelineFailedAlert],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['ADF', 'alert', 'pipeline', 'Microsoft'],
  },
});
