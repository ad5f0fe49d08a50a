import { verify, type KeyObject } from 'node:crypto';
import { headerValues, type Delivery } from '../delivery.ts';
import { fromHeader, type Proof, type Refusal, type Scheme } from '../scheme.ts';
import { cleanSecret } from '../secret-rules.ts';
import { matchesHmac, sign } from './hmac.ts';
import { publicKeyOf, readStandardSecret } from './standard-secret.ts';

/** The two names under which senders send the same three headers. */
const prefixes = ['webhook', 'svix'] as const;

/** The name under which a delivery has its signature. */
export const prefixOf = (delivery: Delivery): string =>
  prefixes.find((prefix) => headerValues(delivery, `${prefix}-signature`).length > 0) ?? prefixes[0];

/** The key of a secret. What is no key is never asked: `secretFault` refuses it before. */
function bytesOf(secret: string): Buffer {
  const read = readStandardSecret(cleanSecret(secret));
  if ('reason' in read) throw new Error('A secret that holds no key was used.');
  return read.bytes;
}

/** In front of the body, its ID and timestamp are signed, separated by dots. */
function signedBefore({ signedAt }: Proof, delivery: Delivery): string {
  return `${headerValues(delivery, `${prefixOf(delivery)}-id`)[0] ?? ''}.${signedAt}.`;
}

const matchesSymmetric = matchesHmac(signedBefore, bytesOf);

/** Public keys by the secrets that hold them. */
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
  const signed = Buffer.concat([Buffer.from(signedBefore(proof, delivery)), delivery.body]);
  return (proof.publicKeyCandidates ?? []).some(
    (candidate) => candidate.length === 64 && verify(null, signed, publicKeyIn(secret), candidate),
  );
}

/** Whether a secret is a public key: every other one is a key for HMAC. */
const isPublicKey = (secret: string): boolean =>
  secret.includes('whpk_') && /^(?:v1a?,)?whpk_/.test(cleanSecret(secret));

/** Most signatures of one delivery that are tried. */
const mostSignatures = 10;

/** The signatures of a header, each with its version, separated by spaces. */
function readSignatures(value: string, moment: string): Proof | Refusal {
  if (!/^\d{1,12}$/.test(moment)) return 'bad-encoding';
  const candidates: Buffer[] = [];
  const publicKeyCandidates: Buffer[] = [];
  for (const entry of value.split(' ', mostSignatures)) {
    const [, version, signature = ''] = /^(v1a?),([A-Za-z0-9+/]{20,100}={0,2})$/.exec(entry) ?? [];
    if (version !== undefined)
      (version === 'v1' ? candidates : publicKeyCandidates).push(Buffer.from(signature, 'base64'));
  }
  return candidates.length + publicKeyCandidates.length === 0
    ? 'bad-encoding'
    : { candidates, publicKeyCandidates, signedAt: Number(moment) };
}

/**
 * Standard Webhooks, and Svix from which they come: the HMAC-SHA256 (`v1`) or the Ed25519 signature (`v1a`) of
 * `<id>.<timestamp>.<body>` in base64. The secret is `whsec_…`, or the sender's public key `whpk_…`. Known answer: secret
 * `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`, id `msg_p5jXN8AQM9LWM0D4loKWxJek`, timestamp 1614265330, body
 * `{"test": 2432232314}` → `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=`.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: Scheme = {
  proof(delivery) {
    const prefix = prefixOf(delivery);
    const ids = headerValues(delivery, `${prefix}-id`);
    if (ids.length !== 1 || ids[0] === '') return ids.length > 1 ? 'several' : 'missing';
    return fromHeader(delivery, `${prefix}-timestamp`, (moment) =>
      fromHeader(delivery, `${prefix}-signature`, (value) => readSignatures(value, moment)),
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
