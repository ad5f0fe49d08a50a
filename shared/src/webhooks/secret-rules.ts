import type { SchemeName } from '../define/verification.ts';
import type { SecretFault } from './scheme.ts';
import { schemeSecretFault } from './schemes/standard-secret.ts';

/** Fewest characters of a secret that a person makes up for us. */
export const shortestOwnSecret = 16;

/** Fewest bytes of a secret that a sender dictates. */
export const shortestSenderSecret = 8;

/** Schemes whose secret a person makes up, so that its length is in our hands. */
const isOwnSecret = (scheme: SchemeName): boolean => scheme.startsWith('shared-secret');

/** Quotation marks that copying adds, with the mark that closes each. */
const quotationMarks: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”', '‘': '’', '«': '»' };

/** White space, control characters, and the marks without width that copying from a web page adds. */
const around = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** A secret without what copying puts around it: white space, line ends, quotation marks, a byte order mark. */
export function cleanSecret(secret: string): string {
  const trimmed = secret.replace(around, '');
  const closing = quotationMarks[trimmed[0] ?? ''];
  return closing !== undefined && trimmed.length > 1 && trimmed.endsWith(closing)
    ? trimmed.slice(1, -1).replace(around, '')
    : trimmed;
}

/** What a form shows instead of a secret that it keeps to itself. */
const isMasked = (secret: string): boolean => /[•●⬤∙▪◦]/.test(secret) || /^[*·.…_\-–—]+$/.test(secret);

function faultOf(scheme: SchemeName | undefined, secret: string): SecretFault | undefined {
  const clean = cleanSecret(secret);
  if (clean === '' || (scheme !== 'standard-webhooks' && /^(v1a?,)?(wh(sec|pk|sk)_)?$/.test(clean)))
    return { reason: 'empty-secret', message: 'The secret is empty.', hint: 'Enter the secret that the sender uses.' };
  if (isMasked(clean)) {
    return {
      reason: 'masked-secret',
      message: 'The secret consists of the dots or asterisks that a website shows instead of it.',
      hint: 'Reveal the secret on the page of the sender, then copy it.',
    };
  }
  if (scheme === 'standard-webhooks' || (scheme === undefined && /^(v1a?,|wh(sec|pk|sk)_)/.test(clean)))
    return schemeSecretFault(clean);
  if (scheme !== undefined && isOwnSecret(scheme)) {
    const length = Array.from(clean).length;
    if (length >= shortestOwnSecret) return undefined;
    return {
      reason: 'short-secret',
      message: `The secret has ${length} characters; ${shortestOwnSecret} or more are required.`,
      hint: 'Choose a longer random text and enter it here and at the sender.',
    };
  }
  const bytes = Buffer.byteLength(clean, 'utf8');
  if (bytes >= shortestSenderSecret) return undefined;
  return {
    reason: 'short-secret',
    message: `The secret has ${bytes} bytes; ${shortestSenderSecret} or more are required.`,
    hint: 'Copy the whole secret again, or have the sender create a longer one.',
  };
}

/** Faults that were found, by scheme and secret: a delivery must not pay for looking again. */
const known = new Map<SchemeName | undefined, Map<string, SecretFault | undefined>>();

/**
 * Why no event can be verified by a secret: it is empty, masked, cannot be decoded, or is too short. The only place that
 * decides this: the credential test, the activation of a trigger and every verification call it.
 * @param scheme undefined where it is not known yet, as in the test of a credential; then only what no scheme allows is a fault
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
export function secretFault(scheme: SchemeName | undefined, secret: string): SecretFault | undefined {
  let ofScheme = known.get(scheme);
  if (!ofScheme) known.set(scheme, (ofScheme = new Map()));
  const found = ofScheme.get(secret);
  if (found !== undefined || ofScheme.has(secret)) return found;
  const fault = faultOf(scheme, secret);
  if (ofScheme.size >= 100) ofScheme.clear();
  ofScheme.set(secret, fault);
  return fault;
}

/** A warning about a secret that is allowed because the sender dictates it, but that is short; undefined for a good one. */
export function secretWarning(secret: string): string | undefined {
  const length = Buffer.byteLength(cleanSecret(secret), 'utf8');
  return length < shortestOwnSecret
    ? `The secret is short (${length} bytes). Use ${shortestOwnSecret} or more if the sender allows it.`
    : undefined;
}
