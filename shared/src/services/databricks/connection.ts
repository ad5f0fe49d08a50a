import * as v from 'valibot';
import { defineConnection, type ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { checkWebhookSecrets, webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';
import { jobListShape } from './job-shapes.ts';
import { openDatabricks, workspaceAddress } from './api.ts';

const fields = {
  workspaceUrl: text({
    label: 'Workspace URL',
    help: 'The address of the workspace, as it stands in your browser.',
    placeholder: 'https://adb-1234567890123456.7.azuredatabricks.net',
  }),
  token: v.optional(
    text({
      label: 'Access Token',
      help: 'A personal access token. It is made in the workspace under Settings, Developer, Access tokens, and shown only once. Leave it empty to log in as a service principal.',
      secret: true,
    }),
  ),
  clientId: v.optional(
    text({
      label: 'Client ID',
      help: 'Only for a service principal: its application ID.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      advanced: true,
    }),
  ),
  clientSecret: v.optional(
    text({
      label: 'Client Secret',
      help: 'Only for a service principal: an OAuth secret of it, which Databricks shows only once; with a Tenant ID, a client secret of its app registration in Azure.',
      secret: true,
      advanced: true,
    }),
  ),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'Only for a service principal of Azure that logs in by Microsoft Entra: the Directory (tenant) ID of its app registration.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      advanced: true,
    }),
  ),
  authorityUrl: v.optional(
    text({
      label: 'Entra Login Address',
      help: 'Only with a Tenant ID, and where the address of the workspace does not tell the cloud of Azure.',
      placeholder: 'https://login.microsoftonline.com',
      advanced: true,
    }),
  ),
  ...webhookSecretFields('Databricks'),
};

/** The values of a Databricks connection. */
export type DatabricksConnection = ConnectionValues<typeof fields>;

/** Log-in to a workspace of Databricks, by an access token or as a service principal. */
export const databricksConnection = defineConnection({
  key: 'databricks',
  name: 'Databricks Workspace',
  description: 'A workspace of Databricks with an access token, or a service principal with an OAuth secret, that may view and run its jobs.',
  documentationUrl: 'https://docs.databricks.com/aws/en/dev-tools/auth/',
  fields,
  async test(context) {
    checkWebhookSecrets(context.connection);
    await openDatabricks(context).json('GET', '/jobs/list', jobListShape, { query: { limit: 1 } });
    return `Databricks (${new URL(workspaceAddress(context.connection)).hostname})`;
  },
});
