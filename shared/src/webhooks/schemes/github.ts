import { fromHeader, type Scheme } from '../scheme.ts';
import { hexSignature, matchesHmac, sign } from './hmac.ts';

const name = 'x-hub-signature-256';
const mark = 'sha256=';

/**
 * GitHub: `sha256=` and the HMAC-SHA256 of the body in hexadecimal digits. Known answer: secret
 * `It's a Secret to Everybody`, body `Hello, World!` →
 * `sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17`.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export const github: Scheme = {
  proof: (delivery) =>
    fromHeader(delivery, name, (value) => {
      const signature = value.startsWith(mark) ? hexSignature(value.slice(mark.length)) : undefined;
      return signature ? { candidates: [signature] } : 'bad-encoding';
    }),
  matches: matchesHmac(() => ''),
  takesForms: true,
  sign: ({ secret, body }) => ({ headers: { [name]: `${mark}${sign(secret, '', body).toString('hex')}` }, query: {} }),
};
