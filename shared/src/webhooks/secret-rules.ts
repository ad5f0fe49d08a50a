import type { SecretScheme } from '../define/verification.ts';
import type { SecretFault } from './scheme.ts';
import { schemeSecretFault } from './schemes/standard-secret.ts';

/** Minimum length in characters of a shared secret that the user chooses. */
const minChosenSecretLength = 16;

/** Minimum length in bytes of a secret that the sender generates. */
const minSenderSecretLength = 8;

/** Whether the user chooses the secret, so that a minimum length can be required. */
const isChosen = (scheme: SecretScheme): boolean => scheme.startsWith('shared-secret');

/** Opening quotation marks that copying may add, each with its closing mark. */
const quotationMarks: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”', '‘': '’', '«': '»' };

/** White space, control characters and zero-width characters around a secret copied from a web page. */
const around = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** Removes what copying may add around a secret: white space, line breaks, quotation marks, a byte order mark. */
export function cleanSecret(secret: string): string {
  const trimmed = secret.replace(around, '');
  const closing = quotationMarks[trimmed[0] ?? ''];
  return closing !== undefined && trimmed.length > 1 && trimmed.endsWith(closing)
    ? trimmed.slice(1, -1).replace(around, '')
    : trimmed;
}

/** Whether a text is the placeholder that a website shows in place of a secret. */
const isMasked = (secret: string): boolean => /[•●⬤∙▪◦]/.test(secret) || /^[*·.…_\-–—]+$/.test(secret);

function faultOf(scheme: SecretScheme | undefined, secret: string): SecretFault | undefined {
  const clean = cleanSecret(secret);
  if (clean === '' || (scheme !== 'standard-webhooks' && /^(v1a?,)?(wh(sec|pk|sk)_)?$/.test(clean)))
    return { reason: 'empty-secret', message: 'The secret is empty.', hint: 'Enter the secret of the sender.' };
  if (isMasked(clean)) {
    return {
      reason: 'masked-secret',
      message: 'The secret consists of the dots or asterisks that a website shows in its place.',
      hint: 'Reveal the secret on the page of the sender, then copy it.',
    };
  }
  if (scheme === 'standard-webhooks' || (scheme === undefined && /^(v1a?,|wh(sec|pk|sk)_)/.test(clean)))
    return schemeSecretFault(clean);
  if (scheme !== undefined && isChosen(scheme)) {
    const length = Array.from(clean).length;
    if (length >= minChosenSecretLength) return undefined;
    return {
      reason: 'short-secret',
      message: `The secret has ${length} characters; at least ${minChosenSecretLength} are required.`,
      hint: 'Generate a longer random secret and enter it here and at the sender.',
    };
  }
  const bytes = Buffer.byteLength(clean, 'utf8');
  if (bytes >= minSenderSecretLength) return undefined;
  return {
    reason: 'short-secret',
    message: `The secret has ${bytes} bytes; at least ${minSenderSecretLength} are required.`,
    hint: 'Copy the whole secret again, or create a longer one at the sender.',
  };
}

/** Cached results by scheme and secret, so that deliveries do not repeat the checks. */
const known = new Map<SecretScheme | undefined, Map<string, SecretFault | undefined>>();

/**
 * Checks whether a secret can verify events: it must not be empty, masked, undecodable or too short. Connection tests, the
 * activation of triggers and every verification use this check.
 * @param scheme undefined if it is not known yet, as in a connection test: then only rejects what no scheme accepts
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function secretFault(scheme: SecretScheme | undefined, secret: string): SecretFault | undefined {
  let ofScheme = known.get(scheme);
  if (!ofScheme) known.set(scheme, (ofScheme = new Map()));
  const found = ofScheme.get(secret);
  if (found !== undefined || ofScheme.has(secret)) return found;
  const fault = faultOf(scheme, secret);
  if (ofScheme.size >= 100) ofScheme.clear();
  ofScheme.set(secret, fault);
  return fault;
}

/** A warning if a secret is short but accepted because the sender generates it; undefined otherwise. */
export function secretWarning(secret: string): string | undefined {
  const length = Buffer.byteLength(cleanSecret(secret), 'utf8');
  return length < minChosenSecretLength
    ? `The secret is short (${length} bytes). Use at least ${minChosenSecretLength} bytes if the sender allows it.`
    : undefined;
}
