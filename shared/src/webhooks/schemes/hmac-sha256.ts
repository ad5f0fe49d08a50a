import * as crypto from 'node:crypto';

/** Bytes of a block of SHA-256, and of its digest. */
const blockLength = 64;
const digestLength = 32;

/** Longest message for which hashing at once is faster, in bytes. */
const maxAtOnce = 16_384;

/** A key made once: preparing it costs as much as a signature. */
export interface HmacKey {
  object: crypto.KeyObject;
  /** The key as RFC 2104 puts it before the message, and before the digest of that, for which there is room. */
  inner: Buffer;
  outer: Buffer;
}

/** Where key and message are put together. Nothing is awaited while it is in use. */
const scratch = Buffer.allocUnsafeSlow(blockLength + maxAtOnce);

/** Prepares a key of any length. */
export function hmacKey(bytes: Buffer): HmacKey {
  const key = bytes.length > blockLength ? crypto.createHash('sha256').update(bytes).digest() : bytes;
  const padded = (pad: number, length: number): Buffer => {
    const block = Buffer.alloc(length);
    for (let at = 0; at < blockLength; at += 1) block[at] = (key[at] ?? 0) ^ pad;
    return block;
  };
  return { object: crypto.createSecretKey(bytes), inner: padded(0x36, blockLength), outer: padded(0x5c, blockLength + digestLength) };
}

/**
 * The HMAC-SHA256 of a text and a body after it. `crypto.hash`, which Node has since 20.12, takes half the time of `createHmac`
 * for a message of a kilobyte; longer ones and older versions of Node go the usual way.
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export function hmacSha256({ object, inner, outer }: HmacKey, before: string, body: Uint8Array): Buffer {
  const length = body.length + before.length * 3;
  if (length > maxAtOnce || typeof crypto.hash !== 'function') return crypto.createHmac('sha256', object).update(before).update(body).digest();
  inner.copy(scratch);
  const start = blockLength + (before === '' ? 0 : scratch.write(before, blockLength, 'utf8'));
  scratch.set(body, start);
  // As text, for a digest as a buffer of its own costs half a microsecond more.
  outer.write(crypto.hash('sha256', scratch.subarray(0, start + body.length), 'binary'), blockLength, 'latin1');
  return Buffer.from(crypto.hash('sha256', outer, 'binary'), 'latin1');
}
