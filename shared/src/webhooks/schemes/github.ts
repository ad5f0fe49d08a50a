import { fromHeader, type Scheme } from '../scheme.ts';
import { hexSignature, matchesHmac, sign } from './hmac.ts';

const name = 'x-hub-signature-256';
const prefix = 'sha256=';

/**
 * GitHub: `sha256=` and the hex-encoded HMAC-SHA256 of the body. Example: secret
 * `It's a Secret to Everybody`, body `Hello, World!` →
 * `sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17`.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: Scheme = {
  proof: (delivery) =>
    fromHeader(delivery, name, (value) => {
      const signature = value.startsWith(prefix) ? hexSignature(value.slice(prefix.length)) : undefined;
      return signature ? { candidates: [signature] } : 'malformed';
    }),
  matches: matchesHmac(() => ''),
  acceptsForms: true,
  sign: ({ secret, body }) => ({
    headers: { [name]: `${prefix}${sign(secret, '', body).toString('hex')}` },
    query: {},
  }),
};
