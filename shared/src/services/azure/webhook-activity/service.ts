import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { activityReached } from './activity-reached.ts';
import { completeActivity } from './complete-activity.ts';
import { service } from './handle.ts';

/** WebHook activities, by which pipelines of Data Factory and Synapse wait for somebody. */
export const webhookActivity = defineService({
  key: 'webhookActivity',
  name: service,
  description: 'Let a pipeline of Data Factory or Synapse wait for a person or a workflow, and then go on or fail.',
  connection: azureConnection,
  operations: [completeActivity],
  triggers: [activityReached],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['ADF', 'approval', 'pipeline', 'Microsoft'],
  },
});
