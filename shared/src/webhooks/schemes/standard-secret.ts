import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SecretFault } from '../scheme.ts';

/** Minimum key size in bytes, from the Standard Webhooks specification. */
const minKeyBytes = 24;

/** A Standard Webhooks secret: a key for HMAC, or the sender's public key. */
export type StandardSecret = { kind: 'key'; bytes: Buffer } | { kind: 'public-key'; bytes: Buffer };

/** Prefixes of secrets. Some pages show the signature prefix `v1,` before a secret. */
const prefixes = /^(?:v1a?,)?(whsec_|whpk_|whsk_)?/;

/** Decodes standard base64, with or without padding. */
function decode(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const padding = text.length - digits.length;
  if (digits.length % 4 === 1 || (padding > 0 && text.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, 'base64');
}

/** Parses a secret, or returns what is wrong with it. */
export function readStandardSecret(secret: string): StandardSecret | SecretFault {
  const [prefix = '', name] = prefixes.exec(secret) ?? [];
  const text = secret.slice(prefix.length);
  if (name === 'whsk_') {
    return {
      reason: 'private-key',
      message: 'The secret is the private key of the sender: it starts with whsk_.',
      hint: 'Enter the public key of the sender, which starts with whpk_.',
    };
  }
  const bytes = decode(text);
  if (/^(ep|msg|app)_/.test(text)) {
    return {
      reason: 'secret-is-an-id',
      message: 'The secret looks like the ID of the webhook.',
      hint: 'Copy the secret itself; it usually starts with whsec_.',
    };
  }
  if (bytes === undefined) {
    const empty = text === '';
    return {
      reason: empty ? 'empty-secret' : 'undecodable-secret',
      message: empty
        ? `The secret is empty after ${prefix}.`
        : 'The secret is not valid base64, which Standard Webhooks requires.',
      hint: 'Copy the whole signing secret of the webhook; it usually starts with whsec_.',
    };
  }
  if (name === 'whpk_') {
    if (bytes.length === 32 && !hasSmallOrder(bytes)) return { kind: 'public-key', bytes };
    return {
      reason: 'undecodable-secret',
      message: 'The text after whpk_ is not an Ed25519 public key.',
      hint: 'Copy the whole public key of the sender.',
    };
  }
  // HMAC pads keys with zeros, so a key of zeros equals an empty one.
  if (bytes.length >= minKeyBytes && bytes.every((byte) => byte === 0)) {
    return {
      reason: 'empty-secret',
      message: 'The secret decodes to zeros only, which is not a key.',
      hint: 'Copy the whole signing secret of the webhook; it usually starts with whsec_.',
    };
  }
  if (bytes.length >= minKeyBytes) return { kind: 'key', bytes };
  return {
    reason: 'short-secret',
    message: `The secret has ${bytes.length} bytes; Standard Webhooks requires at least ${minKeyBytes}.`,
    hint: 'Copy the whole secret of the sender, or create a new one at the sender.',
  };
}

/** What is wrong with a Standard Webhooks secret; undefined if it is valid. */
export function schemeSecretFault(secret: string): SecretFault | undefined {
  const read = readStandardSecret(secret);
  return 'reason' in read ? read : undefined;
}

/** DER header of an Ed25519 public key (SPKI). */
const derHeader = Buffer.from('302a300506032b6570032100', 'hex');

/** The Ed25519 public key with these 32 bytes. */
export const publicKeyOf = (bytes: Buffer): KeyObject =>
  createPublicKey({ key: Buffer.concat([derHeader, bytes]), format: 'der', type: 'spki' });

/** Public keys of small order, without the sign bit: anyone can forge signatures for them. See libsodium, `has_small_order`. */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function hasSmallOrder(bytes: Buffer): boolean {
  const unsigned = Buffer.from(bytes);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return smallOrder.has(unsigned.toString('hex'));
}
