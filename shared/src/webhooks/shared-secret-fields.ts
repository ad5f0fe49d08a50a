import * as v from 'valibot';
import { option, text } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { checkSecrets } from './check-verification.ts';
import type { Secrets } from '../define/verification.ts';
import { acceptsUnsigned } from './process-delivery.ts';

/** Connection fields of a service whose sender does not sign. */
export const webhookSecretFields = (sender: string) => ({
  webhookSecret: v.optional(
    text({
      label: 'Webhook Secret',
      help: `Only for triggers: a random text of your own with 16 characters or more that every event must carry. ${sender} does not sign its events; this secret is used to verify that they are authentic.`,
      secret: true,
    }),
  ),
  previousWebhookSecret: v.optional(
    text({
      label: 'Previous Webhook Secret',
      help: 'Accepted as well while you replace the webhook secret. Clear it afterwards.',
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
 * Input fields of a trigger whose sender does not sign: where a delivery carries the shared secret.
 * @param usual where this sender can put it most easily
 */
export const secretPlaceFields = (usual: 'header' | 'basic' | 'query') => ({
  secretLocation: v.optional(
    option(places, {
      label: 'Secret Location',
      help: 'Where every event carries the webhook secret: in a header, as the password of basic authentication, or in a query parameter of the address.',
    }),
    usual,
  ),
  secretName: v.optional(
    text({
      label: 'Header or Parameter Name',
      help: 'Name of the header or query parameter. Leave it empty for the header X-Webhook-Secret or the parameter token.',
      placeholder: 'X-Webhook-Secret',
      advanced: true,
      shownWhen: { field: 'secretLocation', is: ['header', 'query'] },
    }),
  ),
  acceptsUnsigned,
});

/**
 * Refuses webhook secrets that are too short, in the test of a connection; without one, the triggers cannot be activated, but
 * everything else works.
 * @throws PipewrightError `bad-input`
 */
export function checkWebhookSecrets(connection: {
  webhookSecret?: string | undefined;
  previousWebhookSecret?: string | undefined;
}): void {
  checkSecrets(
    'shared-secret-header',
    { current: connection.webhookSecret, previous: connection.previousWebhookSecret },
    'Webhook Secret',
  );
}

type SecretPlace = Values<ReturnType<typeof secretPlaceFields>>;

/** Verifies by the connection's webhook secret in the chosen location. */
export const verifyBySharedSecret = {
  scheme: ({ secretLocation }: SecretPlace) => `shared-secret-${secretLocation}` as const,
  location: ({ secretLocation, secretName }: SecretPlace): string =>
    secretName ?? (secretLocation === 'query' ? 'token' : 'x-webhook-secret'),
  secrets: ({
    webhookSecret,
    previousWebhookSecret,
  }: {
    webhookSecret?: string | undefined;
    previousWebhookSecret?: string | undefined;
  }): Secrets => ({
    ...(webhookSecret ? { current: webhookSecret } : {}),
    ...(previousWebhookSecret ? { previous: previousWebhookSecret } : {}),
  }),
  acceptsUnsigned: (input: SecretPlace): boolean => input.acceptsUnsigned,
};
