import { fromHeader, type Scheme } from '../scheme.ts';
import { hexSignature, matchesHmac, sign } from './hmac.ts';

const prefix = 'v0=';

/**
 * Slack: `v0=` and the hex-encoded HMAC-SHA256 of `v0:<timestamp>:<body>`; the timestamp has its own header. Example: secret `8f742231b10e8888abcd99yyyzzz85a5`, timestamp 1531420618, body `token=xyzz0WbapA4vBCDEFasx0q6G` …
 * (complete in Slack's documentation) → `v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503`.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const slack: Scheme = {
  proof: (delivery) =>
    fromHeader(delivery, 'x-slack-request-timestamp', (timestamp) => {
      if (!/^\d{1,12}$/.test(timestamp)) return 'malformed';
      return fromHeader(delivery, 'x-slack-signature', (value) => {
        const signature = value.startsWith(prefix) ? hexSignature(value.slice(prefix.length)) : undefined;
        return signature ? { candidates: [signature], signedAt: Number(timestamp) } : 'malformed';
      });
    }),
  matches: matchesHmac(({ signedAt }) => `v0:${signedAt}:`),
  acceptsForms: true,
  sign: ({ secret, body, now }) => ({
    headers: {
      'x-slack-request-timestamp': String(now),
      'x-slack-signature': `${prefix}${sign(secret, `v0:${now}:`, body).toString('hex')}`,
    },
    query: {},
  }),
};
