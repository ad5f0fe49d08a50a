import { entraVariables, selectedMethod } from '../../auth/entra-variables.ts';
import { defineConnection } from '../../define/connection.ts';
import { checkWebhookSecrets } from '../../webhooks/shared-secret-fields.ts';
import { jobListShape } from './job-shapes.ts';
import { openDatabricks, workspaceAddress } from './api.ts';
import { fields } from './connection-fields.ts';

/** Connects to a Databricks workspace with an access token or a service principal. */
export const databricksConnection = defineConnection({
  key: 'databricks',
  name: 'Databricks Workspace',
  description: 'A Databricks workspace. The access token or service principal needs permission to view and run jobs.',
  documentationUrl: 'https://docs.databricks.com/aws/en/dev-tools/auth/',
  fields,
  fromVariables(given, variable) {
    const method = selectedMethod(given['authentication'], 'entra');
    if (!method) return {};
    return { ...entraVariables(method, variable), authorityUrl: variable('AZURE_AUTHORITY_HOST') };
  },
  async test(context) {
    checkWebhookSecrets(context.connection);
    await openDatabricks(context).json('GET', '/jobs/list', jobListShape, { query: { limit: 1 } });
    return `Databricks (${new URL(workspaceAddress(context.connection)).hostname})`;
  },
});
