import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { header, type Delivery } from './delivery.ts';

/** Ways in which a sender proves who it is. */
export type SchemeName = 'dbt' | 'shared-secret-header' | 'shared-secret-basic' | 'shared-secret-query';

/** The secrets that are accepted while one is replaced by another. */
export interface Secrets {
  current?: string;
  previous?: string;
}

/** Why a delivery is not believed; told to the builder of a workflow, never to the sender. */
export type Refusal = 'no-secret' | 'missing' | 'bad-encoding' | 'no-match' | 'too-large' | 'not-json' | 'secret-has-white-space';

/** What a scheme finds: bytes that the sender gave and what they must equal for a secret. */
export interface Scheme {
  /** The proof in the delivery, as bytes; or why there is none. */
  proof(delivery: Delivery, location: string | undefined): Uint8Array | Refusal;
  /** What the proof is for this secret. */
  expected(delivery: Delivery, secret: string): Uint8Array;
}

const keys = new Map<string, KeyObject>();

/** A key made once: on Node 24 a signature with a text as its key costs five times more. */
function keyOf(secret: string): KeyObject {
  let key = keys.get(secret);
  if (!key) {
    if (keys.size >= 100) keys.clear();
    key = createSecretKey(Buffer.from(secret, 'utf8'));
    keys.set(secret, key);
  }
  return key;
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, 'utf8');

const sharedSecret = (read: (delivery: Delivery, location: string | undefined) => string | undefined): Scheme => ({
  proof: (delivery, location) => {
    const value = read(delivery, location);
    return value === undefined || value === '' ? 'missing' : utf8(value);
  },
  expected: (_delivery, secret) => utf8(secret),
});

/**
 * The schemes. Known answer for `dbt`: secret `12345abcde`, body `{}` → header
 * `Authorization: 7c7d6b7ec056cc800a7e1c2c45c35de73a67bfcbed72a53c5e7d87841ea81cb9`.
 * A shared secret is compared as it is.
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
export const schemes: Record<SchemeName, Scheme> = {
  dbt: {
    proof: (delivery) => {
      const value = header(delivery, 'authorization');
      if (value === undefined || value === '') return 'missing';
      return /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : 'bad-encoding';
    },
    expected: (delivery, secret) => createHmac('sha256', keyOf(secret)).update(delivery.body).digest(),
  },
  'shared-secret-header': sharedSecret((delivery, location) => header(delivery, location ?? 'x-webhook-secret')),
  'shared-secret-basic': sharedSecret((delivery) => {
    const value = /^Basic ([A-Za-z0-9+/=]+)$/.exec(header(delivery, 'authorization') ?? '')?.[1];
    const decoded = value === undefined ? '' : Buffer.from(value, 'base64').toString('utf8');
    return decoded.includes(':') ? decoded.slice(decoded.indexOf(':') + 1) : undefined;
  }),
  'shared-secret-query': sharedSecret((delivery, location) => {
    const value = delivery.query[location ?? 'token'];
    return typeof value === 'string' ? value : undefined;
  }),
};

/** Whether two byte strings are equal, in a time that tells nothing about where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
