import * as v from 'valibot';
import type { ConnectionValues } from '../../define/connection.ts';
import { entraLoginFields } from '../../define/entra-fields.ts';
import { option, text } from '../../define/fields.ts';
import { webhookSecretFields } from '../../webhooks/shared-secret-fields.ts';

const { certificatePassword, ...login } = entraLoginFields;

const inCustomCloud = { field: 'cloud', is: ['custom'] } as const;

/** Fields of the Azure connection. */
export const fields = {
  ...login,
  subscriptionId: text({
    label: 'Subscription ID',
    help: 'ID of the subscription that contains the data factories and Synapse workspaces.',
    placeholder: '00000000-0000-0000-0000-000000000000',
  }),
  cloud: v.optional(
    option(
      [
        { value: 'public', label: 'Public' },
        { value: 'us-government', label: 'US Government' },
        { value: 'china', label: 'China (21Vianet)' },
        { value: 'custom', label: 'Custom', description: 'Another cloud, with the URLs that you enter' },
      ],
      { label: 'Cloud', help: 'Azure cloud that hosts the tenant.' },
    ),
    'public',
  ),
  ...webhookSecretFields('Azure'),
  certificatePassword,
  authorityUrl: v.optional(
    text({
      label: 'Entra Authority URL',
      help: 'The Microsoft Entra authority URL of the cloud.',
      placeholder: 'https://login.microsoftonline.com',
      shownWhen: inCustomCloud,
      requiredWhenShown: true,
      advanced: true,
    }),
  ),
  managementUrl: v.optional(
    text({
      label: 'Resource Manager URL',
      help: 'The URL of Azure Resource Manager in the cloud.',
      placeholder: 'https://management.azure.com',
      shownWhen: inCustomCloud,
      requiredWhenShown: true,
      advanced: true,
    }),
  ),
  synapseUrl: v.optional(
    text({
      label: 'Synapse URL',
      help: 'The URL of the Synapse data plane, with {workspace} in place of the workspace name.',
      placeholder: 'https://{workspace}.dev.azuresynapse.net',
      shownWhen: inCustomCloud,
      advanced: true,
    }),
  ),
};

/** Values of the Azure connection. */
export type AzureConnection = ConnectionValues<typeof fields>;
