import { headerValues, type Delivery } from './delivery.ts';
import { isForm, parseEventForm } from './event-form.ts';
import { parseEventJson } from './event-json.ts';
import type { SchemeName, Secrets } from '../define/verification.ts';
import type { Proof, Refusal, Scheme } from './scheme.ts';
import { schemes } from './schemes.ts';
import { cleanSecret, secretFault } from './secret-rules.ts';

/** How a delivery is to be verified. */
export interface VerifyOptions {
  scheme: SchemeName;
  /** Name of the header or query parameter of a shared secret. */
  location?: string;
  secrets: Secrets;
  /** Accept deliveries where no secret is set; they are marked as not verified. Default: false. */
  acceptsUnsigned?: boolean;
  /** Seconds since 1970. */
  now: number;
  /** Seconds by which a signed timestamp may be off, either way. Default: 300. */
  toleranceSeconds?: number;
  /** Largest body in bytes. Default: 1 MiB. */
  maximumBytes?: number;
}

/** A delivery that was verified, with its parsed body. */
export interface Accepted {
  ok: true;
  verified: boolean;
  matchedSecret: 'current' | 'previous' | 'none';
  body: unknown;
}

/** A delivery that is rejected; the sender gets an empty answer. */
export interface Refused {
  ok: false;
  reason: Refusal;
  /** The status of the answer: 401, but 413 for a body that is too large and 415 for one of another type. */
  status: 401 | 413 | 415;
  /** For the builder of the workflow: what to do. Holds no secret. */
  explanation: string;
}

const explanations: Record<Refusal, string> = {
  'no-secret':
    'No secret is set, so no event can be verified. Enter the secret of the sender, or turn on Accept Unsigned Events.',
  'empty-secret': 'The secret is empty, so anyone could forge events. Enter the secret of the sender.',
  'short-secret':
    'The secret is too short, so it could be guessed. Enter 16 characters or more; for Standard Webhooks, the whole secret of the sender with 24 bytes or more.',
  'masked-secret':
    'The secret consists of the dots or asterisks that a website shows instead of it. Reveal it on the page of the sender, then copy it.',
  'undecodable-secret':
    'The secret is not base64, or not a key of this kind, so it cannot verify Standard Webhooks. Copy the whole secret of the sender; it usually begins with whsec_, or with whpk_ for a public key.',
  'private-key':
    'The secret is the private key of the sender, which begins with whsk_. Enter the public key, which begins with whpk_.',
  missing:
    'The delivery carries no signature or secret. Check that the sender is set up to send it, and that no proxy removes it.',
  several:
    'The signature or secret was sent more than once, so it is unclear which one counts. Check the sender, and the address for a parameter that is repeated.',
  'bad-encoding':
    'The signature or secret is not in the format of this sender. Check How the Sender Signs; the delivery may come from another sender.',
  'no-match':
    'The signature or secret does not match. Check that the secret is the one of this webhook, and that no proxy rewrites the body.',
  'wrong-token':
    'The token is genuine, but it was issued by another tenant, for another application, or for another sender. Compare the three IDs.',
  stale:
    'The signature is right, but it was made too long ago: the delivery may have been recorded and sent again. Check the clocks of both machines.',
  future: 'The signature is right, but it was made in the future. Check the clocks of both machines.',
  'wrong-type': 'The header Content-Type names a format that is not accepted. Set the sender to send application/json.',
  'too-large': 'The body is larger than 1 MiB, which no notification is.',
  'too-complex': 'The body is nested more than 64 levels deep or holds more than 20,000 values.',
  'not-json': 'The body is not a JSON object or array. Set the sender to send JSON.',
  'not-utf8': 'The body holds bytes that are not UTF-8, so its text would be changed. Set the sender to send UTF-8.',
  'duplicate-keys':
    'The body holds the same name twice in one object, so it is unclear which value counts. Correct it at the sender.',
  'bad-form': 'The body is not a form that can be read. Set the sender to send application/json.',
  'secret-has-white-space':
    'The signature or secret does not match, and the secret begins or ends with white space or quotation marks. Copy the secret again.',
  'secret-is-an-id':
    'The signature or secret does not match, and what is set as the secret looks like an ID of the webhook. Copy the secret itself.',
};

const statuses: Partial<Record<Refusal, 413 | 415>> = { 'too-large': 413, 'wrong-type': 415 };

/** A refusal for a reason, with the explanation for the builder of a workflow. */
export const refuse = (reason: Refusal): Refused => ({
  ok: false,
  reason,
  status: statuses[reason] ?? 401,
  explanation: explanations[reason],
});

const json = /^[\w.-]+\/([\w.-]+\+)?json(-batch)?\b/i;

/** Whether a body may be JSON by its header; some senders name no type. */
function mayBeJson(delivery: Delivery): boolean {
  return headerValues(delivery, 'content-type').every(
    (type) => type === 'application/json' || type === '' || json.test(type),
  );
}

/**
 * Verifies a delivery on its bytes and only then parses it. Never throws for what a sender sent.
 */
export function verifyDelivery(delivery: Delivery, options: VerifyOptions): Accepted | Refused {
  const kind = kindOf(delivery, options.maximumBytes, schemes[options.scheme].takesForms);
  if (typeof kind !== 'string') return kind;
  const matchedSecret = authenticate(delivery, options);
  return typeof matchedSecret === 'string' ? parseVerified(delivery, matchedSecret, kind) : matchedSecret;
}

/** What the body of a delivery is by its header, or what is wrong with its size and type; looked at before anything in it. */
export function kindOf(delivery: Delivery, maximumBytes = 1024 * 1024, takesForms = false): 'json' | 'form' | Refused {
  if (delivery.body.length > maximumBytes) return refuse('too-large');
  if (mayBeJson(delivery)) return 'json';
  return takesForms && isForm(delivery) ? 'form' : refuse('wrong-type');
}

/** Parses the body of a delivery that is known to be genuine. */
export function parseVerified(
  { body }: Delivery,
  matchedSecret: Accepted['matchedSecret'],
  kind: 'json' | 'form' = 'json',
): Accepted | Refused {
  const parsed = kind === 'form' ? parseEventForm(body) : parseEventJson(body);
  return typeof parsed === 'string'
    ? refuse(parsed)
    : { ok: true, verified: matchedSecret !== 'none', matchedSecret, body: parsed.body };
}

/** Verifies a delivery on its bytes, whatever they hold; returns which secret matched, or why none did. */
export function authenticate(delivery: Delivery, options: VerifyOptions): Accepted['matchedSecret'] | Refused {
  const { current, previous } = options.secrets;
  if (!current && !previous) return options.acceptsUnsigned ? 'none' : refuse('no-secret');
  // A secret that is set but cannot be used is never treated as if none were set.
  const currentFault = current ? secretFault(options.scheme, current) : undefined;
  const previousFault = previous ? secretFault(options.scheme, previous) : undefined;
  const isUsable = (current && !currentFault) || (previous && !previousFault);
  const fault = currentFault ?? previousFault;
  const scheme = schemes[options.scheme];
  if (!isUsable && fault) return refuse(scheme.faultOf?.(current ?? '') ?? fault.reason);
  const proof = scheme.proof(delivery, options.location);
  if (typeof proof === 'string') return refuse(proof);
  const matched =
    current && !currentFault && matchesSecret(scheme, proof, delivery, current)
      ? 'current'
      : previous && !previousFault && matchesSecret(scheme, proof, delivery, previous)
        ? 'previous'
        : undefined;
  return matched === undefined
    ? refuse(currentFault?.reason ?? reasonOf(scheme, current))
    : (timeFault(proof, options) ?? matched);
}

/** Whether a proof is right for a secret as it was entered, or without what copying put around it. */
function matchesSecret(scheme: Scheme, proof: Proof, delivery: Delivery, secret: string): boolean {
  if (scheme.matches(proof, delivery, secret)) return true;
  const clean = cleanSecret(secret);
  return clean !== secret && scheme.matches(proof, delivery, clean);
}

/** Why nothing matches, by the looks of the secret that is set. */
function reasonOf(scheme: Scheme, secret: string | undefined): Refusal {
  if (secret === undefined) return 'no-match';
  return secret === cleanSecret(secret) ? (scheme.faultOf?.(secret) ?? 'no-match') : 'secret-has-white-space';
}

/** Old and future timestamps are refused only once the signature is known to be right: a forger learns nothing. */
function timeFault({ signedAt }: Proof, { now, toleranceSeconds = 300 }: VerifyOptions): Refused | undefined {
  if (signedAt === undefined) return undefined;
  if (signedAt < now - toleranceSeconds) return refuse('stale');
  return signedAt > now + toleranceSeconds ? refuse('future') : undefined;
}
