import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SecretFault } from '../scheme.ts';

/** Fewest bytes of a key, by the specification of Standard Webhooks. */
export const shortestKey = 24;

/** What a secret of Standard Webhooks is: a key for HMAC, or the public key of the sender. */
export type StandardSecret = { kind: 'key'; bytes: Buffer } | { kind: 'public-key'; bytes: Buffer };

/** Marks of secrets; `v1,` is the mark of a signature that some pages show before a secret. */
const marks = /^(?:v1a?,)?(whsec_|whpk_|whsk_)?/;

/** Base64 in its usual alphabet, with or without its padding. */
function decode(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const padding = text.length - digits.length;
  if (digits.length % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, 'base64');
}

/** Reads a secret; gives back what is wrong with one that cannot be used. */
export function readStandardSecret(secret: string): StandardSecret | SecretFault {
  const [mark = '', name] = marks.exec(secret) ?? [];
  const text = secret.slice(mark.length);
  if (name === 'whsk_') {
    return {
      reason: 'private-key',
      message: 'The secret begins with whsk_: it is the private key of the sender.',
      hint: 'Enter the public key of the sender, which begins with whpk_.',
    };
  }
  const bytes = decode(text);
  if (/^(ep|msg|app)_/.test(text)) {
    return {
      reason: 'secret-is-an-id',
      message: 'The secret looks like an ID of the webhook.',
      hint: 'Copy the secret itself; it usually begins with whsec_.',
    };
  }
  if (bytes === undefined) {
    const empty = text === '';
    return {
      reason: empty ? 'empty-secret' : 'undecodable-secret',
      message: empty
        ? `The secret has nothing after ${mark}.`
        : 'The secret is not base64, so it holds no key for Standard Webhooks.',
      hint: 'Copy the whole secret that the sender shows for this webhook; it usually begins with whsec_.',
    };
  }
  if (name === 'whpk_') {
    if (bytes.length === 32 && !isOfSmallOrder(bytes)) return { kind: 'public-key', bytes };
    return {
      reason: 'undecodable-secret',
      message: 'What follows whpk_ is not a public key of Ed25519.',
      hint: 'Copy the whole public key that the sender shows.',
    };
  }
  // HMAC pads its key with zeros, so a key of zeros is the empty one.
  if (bytes.length >= shortestKey && bytes.every((byte) => byte === 0)) {
    return {
      reason: 'empty-secret',
      message: 'The secret holds only zeros, which are no key.',
      hint: 'Copy the whole secret that the sender shows for this webhook; it usually begins with whsec_.',
    };
  }
  if (bytes.length >= shortestKey) return { kind: 'key', bytes };
  return {
    reason: 'short-secret',
    message: `The secret holds ${bytes.length} bytes; Standard Webhooks requires ${shortestKey} or more.`,
    hint: 'Copy the whole secret that the sender shows, or have the sender create a new one.',
  };
}

/** What is wrong with a secret of Standard Webhooks; undefined when it can be used. */
export function schemeSecretFault(secret: string): SecretFault | undefined {
  const read = readStandardSecret(secret);
  return 'reason' in read ? read : undefined;
}

/** What stands before the 32 bytes of an Ed25519 key in its usual file form. */
const keyHead = Buffer.from('302a300506032b6570032100', 'hex');

/** The key of Ed25519 with these 32 bytes. */
export const publicKeyOf = (bytes: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([keyHead, bytes]), format: 'der', type: 'spki' });

/** Public keys for which anyone can make signatures, without the sign in their last bit. See libsodium, `has_small_order`. */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function isOfSmallOrder(bytes: Buffer): boolean {
  const unsigned = Buffer.from(bytes);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return smallOrder.has(unsigned.toString('hex'));
}
