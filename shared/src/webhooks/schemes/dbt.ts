import { fromHeader, type Scheme } from '../scheme.ts';
import { hexSignature, matchesHmac, sign } from './hmac.ts';

/**
 * dbt: the hex-encoded HMAC-SHA256 of the body in `Authorization`, without a prefix. Example: secret `12345abcde`, body `{}` → `7c7d6b7ec056cc800a7e1c2c45c35de73a67bfcbed72a53c5e7d87841ea81cb9`.
 * @see https://docs.getdbt.com/docs/deploy/webhooks
 */
export const dbt: Scheme = {
  proof: (delivery) =>
    fromHeader(delivery, 'authorization', (value) => {
      const signature = hexSignature(value);
      return signature ? { candidates: [signature] } : 'malformed';
    }),
  matches: matchesHmac(() => ''),
  sign: ({ secret, body }) => ({ headers: { authorization: sign(secret, '', body).toString('hex') }, query: {} }),
  faultOf: (secret) => (/^wsu_/.test(secret) ? 'secret-is-an-id' : undefined),
};
