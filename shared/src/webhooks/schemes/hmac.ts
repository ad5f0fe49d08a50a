import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Delivery } from '../delivery.ts';
import { sameBytes, type Proof, type Scheme } from '../scheme.ts';

/** Decodes a secret to key bytes. */
type BytesOf = (secret: string) => Buffer;

/** Cached keys by decoder: the same text is a different key in base64. */
const keys = new Map<BytesOf, Map<string, KeyObject>>();

/** The cached key of a secret. On Node 24, signing with a raw key is five times slower. */
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

/** The HMAC-SHA256 of a prefix and the body. */
export function sign(secret: string, prefix: string, body: Uint8Array, bytesOf = utf8): Buffer {
  const hmac = createHmac('sha256', keyOf(secret, bytesOf));
  return (prefix === '' ? hmac : hmac.update(prefix)).update(body).digest();
}

/**
 * Compares signatures with the HMAC-SHA256 of the body.
 * @param prefix returns the text that is signed before the body: an ID, a timestamp
 * @param bytesOf decodes the secret. Default: UTF-8
 */
export function matchesHmac(prefix: (proof: Proof, delivery: Delivery) => string, bytesOf = utf8): Scheme['matches'] {
  return (proof, delivery, secret) => {
    const expected = sign(secret, prefix(proof, delivery), delivery.body, bytesOf);
    return proof.candidates.some((candidate) => sameBytes(candidate, expected));
  };
}

/** Decodes a hex-encoded SHA-256 signature; undefined if it is malformed. */
export function hexSignature(text: string): Buffer | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}
