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

/** What is wrong with a secret, as a form shows it. Holds no part of the secret. */
export interface SecretFault {
  reason: SecretReason;
  message: string;
  hint: string;
}

/** Why a delivery is rejected; shown to the builder of a workflow, never to the sender. */
export type Refusal =
  | SecretReason
  | 'no-secret'
  | 'missing'
  | 'several'
  | 'bad-encoding'
  | 'no-match'
  | 'wrong-token'
  | 'stale'
  | 'future'
  | 'wrong-type'
  | 'too-large'
  | 'too-complex'
  | 'not-json'
  | 'not-utf8'
  | 'duplicate-keys'
  | 'bad-form'
  | 'secret-has-white-space';

/** What a delivery brings to prove who sent it. */
export interface Proof {
  /** Signatures or secrets, of which any may match. */
  candidates: readonly Uint8Array[];
  /** Signatures by a private key, where the scheme knows such; of these, too, any may match. */
  publicKeyCandidates?: readonly Uint8Array[];
  /** Seconds since 1970 at which it was signed, where that is part of what is signed. */
  signedAt?: number;
}

/** What a sender that signs by itself knows of a delivery. */
export interface Signing {
  secret: string;
  body: Uint8Array;
  /** Identifies the event. */
  id: string;
  /** Seconds since 1970. */
  now: number;
  /** Name of the header or query parameter of a shared secret. */
  location?: string | undefined;
}

/** One way to prove who the sender is. */
export interface Scheme {
  /** What the delivery brings; or why that is no proof. */
  proof(delivery: Delivery, location: string | undefined): Proof | Refusal;
  /** Whether a proof is right for a secret, in a time that reveals nothing about where it is wrong. */
  matches(proof: Proof, delivery: Delivery, secret: string): boolean;
  /** What a sender adds to a delivery. */
  sign(signing: Signing): Pick<Delivery, 'headers' | 'query'>;
  /** What is wrong with a secret by the looks of it. */
  faultOf?(secret: string): Refusal | undefined;
  /** Whether its senders also send forms (`application/x-www-form-urlencoded`). Default: false. */
  takesForms?: boolean;
}

/** Whether two byte strings are equal, in a time that reveals nothing about where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Reads a header that must be present exactly once. */
export function fromHeader(
  delivery: Delivery,
  name: string,
  read: (value: string) => Proof | Refusal,
): Proof | Refusal {
  const values = headerValues(delivery, name);
  const [value] = values;
  if (values.length > 1) return 'several';
  return value === undefined || value === '' ? 'missing' : read(value);
}
