import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** Fields of a Databricks connection. */
export const fields = {
  workspaceUrl: text({
    label: 'Workspace URL',
    help: 'The URL of your workspace, from the address bar of your browser.',
    placeholder: 'https://adb-1234567890123456.7.azuredatabricks.net',
  }),
  token: v.optional(
    text({
      label: 'Access Token',
      help: 'A personal access token from Settings > Developer > Access tokens in the workspace. Leave empty to log in as a service principal.',
      secret: true,
    }),
  ),
  clientId: v.optional(
    text({
      label: 'Client ID',
      help: 'The application ID of the service principal.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      advanced: true,
    }),
  ),
  clientSecret: v.optional(
    text({
      label: 'Client Secret',
      help: 'An OAuth secret of the service principal. If you enter a Tenant ID, enter a client secret of its Microsoft Entra app registration instead.',
      secret: true,
      advanced: true,
    }),
  ),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'Only for service principals that log in with Microsoft Entra ID: the Directory (tenant) ID of the app registration.',
      placeholder: '00000000-0000-0000-0000-000000000000',
      advanced: true,
    }),
  ),
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'The Microsoft Entra authority URL. Required only if you enter a Tenant ID and the Workspace URL is a custom domain.',
      placeholder: 'https://login.microsoftonline.com',
      advanced: true,
    }),
  ),
  ...webhookSecretFields('Databricks'),
};

/** Values of a Databricks connection. */
export type DatabricksConnection = ConnectionValues<typeof fields>;
