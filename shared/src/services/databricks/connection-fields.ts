import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { entraFields, entraOptions } from '../../define/entra-fields.ts';
import { option, text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

const { certificatePassword, ...entraLogin } = entraFields({
  field: 'authentication',
  clientSecret: 'entra',
  others: ['databricks'],
  secretHelp:
    'An OAuth secret of the service principal in Databricks, or a client secret of its app registration in Microsoft Entra ID.',
});
const byEntra = { field: 'authentication', is: ['entra', 'certificate', 'federated'] } as const;

/** Fields of a Databricks connection. */
export const fields = {
  workspaceUrl: text({
    label: 'Workspace URL',
    help: 'The URL of your workspace, from the address bar of your browser.',
    placeholder: 'https://adb-1234567890123456.7.azuredatabricks.net',
  }),
  authentication: v.optional(
    option(
      [
        { value: 'token', label: 'Access Token', description: 'A personal access token' },
        {
          value: 'databricks',
          label: 'Service Principal (Databricks)',
          description: 'A service principal with an OAuth secret of Databricks',
        },
        {
          value: 'entra',
          label: 'Service Principal (Microsoft Entra ID)',
          description: 'Azure Databricks only: an app registration with a client secret',
        },
        ...entraOptions((method) => `Microsoft Entra ID (${method})`),
      ],
      { label: 'Authentication', help: 'How to log in to the workspace.' },
    ),
    'token',
  ),
  token: v.optional(
    text({
      label: 'Access Token',
      help: 'A personal access token from Settings > Developer > Access tokens in the workspace.',
      secret: true,
      shownWhen: { field: 'authentication', is: ['token'] },
      requiredWhenShown: true,
    }),
  ),
  ...entraLogin,
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'The Microsoft Entra authority URL. Required only if the Workspace URL is a custom domain outside the public cloud.',
      placeholder: 'https://login.microsoftonline.com',
      shownWhen: byEntra,
      advanced: true,
    }),
  ),
  ...webhookSecretFields('Databricks'),
  certificatePassword,
};

/** Values of a Databricks connection. */
export type DatabricksConnection = ConnectionValues<typeof fields>;
