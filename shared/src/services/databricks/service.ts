import { defineService } from '../../operations/service.ts';
import { service } from './api.ts';
import { databricksConnection } from './connection.ts';
import { jobNotification } from './job-notification.ts';

/** Databricks jobs. */
export const databricks = defineService({
  key: 'databricks',
  name: service,
  description: 'React to runs of Databricks jobs.',
  connection: databricksConnection,
  operations: [],
  triggers: [jobNotification],
});
