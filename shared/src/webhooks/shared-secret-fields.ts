import * as v from 'valibot';
import { withoutUndefined } from '../host/without-undefined.ts';
import { option, text } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { checkSecrets } from './check-verification.ts';
import type { Secrets } from '../define/verification.ts';
import { acceptsUnsigned } from './trigger-fields.ts';

/** Connection fields for a service that does not sign its events. */
export const webhookSecretFields = (sender: string) => ({
  webhookSecret: v.optional(
    text({
      label: 'Webhook Secret',
      help: `Only for triggers: a random secret of at least 16 characters that you also enter in ${sender}, as described in the setup directions of the trigger. Used to verify that events are authentic, because ${sender} does not sign them.`,
      secret: true,
    }),
  ),
  previousWebhookSecret: v.optional(
    text({
      label: 'Previous Webhook Secret',
      help: 'Old webhook secret, still accepted while you switch to the new one. Clear this field after the rotation.',
      secret: true,
      advanced: true,
    }),
  ),
});

const locations = [
  { value: 'header', label: 'Header', description: 'In a request header' },
  { value: 'basic', label: 'Basic Auth', description: 'As the Basic Auth password' },
  { value: 'query', label: 'Query Parameter', description: 'In a query parameter of the webhook URL' },
] as const;

/**
 * Input fields for a trigger with a sender that does not sign: the location of the shared secret.
 * @param defaultLocation the location that this sender supports best
 */
export const secretLocationFields = (defaultLocation: 'header' | 'basic' | 'query') => ({
  secretLocation: v.optional(
    option(locations, {
      label: 'Secret Location',
      help: 'Where to look for the webhook secret in each request.',
    }),
    defaultLocation,
  ),
  secretName: v.optional(
    text({
      label: 'Header or Parameter Name',
      help: 'Name of the header or query parameter that contains the secret. Leave empty to use X-Webhook-Secret (header) or token (query parameter).',
      placeholder: 'X-Webhook-Secret',
      advanced: true,
      shownWhen: { field: 'secretLocation', is: ['header', 'query'] },
    }),
  ),
  acceptsUnsigned,
});

/**
 * Checks the webhook secrets in a connection test. The secret is optional: only triggers cannot be activated without it.
 * @throws PipewrightError `invalid-input`
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

type SecretLocation = Values<ReturnType<typeof secretLocationFields>>;

/** Verifies events with the webhook secret of the connection in the selected location. */
export const verifyBySharedSecret = {
  scheme: ({ secretLocation }: SecretLocation) => `shared-secret-${secretLocation}` as const,
  location: ({ secretLocation, secretName }: SecretLocation): string =>
    secretName ?? (secretLocation === 'query' ? 'token' : 'x-webhook-secret'),
  secrets: ({
    webhookSecret,
    previousWebhookSecret,
  }: {
    webhookSecret?: string | undefined;
    previousWebhookSecret?: string | undefined;
  }): Secrets =>
    withoutUndefined({ current: webhookSecret || undefined, previous: previousWebhookSecret || undefined }),
  acceptsUnsigned: (input: SecretLocation): boolean => input.acceptsUnsigned,
};
