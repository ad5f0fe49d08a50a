import { defineConnection } from '../../define/connection.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { jobListShape } from './job-shapes.ts';
import { openDatabricks, workspaceAddress } from './api.ts';
import { fields } from './connection-fields.ts';

/** Log-in to a workspace of Databricks, by an access token or as a service principal. */
export const databricksConnection = defineConnection({
  key: 'databricks',
  name: 'Databricks Workspace',
  description:
    'A workspace of Databricks with an access token, or a service principal with an OAuth secret, that may view and run its jobs.',
  documentationUrl: 'https://docs.databricks.com/aws/en/dev-tools/auth/',
  fields,
  async test(context) {
    checkWebhookSecrets(context.connection);
    await openDatabricks(context).json('GET', '/jobs/list', jobListShape, { query: { limit: 1 } });
    return `Databricks (${new URL(workspaceAddress(context.connection)).hostname})`;
  },
});
