import { headerValues, type Delivery } from './delivery.ts';
import { isForm, parseEventForm } from './event-form.ts';
import { parseEventJson } from './event-json.ts';
import type { EntraCheck, EntraSender, HmacSettings, Secrets, SecretScheme } from '../define/verification.ts';
import type { KeyHost } from './entra-keys.ts';
import type { Proof, RejectionReason, Scheme, SecretFault } from './scheme.ts';
import { schemeOf } from './schemes.ts';
import { cleanSecret, secretFault } from './secret-rules.ts';

/** How to verify a delivery. */
export interface VerifyOptions {
  scheme: SecretScheme;
  /** The signature, if the scheme is an HMAC preset or custom; checked with `checkHmacSettings`. */
  hmac?: HmacSettings;
  /** Name of the header or query parameter with the shared secret. */
  location?: string;
  secrets: Secrets;
  /** Whether to accept deliveries if no secret is set; they are marked as not verified. Default: false. */
  acceptsUnsigned?: boolean;
  /** Seconds since 1970. */
  now: number;
  /** Tolerance of the signed timestamp in seconds, either way. Default: 300. */
  toleranceSeconds?: number;
  /** Maximum size of the body in bytes. Default: 1 MiB. */
  maxBytes?: number;
}

/** A verified delivery with its parsed body. */
export interface Verified {
  ok: true;
  /** False for an unsigned delivery that the trigger accepts. */
  verified: boolean;
  matchedSecret: 'current' | 'previous' | 'none';
  body: unknown;
}

/** A rejected delivery. The sender receives an empty response. */
export interface Rejected {
  ok: false;
  reason: RejectionReason;
  /** HTTP status of the response: 401, but 413 if the body is too large and 415 if its type is not supported. */
  status: 401 | 413 | 415;
  /** For the user: what happened and what to do. Contains no secret. */
  explanation: string;
}

const explanations: Record<RejectionReason, string> = {
  'no-secret':
    'No secret is set, so events cannot be verified. Enter the secret of the sender, or turn on Accept Unverified Events.',
  'empty-secret': 'The secret is empty, so anyone could forge events. Enter the secret of the sender.',
  'short-secret':
    'The secret is too short and could be guessed. Copy the whole secret of the sender, or create a longer one.',
  'masked-secret':
    'The secret consists of the dots or asterisks that a website shows in its place. Reveal the secret on the page of the sender, then copy it.',
  'undecodable-secret':
    'The secret is not valid base64 or not a key for Standard Webhooks. Copy the whole secret of the sender; it usually starts with whsec_, or with whpk_ for a public key.',
  'private-key':
    'The secret is the private key of the sender, which starts with whsk_. Enter the public key, which starts with whpk_.',
  missing:
    'The delivery has no signature or secret. Check that the sender is configured to send it and that no proxy removes it.',
  duplicate:
    'The signature or secret was sent more than once, so it is ambiguous. Check the sender, and the URL for a repeated parameter.',
  malformed:
    'The signature or secret has the wrong format. Check the verification method; the delivery may come from another sender.',
  'malformed-timestamp':
    'The signed timestamp is not in the unit that the verification method or Timestamp Unit names: seconds have 10 digits, milliseconds 13.',
  'no-match':
    'The signature or secret does not match. Check that the secret belongs to this webhook and that no proxy changes the body.',
  'wrong-token':
    'The token is authentic, but it was issued by another tenant, for another application, or to another sender. Check Tenant ID, Application ID and Sender Application ID.',
  'too-old':
    'The signature is valid, but its timestamp is too old. The delivery may be a replay, or a clock may be wrong.',
  'too-new':
    'The signature is valid, but its timestamp is in the future. Check the clocks of the sender and this server.',
  'unsupported-type':
    'The Content-Type header names an unsupported format. Configure the sender to send application/json.',
  'too-large': 'The body is larger than 1 MiB. Configure the sender to send smaller events.',
  'too-complex': 'The body has more than 64 levels or 20,000 values. Configure the sender to send smaller events.',
  'not-json': 'The body is not a JSON object or array. Configure the sender to send JSON.',
  'not-utf8': 'The body contains bytes that are not UTF-8. Configure the sender to send UTF-8.',
  'duplicate-keys': 'An object in the body has the same key twice, so it is ambiguous. Correct it at the sender.',
  'invalid-form': 'The body is not a valid form. Configure the sender to send application/json.',
  'secret-has-whitespace':
    'The signature or secret does not match, and the secret has white space or quotation marks around it. Copy the secret again.',
  'secret-is-an-id':
    'The signature or secret does not match, and the secret looks like the ID of the webhook. Copy the secret itself.',
  'invalid-settings': 'The settings of the verification method are invalid. Correct them in the trigger.',
};

const statuses: Partial<Record<RejectionReason, 413 | 415>> = { 'too-large': 413, 'unsupported-type': 415 };

const reject = (reason: RejectionReason, explanation = explanations[reason]): Rejected => ({
  ok: false,
  reason,
  status: statuses[reason] ?? 401,
  explanation,
});

const jsonType = /^[\w.-]+\/([\w.-]+\+)?json(-batch)?\b/i;

/** Whether the body may be JSON according to its header; some senders set no type. */
function mayBeJson(delivery: Delivery): boolean {
  return headerValues(delivery, 'content-type').every(
    (type) => type === 'application/json' || type === '' || jsonType.test(type),
  );
}

/** Verifies the raw bytes of a delivery, then parses them. Never throws because of the content of a delivery. */
export function verifyDelivery(delivery: Delivery, options: VerifyOptions): Verified | Rejected {
  const format = bodyFormat(delivery, options.maxBytes, schemeOf(options).acceptsForms);
  if (typeof format !== 'string') return format;
  return parseAuthentic(delivery, format, authenticate(delivery, options));
}

/**
 * Verifies the Microsoft Entra token of a delivery, then parses the body.
 * @param sender undefined if its IDs are not set
 * @param entraFault the check of the trigger; undefined if it accepts no tokens
 * @throws PipewrightError `unavailable` if the signing keys cannot be read
 */
export async function verifyEntraDelivery(
  delivery: Delivery,
  sender: EntraSender | undefined,
  entraFault: EntraCheck | undefined,
  host: KeyHost,
): Promise<Verified | Rejected> {
  if (!sender || !entraFault) return reject('no-secret');
  const format = bodyFormat(delivery);
  if (typeof format !== 'string') return format;
  const fault = await entraFault(delivery, sender, host);
  return parseAuthentic(delivery, format, fault === undefined ? 'current' : reject(fault));
}

/** Checks the size and type of a body before reading anything in it. */
function bodyFormat(delivery: Delivery, maxBytes = 1024 * 1024, acceptsForms = false): 'json' | 'form' | Rejected {
  if (delivery.body.length > maxBytes) return reject('too-large');
  if (mayBeJson(delivery)) return 'json';
  return acceptsForms && isForm(delivery) ? 'form' : reject('unsupported-type');
}

function parseAuthentic(
  { body }: Delivery,
  format: 'json' | 'form',
  matchedSecret: Verified['matchedSecret'] | Rejected,
): Verified | Rejected {
  if (typeof matchedSecret !== 'string') return matchedSecret;
  const parsed = format === 'form' ? parseEventForm(body) : parseEventJson(body);
  return typeof parsed === 'string'
    ? reject(parsed)
    : { ok: true, verified: matchedSecret !== 'none', matchedSecret, body: parsed.body };
}

/** Verifies the raw bytes of a delivery without parsing them; returns which secret matched, or why none did. */
export function authenticate(delivery: Delivery, options: VerifyOptions): Verified['matchedSecret'] | Rejected {
  const { current, previous } = options.secrets;
  if (!current && !previous) return options.acceptsUnsigned ? 'none' : reject('no-secret');
  const scheme = schemeOf(options);
  // A secret that is set but unusable rejects everything: it never counts as no secret, and a good one does not excuse it.
  const unusable = unusableSecret(options);
  if (unusable) return unusable;
  const proof = scheme.proof(delivery, options.location);
  if (typeof proof === 'string') return reject(proof);
  const matched =
    current && matchesSecret(scheme, proof, delivery, current)
      ? 'current'
      : previous && matchesSecret(scheme, proof, delivery, previous)
        ? 'previous'
        : undefined;
  return matched === undefined
    ? reject(mismatchReason(scheme, current))
    : (timestampFault(scheme.signedAt?.(delivery) ?? proof.signedAt, options) ?? matched);
}

/** The rejection of every delivery while one of the secrets is unusable. */
function unusableSecret(options: VerifyOptions): Rejected | undefined {
  const { scheme } = options;
  const { current, previous } = options.secrets;
  const currentFault = current ? secretFault(scheme, current) : undefined;
  if (current && currentFault) {
    const idFault = schemeOf(options).faultOf?.(current);
    return idFault ? reject(idFault) : reject(currentFault.reason, describeFault(currentFault));
  }
  const previousFault = previous ? secretFault(scheme, previous) : undefined;
  return previousFault && reject(previousFault.reason, `Previous secret: ${describeFault(previousFault)}`);
}

const describeFault = ({ message, hint }: SecretFault): string => `${message} ${hint}`;

/** Tries a secret as entered, then without the characters that copying may have added around it. */
function matchesSecret(scheme: Scheme, proof: Proof, delivery: Delivery, secret: string): boolean {
  if (scheme.matches(proof, delivery, secret)) return true;
  const clean = cleanSecret(secret);
  return clean !== secret && scheme.matches(proof, delivery, clean);
}

/** Why nothing matches, judging by the format of the secret. */
function mismatchReason(scheme: Scheme, secret: string | undefined): RejectionReason {
  if (secret === undefined) return 'no-match';
  return secret === cleanSecret(secret) ? (scheme.faultOf?.(secret) ?? 'no-match') : 'secret-has-whitespace';
}

/** Checks the timestamp only after the signature, so a forger learns nothing from it. */
function timestampFault(
  signedAt: number | RejectionReason | undefined,
  { now, toleranceSeconds = 300 }: VerifyOptions,
): Rejected | undefined {
  if (signedAt === undefined) return undefined;
  if (typeof signedAt === 'string') return reject(signedAt);
  if (signedAt < now - toleranceSeconds) return reject('too-old');
  return signedAt > now + toleranceSeconds ? reject('too-new') : undefined;
}
