import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** What a person enters for a Databricks connection. */
export const fields = {
  workspaceUrl: text({
    label: 'Workspace URL',
    help: 'The URL of the workspace, as your browser shows it.',
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
