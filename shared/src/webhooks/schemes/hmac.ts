import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Delivery } from '../delivery.ts';
import { sameBytes, type Proof, type Scheme } from '../scheme.ts';

/** The key that a secret represents. */
type BytesOf = (secret: string) => Buffer;

/** By the way in which secrets are read: one text is another key in base64. */
const keys = new Map<BytesOf, Map<string, KeyObject>>();

/** The key of a secret, prepared once: on Node 24 a signature with a raw key costs five times more. */
function keyOf(secret: string, bytesOf: BytesOf): KeyObject {
  let known = keys.get(bytesOf);
  if (!known) keys.set(bytesOf, (known = new Map()));
  let key = known.get(secret);
  if (!key) {
    if (known.size >= 100) known.clear();
    known.set(secret, (key = createSecretKey(bytesOf(secret))));
  }
  return key;
}

const utf8: BytesOf = (secret) => Buffer.from(secret, 'utf8');

/** The HMAC-SHA256 of a body after what stands before it. */
export function sign(secret: string, before: string, body: Uint8Array, bytesOf = utf8): Buffer {
  const hmac = createHmac('sha256', keyOf(secret, bytesOf));
  return (before === '' ? hmac : hmac.update(before)).update(body).digest();
}

/**
 * Compares signatures with the HMAC-SHA256 of the body.
 * @param before what is signed in front of the body: an ID, a timestamp
 * @param bytesOf the key that a secret represents; default: its text in UTF-8
 */
export function matchesHmac(before: (proof: Proof, delivery: Delivery) => string, bytesOf = utf8): Scheme['matches'] {
  return (proof, delivery, secret) => {
    const expected = sign(secret, before(proof, delivery), delivery.body, bytesOf);
    return proof.candidates.some((candidate) => sameBytes(candidate, expected));
  };
}

/** A signature in hexadecimal digits; undefined when it is none. */
export function hexSignature(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}
