import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { option, text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

/** What a person enters for an Azure connection. */
export const fields = {
  tenantId: text({
    label: 'Tenant ID',
    help: 'Directory (tenant) ID of the app registration in Microsoft Entra ID.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  clientId: text({
    label: 'Client ID',
    help: 'Application (client) ID of the app registration.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  clientSecret: text({
    label: 'Client Secret',
    help: 'The value of a client secret, not its ID. Azure shows it only once, when the secret is made.',
    secret: true,
  }),
  subscriptionId: text({
    label: 'Subscription ID',
    help: 'The subscription that holds the data factories and Synapse workspaces.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  cloud: v.optional(
    option(
      [
        { value: 'public', label: 'Public' },
        { value: 'us-government', label: 'US Government' },
        { value: 'china', label: 'China (21Vianet)' },
        { value: 'custom', label: 'Custom Addresses' },
      ],
      { label: 'Cloud', help: 'The Microsoft cloud that the tenant belongs to.' },
    ),
    'public',
  ),
  ...webhookSecretFields('Azure Monitor'),
  authorityUrl: v.optional(
    text({
      label: 'Login Address',
      help: 'Only for Custom Addresses: where tokens are fetched.',
      placeholder: 'https://login.microsoftonline.com',
      advanced: true,
    }),
  ),
  managementUrl: v.optional(
    text({
      label: 'Management Address',
      help: 'Only for Custom Addresses: the Azure Resource Manager.',
      placeholder: 'https://management.azure.com',
      advanced: true,
    }),
  ),
  synapseUrl: v.optional(
    text({
      label: 'Synapse Address',
      help: 'Only for Custom Addresses: the data plane, with {workspace} for the name of the workspace.',
      placeholder: 'https://{workspace}.dev.azuresynapse.net',
      advanced: true,
    }),
  ),
};

/** The values of an Azure connection. */
export type AzureConnection = ConnectionValues<typeof fields>;
