import * as v from 'valibot';
import { option, text } from '../operations/fields.ts';
import type { Values } from '../operations/operation.ts';
import type { Secrets } from './scheme.ts';
import { acceptsUnsigned } from './take-delivery.ts';

/** Connection fields of a service whose sender does not sign. */
export const webhookSecretFields = (sender: string) => ({
  webhookSecret: v.optional(
    text({
      label: 'Webhook Secret',
      help: `Only for triggers: a long random text of your own that every event must carry. ${sender} does not sign its events, so this is how they are told from forged ones.`,
      secret: true,
    }),
  ),
  previousWebhookSecret: v.optional(
    text({
      label: 'Previous Webhook Secret',
      help: 'Still accepted while you replace the webhook secret. Empty it afterwards.',
      secret: true,
      advanced: true,
    }),
  ),
});

const places = [
  { value: 'header', label: 'Header' },
  { value: 'basic', label: 'Basic Authentication' },
  { value: 'query', label: 'Query Parameter' },
] as const;

/**
 * Input fields of a trigger whose sender does not sign: where the shared secret stands in a delivery.
 * @param usual where this sender can put it most easily
 */
export const secretPlaceFields = (usual: 'header' | 'basic' | 'query') => ({
  secretLocation: v.optional(
    option(places, {
      label: 'Where the Secret Is',
      help: 'How the webhook secret of the connection comes with every event: in a header, as the password of basic authentication, or at the end of the address.',
    }),
    usual,
  ),
  secretName: v.optional(
    text({
      label: 'Name of the Header or Parameter',
      help: 'Empty: the header X-Webhook-Secret, or the parameter token.',
      placeholder: 'X-Webhook-Secret',
      advanced: true,
      shownWhen: { field: 'secretLocation', is: ['header', 'query'] },
    }),
  ),
  acceptsUnsigned,
});

type SecretPlace = Values<ReturnType<typeof secretPlaceFields>>;

/** Verifies by the connection's webhook secret in the place that was chosen. */
export const verifyBySharedSecret = {
  scheme: ({ secretLocation }: SecretPlace) => `shared-secret-${secretLocation}` as const,
  location: ({ secretLocation, secretName }: SecretPlace): string => secretName ?? (secretLocation === 'query' ? 'token' : 'x-webhook-secret'),
  secrets: ({ webhookSecret, previousWebhookSecret }: { webhookSecret?: string | undefined; previousWebhookSecret?: string | undefined }): Secrets => ({
    ...(webhookSecret ? { current: webhookSecret } : {}),
    ...(previousWebhookSecret ? { previous: previousWebhookSecret } : {}),
  }),
  acceptsUnsigned: (input: SecretPlace): boolean => input.acceptsUnsigned,
};
