import { PipewrightError } from '../host/error.ts';
import type { RawInput } from '../define/raw-input.ts';
import type { Subscription, WebhookTrigger } from '../define/trigger.ts';
import type { SchemeName } from '../define/verification.ts';
import { secretFault, secretWarning } from './secret-rules.ts';

/**
 * Refuses secrets by which no event can be verified, each by the name of its field.
 * @param scheme undefined where it is not known yet, as in the test of a credential
 * @param label label of the field of the current secret
 * @returns a warning about a short secret, where there is one
 * @throws PipewrightError `bad-input`
 */
export function checkSecrets(
  scheme: SchemeName | undefined,
  secrets: { current?: string | undefined; previous?: string | undefined },
  label = 'Secret',
): string | undefined {
  let warning: string | undefined;
  for (const which of ['current', 'previous'] as const) {
    const secret = secrets[which];
    if (!secret) continue;
    const fault = secretFault(scheme, secret);
    const name = which === 'current' ? label : `Previous ${label}`;
    if (fault) throw new PipewrightError({ code: 'bad-input', message: `${name}: ${fault.message}`, hint: fault.hint });
    warning ??= secretWarning(secret);
  }
  return warning;
}

/**
 * Refuses to activate a trigger whose events nobody could verify: without a secret, or with one that is empty, cannot be
 * decoded or is too short for the scheme.
 * @param warn is given a warning about a secret that is allowed but short
 * @param subscription what the vendor returned, where it subscribes the trigger itself
 * @throws PipewrightError `not-verified` without a secret, `bad-input` for one that cannot be used
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
  } else {
    const secrets = verification.secrets(connection, subscription);
    const warning = checkSecrets(scheme, secrets);
    if (warning !== undefined) warn(warning);
    if (secrets.current || secrets.previous || verification.acceptsUnsigned?.(input)) return;
  }
  throw new PipewrightError({
    code: 'not-verified',
    message:
      scheme === 'entra'
        ? 'The IDs of Microsoft Entra are not complete, so no event can be verified.'
        : 'There is no secret for this trigger, so no event can be verified.',
    hint:
      scheme === 'entra'
        ? 'Fill in Tenant ID, Application ID and Application ID of the Sender; each looks like 11111111-2222-3333-4444-555555555555.'
        : 'Enter the webhook secret. Or turn on Accept Unsigned Events: anyone who learns the address can then send events.',
  });
}
