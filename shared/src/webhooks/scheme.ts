import { timingSafeEqual } from 'node:crypto';
import { headerValues, type Delivery } from './delivery.ts';

/** Why a secret cannot verify anything. */
export type SecretReason =
  | 'empty-secret'
  | 'short-secret'
  | 'masked-secret'
  | 'undecodable-secret'
  | 'private-key'
  | 'secret-is-an-id';

/** What is wrong with a secret, as shown in a form. Contains no part of the secret. */
export interface SecretFault {
  reason: SecretReason;
  message: string;
  hint: string;
}

/** Why a delivery was rejected; shown to the user, never to the sender. */
export type RejectionReason =
  | SecretReason
  | 'no-secret'
  | 'missing'
  | 'duplicate'
  | 'malformed'
  | 'malformed-timestamp'
  | 'no-match'
  | 'wrong-token'
  | 'too-old'
  | 'too-new'
  | 'unsupported-type'
  | 'too-large'
  | 'too-complex'
  | 'not-json'
  | 'not-utf8'
  | 'duplicate-keys'
  | 'invalid-form'
  | 'secret-has-whitespace'
  | 'invalid-settings';

/** The proof of authenticity in a delivery. */
export interface Proof {
  /** Signatures or secrets; any of them may match. */
  candidates: readonly Uint8Array[];
  /** Signatures made with a private key; any of them may match. */
  publicKeyCandidates?: readonly Uint8Array[];
  /** Signed timestamp in seconds since 1970, if the scheme signs one. */
  signedAt?: number;
}

/** What a sender needs to sign a delivery. */
export interface Signing {
  secret: string;
  body: Uint8Array;
  /** ID of the event. */
  id: string;
  /** Seconds since 1970. */
  now: number;
  /** Name of the header or query parameter for a shared secret. */
  location?: string | undefined;
}

/** A signature scheme, or a way to send a shared secret. */
export interface Scheme {
  /** Reads the proof from a delivery, or returns why there is none. */
  proof(delivery: Delivery, location: string | undefined): Proof | RejectionReason;
  /** Whether a proof matches a secret, compared in constant time. */
  matches(proof: Proof, delivery: Delivery, secret: string): boolean;
  /** Signs a delivery: the headers and query parameters to add. */
  sign(signing: Signing): Pick<Delivery, 'headers' | 'query'>;
  /** What is wrong with a secret, judging by its format. */
  faultOf?(secret: string): RejectionReason | undefined;
  /** Reads the timestamp from a body whose signature matched, in seconds since 1970. */
  signedAt?(delivery: Delivery): number | RejectionReason;
  /** Whether senders may send forms (`application/x-www-form-urlencoded`). Default: false. */
  acceptsForms?: boolean;
}

/** Compares two byte strings in constant time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Reads a header that must occur exactly once. */
export function fromHeader<Read>(
  delivery: Pick<Delivery, 'headers'>,
  name: string,
  read: (value: string) => Read,
): Read | 'missing' | 'duplicate' {
  const values = headerValues(delivery, name);
  const [value] = values;
  if (values.length > 1) return 'duplicate';
  return value === undefined || value === '' ? 'missing' : read(value);
}
