import { defineConnection, type ConnectionValues } from '../../operations/connection.ts';
import { text } from '../../operations/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';
import { openDatabricks } from './api.ts';

const fields = {
  workspaceUrl: text({
    label: 'Workspace URL',
    help: 'The address of the workspace, as it stands in your browser.',
    placeholder: 'https://adb-1234567890123456.7.azuredatabricks.net',
  }),
  token: text({
    label: 'Access Token',
    help: 'A personal access token, best of a service principal. It is made in the workspace under Settings, Developer, Access tokens, and shown only once.',
    secret: true,
  }),
  ...webhookSecretFields('Databricks'),
};

/** The values of a Databricks connection. */
export type DatabricksConnection = ConnectionValues<typeof fields>;

/** Log-in to a workspace of Databricks by an access token. */
export const databricksConnection = defineConnection({
  key: 'databricks',
  name: 'Databricks Access Token',
  description: 'A workspace of Databricks with an access token that may view its jobs.',
  documentationUrl: 'https://docs.databricks.com/aws/en/dev-tools/auth/pat',
  fields,
  async test(context) {
    await openDatabricks(context).json('GET', '/jobs/list', { query: { limit: 1 } });
    return `Databricks (${new URL(context.connection.workspaceUrl).hostname})`;
  },
});
