import { createPublicKey, verify } from 'node:crypto';
import { headerValues, type Delivery } from '../delivery.ts';
import { fromHeader, type Proof, type Refusal, type Scheme } from '../scheme.ts';
import { matchesHmac, sign } from './hmac.ts';

/** The two names under which senders send the same three headers. */
const prefixes = ['webhook', 'svix'] as const;

const prefixOf = (delivery: Delivery): string =>
  prefixes.find((prefix) => headerValues(delivery, `${prefix}-signature`).length > 0) ?? prefixes[0];

const secretMark = 'whsec_';
const publicKeyMark = 'whpk_';

/** Secrets are written in base64, with or without their mark. */
const bytesOf = (secret: string): Buffer => Buffer.from(secret.replace(secretMark, ''), 'base64');

/** In front of the body, its id and moment are signed; dots stand between. */
function signedBefore({ signedAt }: Proof, delivery: Delivery): string {
  return `${headerValues(delivery, `${prefixOf(delivery)}-id`)[0] ?? ''}.${signedAt}.`;
}

const matchesSymmetric = matchesHmac(signedBefore, bytesOf);

/** What stands before the 32 bytes of an Ed25519 key in its usual file form. */
const keyHead = Buffer.from('302a300506032b6570032100', 'hex');

function matchesPublicKey(proof: Proof, delivery: Delivery, secret: string): boolean {
  const bytes = Buffer.from(secret.slice(publicKeyMark.length), 'base64');
  if (bytes.length !== 32) return false;
  const key = createPublicKey({ key: Buffer.concat([keyHead, bytes]), format: 'der', type: 'spki' });
  const signed = Buffer.concat([Buffer.from(signedBefore(proof, delivery)), delivery.body]);
  return proof.candidates.some((candidate) => candidate.length === 64 && verify(null, signed, key, candidate));
}

/** The signatures of a header: several of them, each with its version, separated by blanks. */
function readSignatures(value: string, moment: string): Proof | Refusal {
  if (!/^\d{1,12}$/.test(moment)) return 'bad-encoding';
  const candidates = value
    .split(' ')
    .slice(0, 10)
    .flatMap((entry) => {
      const [, signature] = /^v1a?,([A-Za-z0-9+/]{20,100}={0,2})$/.exec(entry) ?? [];
      return signature === undefined ? [] : [Buffer.from(signature, 'base64')];
    });
  return candidates.length === 0 ? 'bad-encoding' : { candidates, signedAt: Number(moment) };
}

/**
 * Standard Webhooks, and Svix from which they come: the HMAC-SHA256 (`v1`) or the Ed25519 signature (`v1a`) of
 * `<id>.<moment>.<body>` in base64. The secret is `whsec_…`, or the sender's public key `whpk_…`. Known answer: secret
 * `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`, id `msg_p5jXN8AQM9LWM0D4loKWxJek`, moment 1614265330, body
 * `{"test": 2432232314}` → `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=`.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardWebhooks: Scheme = {
  proof(delivery) {
    const prefix = prefixOf(delivery);
    if (headerValues(delivery, `${prefix}-id`).length !== 1) return 'missing';
    return fromHeader(delivery, `${prefix}-timestamp`, (moment) =>
      fromHeader(delivery, `${prefix}-signature`, (value) => readSignatures(value, moment)),
    );
  },
  matches: (proof, delivery, secret) =>
    (secret.startsWith(publicKeyMark) ? matchesPublicKey : matchesSymmetric)(proof, delivery, secret),
  sign: ({ secret, body, id, now }) => ({
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(now),
      'webhook-signature': `v1,${sign(secret, `${id}.${now}.`, body, bytesOf).toString('base64')}`,
    },
    query: {},
  }),
  faultOf: (secret) => (/^(ep|msg|app)_/.test(secret) ? 'secret-is-an-id' : undefined),
};
