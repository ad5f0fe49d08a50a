import type { Delivery } from '../delivery.ts';
import { fromHeader, sameBytes, type Proof, type Refusal, type Scheme, type Signing } from '../scheme.ts';

const asProof = (value: string): Proof => ({ candidates: [Buffer.from(value, 'utf8')] });

/** In headers, Node reads every byte as one letter, so a secret beyond ASCII that was sent in UTF-8 is also tried by its bytes. */
const asHeaderProof = (value: string): Proof =>
  /^[\x20-\x7e]*$/.test(value)
    ? asProof(value)
    : { candidates: [Buffer.from(value, 'utf8'), Buffer.from(value, 'latin1')] };

/** A secret that comes as it is. It signs nothing: who reads one delivery can make others. */
const sharedSecret = (
  proof: (delivery: Delivery, location: string | undefined) => Proof | Refusal,
  sign: (signing: Signing) => Pick<Delivery, 'headers' | 'query'>,
): Scheme => ({
  proof,
  matches: ({ candidates }, _delivery, secret) =>
    candidates.some((candidate) => sameBytes(candidate, Buffer.from(secret, 'utf8'))),
  sign,
});

/** In a header of a name that was agreed; default: `X-Webhook-Secret`. */
export const sharedSecretHeader = sharedSecret(
  (delivery, location = 'x-webhook-secret') => fromHeader(delivery, location, asHeaderProof),
  ({ secret, location = 'x-webhook-secret' }) => ({ headers: { [location]: secret }, query: {} }),
);

/** As the password of basic authentication; the user name does not count. */
export const sharedSecretBasic = sharedSecret(
  (delivery) =>
    fromHeader(delivery, 'authorization', (value) => {
      const [, encoded] = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(value) ?? [];
      const decoded = Buffer.from(encoded ?? '', 'base64');
      const password = decoded.subarray(decoded.indexOf(':') + 1);
      // Some senders write letters beyond ASCII in Latin-1, as older rules had it (RFC 7617, appendix B.3).
      return decoded.includes(':')
        ? { candidates: [password, Buffer.from(password.toString('latin1'), 'utf8')] }
        : 'bad-encoding';
    }),
  ({ secret }) => ({
    headers: { authorization: `Basic ${Buffer.from(`webhook:${secret}`).toString('base64')}` },
    query: {},
  }),
);

/** In a query parameter of a name that was agreed; default: `token`. */
export const sharedSecretQuery = sharedSecret(
  ({ query }, location = 'token') => {
    const value = Object.hasOwn(query, location) ? query[location] : undefined;
    if (Array.isArray(value)) return 'several';
    if (value === undefined || value === '') return 'missing';
    return typeof value === 'string' ? asProof(value) : 'bad-encoding';
  },
  ({ secret, location = 'token' }) => ({ headers: {}, query: { [location]: secret } }),
);
