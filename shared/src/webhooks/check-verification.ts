import { PipewrightError } from '../host/error.ts';
import type { RawInput } from '../define/raw-input.ts';
import type { Subscription, WebhookTrigger } from '../define/trigger.ts';
import type { SecretScheme } from '../define/verification.ts';
import { signedUrl } from './hmac-settings.ts';
import { secretFault, secretWarning } from './secret-rules.ts';

/**
 * Rejects secrets that cannot verify events; the error names the field.
 * @param scheme undefined if it is not known yet, as in a connection test
 * @param label label of the field with the current secret
 * @returns a warning if a secret is short
 * @throws PipewrightError `invalid-input`
 */
export function checkSecrets(
  scheme: SecretScheme | undefined,
  secrets: { current?: string | undefined; previous?: string | undefined },
  label = 'Secret',
): string | undefined {
  let warning: string | undefined;
  for (const which of ['current', 'previous'] as const) {
    const secret = secrets[which];
    if (!secret) continue;
    const fault = secretFault(scheme, secret);
    const name = which === 'current' ? label : `Previous ${label}`;
    if (fault)
      throw new PipewrightError({ code: 'invalid-input', message: `${name}: ${fault.message}`, hint: fault.hint });
    warning ??= secretWarning(secret);
  }
  return warning;
}

/**
 * Checks that a trigger can verify its events before it is activated.
 * @param warn called with a warning if a secret is accepted but short
 * @param subscription what the vendor returned, if it manages subscriptions
 * @throws PipewrightError `not-verified` without a secret, `invalid-input` if the secret is empty, invalid or too short
 */
export function checkVerification(
  trigger: WebhookTrigger,
  input: RawInput,
  connection: unknown,
  warn: (warning: string) => void,
  subscription?: Subscription,
): void {
  const { verification } = trigger;
  const scheme = verification.scheme(input);
  if (scheme === 'entra') {
    if (verification.entra?.(connection)) return;
    throw new PipewrightError({
      code: 'not-verified',
      message: 'The Microsoft Entra IDs are incomplete, so events cannot be verified.',
      hint: {
        n8n: 'Enter Tenant ID, Application ID and Sender Application ID in the credential.',
        zapier: 'Enter Tenant ID, Application ID and Sender Application ID in the connection.',
      },
    });
  }
  const hmac = verification.hmac?.(input);
  if (hmac) signedUrl(hmac);
  if (hmac?.algorithm === 'sha1')
    warn('The signature uses SHA-1, which is weak. Use SHA-256 or SHA-512 if the sender supports it.');
  const secrets = verification.secrets(connection, subscription);
  const warning = checkSecrets(scheme, secrets);
  if (warning !== undefined) warn(warning);
  if (secrets.current || secrets.previous || verification.acceptsUnsigned?.(input)) return;
  throw new PipewrightError({
    code: 'not-verified',
    message: 'No secret is set for this trigger, so events cannot be verified.',
    hint: {
      n8n: 'Enter the webhook secret in the credential, or turn on Accept Unverified Events.',
      zapier: 'Enter the webhook secret in the connection, or turn on Accept Unverified Events.',
    },
  });
}
