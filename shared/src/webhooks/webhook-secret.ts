import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { baseUrl } from '../http/base-url.ts';
import { defineConnection, type ConnectionValues } from '../operations/connection.ts';
import { text } from '../operations/fields.ts';
import type { EntraSender, Secrets } from './scheme.ts';

const id = '00000000-0000-0000-0000-000000000000';

const fields = {
  secret: v.optional(
    text({
      label: 'Secret',
      help: 'The signing secret that the sender shows for this webhook, or a long random text of your own that the sender sends along. For Standard Webhooks it begins with whsec_, or whpk_ for a public key. Only a sender that signs by Microsoft Entra needs none.',
      secret: true,
    }),
  ),
  previousSecret: v.optional(
    text({
      label: 'Previous Secret',
      help: 'Still accepted while you replace the secret. Empty it afterwards.',
      secret: true,
      advanced: true,
    }),
  ),
  tenantId: v.optional(text({ label: 'Tenant ID', help: 'Only for Microsoft Entra: the directory (tenant) ID whose tokens are believed.', placeholder: id, advanced: true })),
  applicationId: v.optional(
    text({ label: 'Application ID', help: 'Only for Microsoft Entra: the application (client) ID of the app registration that stands for this trigger.', placeholder: id, advanced: true }),
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
    text({ label: 'Login Address', help: 'Only for Microsoft Entra in another cloud: where tokens are made.', placeholder: 'https://login.microsoftonline.com', advanced: true }),
    'https://login.microsoftonline.com',
  ),
};

/** The values of a webhook's secret. */
export type WebhookSecret = ConnectionValues<typeof fields>;

/** The sender whose tokens are believed; undefined unless all three IDs are there. */
export function entraSenderOf({ tenantId, applicationId, senderId, authorityUrl }: WebhookSecret): EntraSender | undefined {
  if (!tenantId || !applicationId || !senderId) return undefined;
  return { authority: baseUrl(authorityUrl, 'Login Address'), tenantId, applicationId, senderId };
}

/** The secrets of the connection. */
export function webhookSecretsOf({ secret, previousSecret }: WebhookSecret): Secrets {
  return { ...(secret ? { current: secret } : {}), ...(previousSecret ? { previous: previousSecret } : {}) };
}

/** The secret that a sender and a trigger share, or whose tokens are believed. Only a delivery shows whether it is right. */
export const webhookSecretConnection = defineConnection({
  key: 'webhookSecret',
  name: 'Webhook Secret',
  description: 'What a genuine event is told from a forged one by: a secret, or the tokens of Microsoft Entra. Use another one for each sender.',
  documentationUrl: 'https://www.standardwebhooks.com/',
  fields,
  async test({ connection }) {
    const { secret } = connection;
    if (secret && secret !== secret.trim()) {
      throw new PipewrightError({
        code: 'bad-input',
        message: 'The secret begins or ends with white space.',
        hint: 'Copy it again without blanks and line ends around it.',
      });
    }
    if (secret) return 'Webhook secret';
    if (entraSenderOf(connection)) return 'Microsoft Entra tokens';
    throw new PipewrightError({
      code: 'bad-input',
      message: 'There is nothing by which an event could be verified.',
      hint: 'Fill in Secret; or, for a sender that signs by Microsoft Entra, Tenant ID, Application ID and Application ID of the Sender.',
    });
  },
});
