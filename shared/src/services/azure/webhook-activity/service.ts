import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { activityReached } from './activity-reached.ts';
import { completeActivity } from './complete-activity.ts';
import { service } from './handle.ts';

/** WebHook activities, in which Data Factory and Synapse pipelines wait for a callback. */
export const webhookActivity = defineService({
  key: 'webhookActivity',
  name: service,
  description: 'Pause Data Factory and Synapse pipelines for approvals and other steps, then continue or fail them.',
  connection: azureConnection,
  operations: [completeActivity],
  triggers: [activityReached],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['ADF', 'approval', 'pipeline', 'Microsoft'],
  },
});
