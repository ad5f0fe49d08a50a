import type { Delivery } from '../delivery.ts';
import { fromHeader, sameBytes, type Proof, type RejectionReason, type Scheme, type Signing } from '../scheme.ts';

const asProof = (value: string): Proof => ({ candidates: [Buffer.from(value, 'utf8')] });

/** Node decodes headers as Latin-1, so a non-ASCII secret sent in UTF-8 is also compared by its bytes. */
const asHeaderProof = (value: string): Proof =>
  /^[\x20-\x7e]*$/.test(value)
    ? asProof(value)
    : { candidates: [Buffer.from(value, 'utf8'), Buffer.from(value, 'latin1')] };

/** A secret sent in plain text. Nothing is signed: anyone who can read one delivery can forge others. */
const sharedSecret = (
  proof: (delivery: Delivery, location: string | undefined) => Proof | RejectionReason,
  sign: (signing: Signing) => Pick<Delivery, 'headers' | 'query'>,
): Scheme => ({
  proof,
  matches: ({ candidates }, _delivery, secret) =>
    candidates.some((candidate) => sameBytes(candidate, Buffer.from(secret, 'utf8'))),
  sign,
});

/** Shared secret in a header; default: `X-Webhook-Secret`. */
export const sharedSecretHeader = sharedSecret(
  (delivery, location = 'x-webhook-secret') => fromHeader(delivery, location, asHeaderProof),
  ({ secret, location = 'x-webhook-secret' }) => ({ headers: { [location]: secret }, query: {} }),
);

/** Shared secret as the password of basic authentication, with any user name. */
export const sharedSecretBasic = sharedSecret(
  (delivery) =>
    fromHeader(delivery, 'authorization', (value) => {
      const [, encoded] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(value) ?? [];
      const decoded = Buffer.from(encoded ?? '', 'base64');
      const password = decoded.subarray(decoded.indexOf(':') + 1);
      // Some senders encode non-ASCII characters in Latin-1 (RFC 7617, appendix B.3).
      return decoded.includes(':')
        ? { candidates: [password, Buffer.from(password.toString('latin1'), 'utf8')] }
        : 'malformed';
    }),
  ({ secret }) => ({
    headers: { authorization: `Basic ${Buffer.from(`webhook:${secret}`).toString('base64')}` },
    query: {},
  }),
);

/** Shared secret in a query parameter; default: `token`. */
export const sharedSecretQuery = sharedSecret(
  ({ query }, location = 'token') => {
    const value = Object.hasOwn(query, location) ? query[location] : undefined;
    if (Array.isArray(value)) return 'duplicate';
    if (value === undefined || value === '') return 'missing';
    return typeof value === 'string' ? asProof(value) : 'malformed';
  },
  ({ secret, location = 'token' }) => ({ headers: {}, query: { [location]: secret } }),
);
