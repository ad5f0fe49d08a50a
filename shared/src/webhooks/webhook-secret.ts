import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { baseUrl } from '../http/base-url.ts';
import { defineConnection, type ConnectionValues } from '../define/connection.ts';
import { describeField, text } from '../define/fields.ts';
import { checkSecrets } from './check-verification.ts';
import type { EntraSender, Secrets } from '../define/verification.ts';
import { cleanSecret } from './secret-rules.ts';

const id = '00000000-0000-0000-0000-000000000000';

const fields = {
  secret: v.optional(
    text({
      label: 'Secret',
      help: 'The signing secret that the sender shows for this webhook, or a random text of your own with 16 characters or more that the sender sends along. For Standard Webhooks it begins with whsec_, or whpk_ for a public key. Not required for Microsoft Entra.',
      secret: true,
    }),
  ),
  previousSecret: v.optional(
    text({
      label: 'Previous Secret',
      help: 'Accepted as well while you replace the secret. Clear it afterwards.',
      secret: true,
      advanced: true,
    }),
  ),
  tenantId: v.optional(
    text({
      label: 'Tenant ID',
      help: 'Only for Microsoft Entra: the directory (tenant) ID whose tokens are accepted.',
      placeholder: id,
      advanced: true,
    }),
  ),
  applicationId: v.optional(
    text({
      label: 'Application ID',
      help: 'Only for Microsoft Entra: the application (client) ID of the app registration that represents this trigger.',
      placeholder: id,
      advanced: true,
    }),
  ),
  senderId: v.optional(
    text({
      label: 'Application ID of the Sender',
      help: 'Only for Microsoft Entra: the application that may send. For Event Grid, search the Azure portal for Microsoft.EventGrid (Service Principal) and copy its application ID.',
      placeholder: id,
      advanced: true,
    }),
  ),
  authorityUrl: v.optional(
    text({
      label: 'Login Address',
      help: 'Only for Microsoft Entra in another cloud: where tokens are issued.',
      placeholder: 'https://login.microsoftonline.com',
      advanced: true,
    }),
    'https://login.microsoftonline.com',
  ),
};

/** The values of a webhook's secret. */
export type WebhookSecret = ConnectionValues<typeof fields>;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The sender whose tokens are accepted; undefined when none of its IDs is there.
 * @throws PipewrightError `bad-input` when an ID is missing or is none
 */
function readEntraSender(connection: WebhookSecret): EntraSender | undefined {
  const read = (value: string | undefined): string => cleanSecret(value ?? '').toLowerCase();
  const ids = {
    tenantId: read(connection.tenantId),
    applicationId: read(connection.applicationId),
    senderId: read(connection.senderId),
  };
  const labels = { tenantId: fields.tenantId, applicationId: fields.applicationId, senderId: fields.senderId };
  if (Object.values(ids).every((value) => value === '')) return undefined;
  for (const name of ['tenantId', 'applicationId', 'senderId'] as const) {
    // A domain of a tenant is none either: tokens name their tenant by its ID.
    if (guid.test(ids[name])) continue;
    const { label } = describeField(labels[name]);
    throw new PipewrightError({
      code: 'bad-input',
      message:
        ids[name] === '' ? `${label} is empty.` : `${label} is not an ID of Microsoft Entra: ${ids[name].slice(0, 60)}`,
      hint: 'It looks like 11111111-2222-3333-4444-555555555555; copy it from the Azure portal.',
    });
  }
  return { authority: baseUrl(connection.authorityUrl, 'Login Address'), ...ids };
}

/** The sender whose tokens are accepted; undefined unless all three of its IDs are there and are IDs. */
export function entraSenderOf(connection: WebhookSecret): EntraSender | undefined {
  try {
    return readEntraSender(connection);
  } catch (error) {
    if (error instanceof PipewrightError) return undefined;
    throw error;
  }
}

/** The secrets of the connection. */
export function webhookSecretsOf({ secret, previousSecret }: WebhookSecret): Secrets {
  return { ...(secret ? { current: secret } : {}), ...(previousSecret ? { previous: previousSecret } : {}) };
}

/**
 * The secret that a sender and a trigger share, or the tokens that are accepted. Its test refuses what no scheme can use; a
 * trigger, which knows its scheme, refuses more when it is activated.
 */
export const webhookSecretConnection = defineConnection({
  key: 'webhookSecret',
  name: 'Webhook Secret',
  description:
    'Used to verify that events are authentic: a secret, or the tokens of Microsoft Entra. Use another one for each sender.',
  documentationUrl: 'https://www.standardwebhooks.com/',
  icon: 'pipewright',
  fields,
  async test({ connection }) {
    const { current, previous } = webhookSecretsOf(connection);
    const warning = checkSecrets(undefined, { current, previous });
    const sender = readEntraSender(connection);
    if (current || previous)
      return warning === undefined ? 'Webhook secret' : `Webhook secret. ${warning.replace(/\.$/, '')}`;
    if (sender) return 'Microsoft Entra tokens';
    throw new PipewrightError({
      code: 'bad-input',
      message: 'No secret is set, so no event can be verified.',
      hint: 'Fill in Secret; or, for a sender that uses Microsoft Entra, Tenant ID, Application ID and Application ID of the Sender.',
    });
  },
});
