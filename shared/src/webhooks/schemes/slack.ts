import { fromHeader, type Scheme } from '../scheme.ts';
import { hexSignature, matchesHmac, sign } from './hmac.ts';

const mark = 'v0=';

/**
 * Slack: `v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>` in hexadecimal digits; the timestamp is in a header of its
 * own. Known answer: secret `8f742231b10e8888abcd99yyyzzz85a5`, timestamp 1531420618, body `token=xyzz0WbapA4vBCDEFasx0q6G` …
 * (Slack's page has it whole) → `v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503`.
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export const slack: Scheme = {
  proof: (delivery) =>
    fromHeader(delivery, 'x-slack-request-timestamp', (moment) => {
      if (!/^\d{1,12}$/.test(moment)) return 'bad-encoding';
      return fromHeader(delivery, 'x-slack-signature', (value) => {
        const signature = value.startsWith(mark) ? hexSignature(value.slice(mark.length)) : undefined;
        return signature ? { candidates: [signature], signedAt: Number(moment) } : 'bad-encoding';
      });
    }),
  matches: matchesHmac(({ signedAt }) => `v0:${signedAt}:`),
  takesForms: true,
  sign: ({ secret, body, now }) => ({
    headers: {
      'x-slack-request-timestamp': String(now),
      'x-slack-signature': `${mark}${sign(secret, `v0:${now}:`, body).toString('hex')}`,
    },
    query: {},
  }),
};
