import { parseExact } from '../http/exact-json.ts';
import { factsOf } from './body-facts.ts';
import { headerValues, type Delivery } from './delivery.ts';
import type { Proof, Refusal, Scheme, SchemeName, Secrets } from './scheme.ts';
import { schemes } from './schemes.ts';

/** How a delivery is to be verified. */
export interface ReceiveOptions {
  scheme: SchemeName;
  /** Name of the header or query parameter of a shared secret. */
  location?: string;
  secrets: Secrets;
  /** Take deliveries without any secret; they are marked as not verified. Default: false. */
  acceptsUnsigned?: boolean;
  /** Seconds since 1970. */
  now: number;
  /** Seconds by which a signed moment may be off, either way. Default: 300. */
  toleranceSeconds?: number;
  /** Largest body in bytes. Default: 1 MiB. */
  maximumBytes?: number;
}

/** A delivery that may be believed, with its parsed body. */
export interface Accepted {
  ok: true;
  verified: boolean;
  matchedSecret: 'current' | 'previous' | 'none';
  body: unknown;
}

/** A delivery that is refused; the sender is answered without a word. */
export interface Refused {
  ok: false;
  reason: Refusal;
  /** The status of the answer: 401, but 413 for a body that is too large and 415 for one that is not JSON by its header. */
  status: 401 | 413 | 415;
  /** For the builder of the workflow: what to look at. Holds no secret. */
  explanation: string;
}

const explanations: Record<Refusal, string> = {
  'no-secret': 'No secret is set, so nothing can be verified. Set one in the connection, or tick Accept Unsigned Events.',
  missing: 'The delivery carries no signature or secret. Check that the sender is set up to send it, and that no proxy removes it.',
  several: 'The header or parameter of the signature came more than once, so it is not known which one counts.',
  'bad-encoding': 'The signature is not written as this sender writes it. It may come from another sender.',
  'no-match': 'The signature or secret does not match. Check that the secret is the one of this very webhook, and that no proxy rewrites the body.',
  'wrong-token': 'The token is genuine, but it was made by another tenant, for another application, or for another sender. Compare the three IDs in the connection.',
  stale: 'The signature is right, but it was made too long ago: the delivery may have been recorded and sent again. Check the clocks of both machines.',
  future: 'The signature is right, but it was made in the future. Check the clocks of both machines.',
  'wrong-type': 'The header Content-Type says that the body is not JSON. Have the sender send application/json.',
  'too-large': 'The body is larger than a notification ever is.',
  'too-complex': 'The body is nested deeper, or holds more values, than a notification ever does.',
  'not-json': 'The body is not JSON.',
  'secret-has-white-space': 'Nothing matches, and the secret in the connection begins or ends with white space: copy it again.',
  'secret-is-an-id': 'Nothing matches, and what is set as the secret looks like an ID of the webhook. Copy the secret itself.',
};

const statuses: Partial<Record<Refusal, 413 | 415>> = { 'too-large': 413, 'wrong-type': 415 };

/** A refusal for a reason, with what the builder of a workflow is told. */
export const refuse = (reason: Refusal): Refused => ({ ok: false, reason, status: statuses[reason] ?? 401, explanation: explanations[reason] });

const json = /^[\w.-]+\/([\w.-]+\+)?json(-batch)?\b/i;

/** Whether a body may be JSON by its header; some senders say nothing. */
function mayBeJson(delivery: Delivery): boolean {
  return headerValues(delivery, 'content-type').every((type) => type === 'application/json' || type === '' || json.test(type));
}

/**
 * Verifies a delivery on its bytes and only then parses it. Never throws for what a sender sent.
 */
export function receive(delivery: Delivery, options: ReceiveOptions): Accepted | Refused {
  const fault = formFault(delivery, options.maximumBytes);
  if (fault) return fault;
  const matchedSecret = authenticate(delivery, options);
  return typeof matchedSecret === 'string' ? parseVerified(delivery, matchedSecret) : matchedSecret;
}

/** What is wrong with a delivery before anything in it is looked at. */
export function formFault(delivery: Delivery, maximumBytes = 1024 * 1024): Refused | undefined {
  if (delivery.body.length > maximumBytes) return refuse('too-large');
  return mayBeJson(delivery) ? undefined : refuse('wrong-type');
}

/** Parses the body of a delivery that is known to be genuine. */
export function parseVerified({ body: bytes }: Delivery, matchedSecret: Accepted['matchedSecret']): Accepted | Refused {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return refuse('not-json');
    const { withinBounds, hasSpoiledNumbers } = factsOf(body);
    if (!withinBounds) return refuse('too-complex');
    return { ok: true, verified: matchedSecret !== 'none', matchedSecret, body: hasSpoiledNumbers ? parseExact(text) : body };
  } catch {
    return refuse('not-json');
  }
}

/** Verifies a delivery on its bytes, whatever they hold; says which secret matched, or why none did. */
export function authenticate(delivery: Delivery, options: ReceiveOptions): Accepted['matchedSecret'] | Refused {
  const { current, previous } = options.secrets;
  if (!current && !previous) return options.acceptsUnsigned ? 'none' : refuse('no-secret');
  const scheme = schemes[options.scheme];
  const proof = scheme.proof(delivery, options.location);
  if (typeof proof === 'string') return refuse(proof);
  const matched = current && scheme.matches(proof, delivery, current) ? 'current' : previous && scheme.matches(proof, delivery, previous) ? 'previous' : undefined;
  return matched === undefined ? refuse(reasonOf(scheme, current)) : (timeFault(proof, options) ?? matched);
}

/** Why nothing matches, by the looks of the secret that is set. */
function reasonOf(scheme: Scheme, secret: string | undefined): Refusal {
  if (secret === undefined) return 'no-match';
  return secret === secret.trim() ? (scheme.faultOf?.(secret) ?? 'no-match') : 'secret-has-white-space';
}

/** Old and future moments are refused only once the signature is known to be right: a forger learns nothing. */
function timeFault({ signedAt }: Proof, { now, toleranceSeconds = 300 }: ReceiveOptions): Refused | undefined {
  if (signedAt === undefined) return undefined;
  if (signedAt < now - toleranceSeconds) return refuse('stale');
  return signedAt > now + toleranceSeconds ? refuse('future') : undefined;
}
