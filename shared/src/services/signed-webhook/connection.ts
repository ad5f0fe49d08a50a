import * as v from 'valibot';
import { PipewrightError } from '../../host/error.ts';
import { defineConnection, type ConnectionValues } from '../../operations/connection.ts';
import { text } from '../../operations/fields.ts';

const fields = {
  secret: text({
    label: 'Secret',
    help: 'The signing secret that the sender shows for this webhook, or a long random text of your own that the sender sends along. For Standard Webhooks it begins with whsec_, or whpk_ for a public key.',
    secret: true,
  }),
  previousSecret: v.optional(
    text({
      label: 'Previous Secret',
      help: 'Still accepted while you replace the secret. Empty it afterwards.',
      secret: true,
      advanced: true,
    }),
  ),
};

/** The values of a webhook's secret. */
export type WebhookSecret = ConnectionValues<typeof fields>;

/** The secret that a sender and a trigger share. Only a delivery shows whether it is right. */
export const webhookSecretConnection = defineConnection({
  key: 'webhookSecret',
  name: 'Webhook Secret',
  description: 'The secret by which a signed event is told from a forged one. Use another one for each sender.',
  documentationUrl: 'https://www.standardwebhooks.com/',
  fields,
  async test({ connection }) {
    const { secret } = connection;
    if (secret === secret.trim()) return 'Webhook secret';
    throw new PipewrightError({
      code: 'bad-input',
      message: 'The secret begins or ends with white space.',
      hint: 'Copy it again without blanks and line ends around it.',
    });
  },
});
