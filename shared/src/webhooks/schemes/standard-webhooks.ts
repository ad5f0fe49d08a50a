import { verify, type KeyObject } from 'node:crypto';
import { headerValues, type Delivery } from '../delivery.ts';
import { fromHeader, type Proof, type RejectionReason, type Scheme } from '../scheme.ts';
import { cleanSecret } from '../secret-rules.ts';
import { matchesHmac, sign } from './hmac.ts';
import { publicKeyOf, readStandardSecret } from './standard-secret.ts';

/** Header prefixes: Standard Webhooks and Svix use the same three headers. */
const prefixes = ['webhook', 'svix'] as const;

/** The header prefix that a delivery uses. */
export const prefixOf = (delivery: Delivery): string =>
  prefixes.find((prefix) => headerValues(delivery, `${prefix}-signature`).length > 0) ?? prefixes[0];

/** Decodes a secret. `secretFault` has already rejected invalid secrets. */
function bytesOf(secret: string): Buffer {
  const read = readStandardSecret(cleanSecret(secret));
  if ('reason' in read) throw new Error('An invalid secret was used.');
  return read.bytes;
}

/** The ID and timestamp that are signed before the body, separated by dots. */
function signedPrefix({ signedAt }: Proof, delivery: Delivery): string {
  return `${headerValues(delivery, `${prefixOf(delivery)}-id`)[0] ?? ''}.${signedAt}.`;
}

const matchesSymmetric = matchesHmac(signedPrefix, bytesOf);

/** Cached public keys by secret. */
const publicKeys = new Map<string, KeyObject>();

function publicKeyIn(secret: string): KeyObject {
  const known = publicKeys.get(secret);
  if (known) return known;
  if (publicKeys.size >= 100) publicKeys.clear();
  const key = publicKeyOf(bytesOf(secret));
  publicKeys.set(secret, key);
  return key;
}

function matchesPublicKey(proof: Proof, delivery: Delivery, secret: string): boolean {
  const signed = Buffer.concat([Buffer.from(signedPrefix(proof, delivery)), delivery.body]);
  return (proof.publicKeyCandidates ?? []).some(
    (candidate) => candidate.length === 64 && verify(null, signed, publicKeyIn(secret), candidate),
  );
}

/** Whether a secret is a public key; otherwise it is a key for HMAC. */
const isPublicKey = (secret: string): boolean =>
  secret.includes('whpk_') && /^(?:v1a?,)?whpk_/.test(cleanSecret(secret));

/** Maximum number of signatures to try. */
const maxSignatures = 10;

/** Parses the signatures of a header: versioned and separated by spaces. */
function readSignatures(value: string, timestamp: string): Proof | RejectionReason {
  if (!/^\d{1,12}$/.test(timestamp)) return 'malformed';
  const candidates: Buffer[] = [];
  const publicKeyCandidates: Buffer[] = [];
  for (const entry of value.split(' ', maxSignatures)) {
    const [, version, signature = ''] = /^(v1a?),([A-Za-z0-9+/]{20,100}={0,2})$/.exec(entry) ?? [];
    if (version !== undefined)
      (version === 'v1' ? candidates : publicKeyCandidates).push(Buffer.from(signature, 'base64'));
  }
  return candidates.length + publicKeyCandidates.length === 0
    ? 'malformed'
    : { candidates, publicKeyCandidates, signedAt: Number(timestamp) };
}

/**
 * Standard Webhooks and Svix: the base64-encoded HMAC-SHA256 (`v1`) or Ed25519 signature (`v1a`) of `<id>.<timestamp>.<body>`.
 * The secret is `whsec_…`, or the sender's public key `whpk_…`. Example: secret
 * `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`, id `msg_p5jXN8AQM9LWM0D4loKWxJek`, timestamp 1614265330, body
 * `{"test": 2432232314}` → `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=`.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: Scheme = {
  proof(delivery) {
    const prefix = prefixOf(delivery);
    const ids = headerValues(delivery, `${prefix}-id`);
    if (ids.length !== 1 || ids[0] === '') return ids.length > 1 ? 'duplicate' : 'missing';
    return fromHeader(delivery, `${prefix}-timestamp`, (timestamp) =>
      fromHeader(delivery, `${prefix}-signature`, (value) => readSignatures(value, timestamp)),
    );
  },
  matches: (proof, delivery, secret) =>
    (isPublicKey(secret) ? matchesPublicKey : matchesSymmetric)(proof, delivery, secret),
  sign: ({ secret, body, id, now }) => ({
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(now),
      'webhook-signature': `v1,${sign(secret, `${id}.${now}.`, body, bytesOf).toString('base64')}`,
    },
    query: {},
  }),
};
