import { gzipSync } from 'node:zlib';
import { untilStored } from '../../support/n8n-server/until-stored.ts';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';

/** The secret of the credential for these deliveries. */
export const slackSecret = '8f742231b10e8888abcd99yyyzzz85a5';

/** A delivery to Signed Webhook with Slack's signature, and the response of a real n8n. */
interface Answered {
  name: string;
  body: string | Buffer;
  type: string;
  /** Headers in addition to the signature headers, or replacing them. */
  headers?: Record<string, string>;
  query?: string;
  /** Default: `POST`. */
  method?: 'POST' | 'PUT';
  status: number;
  /** The text of the response, if it comes from Pipewright and not from n8n. */
  text?: string;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const event = (id: string): string =>
  JSON.stringify({ type: 'event_callback', event_id: id, event: { type: 'app_mention' } });
const unsigned = { 'x-slack-signature': `v0=${'0'.repeat(64)}` };

/** The responses of n8n as documented in docs/webhooks.md. */
export const answered: Answered[] = [
  { name: 'a signed event', body: event('EvReal1'), type: json, status: 200, text: '' },
  { name: 'its repeat', body: event('EvReal1'), type: json, status: 200, text: '' },
  { name: 'a forged event', body: event('EvReal2'), type: json, headers: unsigned, status: 401, text: '' },
  {
    name: 'a handshake',
    body: '{"type":"url_verification","challenge":"c1"}',
    type: json,
    status: 200,
    text: '{"challenge":"c1"}',
  },
  {
    name: 'a forged handshake',
    body: '{"type":"url_verification","challenge":"c1"}',
    type: json,
    headers: unsigned,
    status: 401,
    text: '',
  },
  { name: 'a signed slash command', body: 'command=%2Freal&text=a+b', type: form, status: 200, text: '' },
  {
    name: 'a malformed query',
    body: event('EvReal3'),
    type: json,
    headers: unsigned,
    query: '?token[x]=1',
    status: 401,
    text: '',
  },
  { name: 'a byte order mark before the event', body: `\ufeff${event('EvReal4')}`, type: json, status: 200, text: '' },
  {
    name: 'a compressed event',
    body: gzipSync('{}'),
    type: json,
    headers: { 'content-encoding': 'gzip' },
    status: 401,
    text: '',
  },
  { name: 'plain text', body: 'hello', type: 'text/plain', status: 415, text: '' },
  { name: 'a name that comes twice', body: '{"a":1,"a":2}', type: json, status: 401, text: '' },
  {
    name: 'a body over 1 MiB',
    body: JSON.stringify({ text: 'x'.repeat(1024 * 1024) }),
    type: json,
    status: 413,
    text: '',
  },
  { name: 'JSON that cannot be parsed', body: '{"a":', type: json, status: 422 },
  { name: 'an empty body', body: '', type: json, status: 401, text: '' },
  { name: 'multipart data', body: 'x', type: 'multipart/form-data; boundary=b', status: 400 },
  { name: 'another method', method: 'PUT', body: event('EvReal5'), type: json, status: 404 },
  { name: 'a body over 16 MiB', body: JSON.stringify({ text: 'x'.repeat(17 * 1024 * 1024) }), type: json, status: 500 },
];

/** Sends a delivery as Slack does; returns the response. */
export async function deliverToReal(
  url: string,
  { body, type, headers, query = '', method = 'POST' }: Answered,
): Promise<{ status: number; text: string }> {
  const bytes = Buffer.from(body);
  const signed = schemes.slack.sign({ secret: slackSecret, body: bytes, id: '', now: Math.floor(Date.now() / 1000) })
    .headers as Record<string, string>;
  const answer = await untilStored(() =>
    fetch(`${url}${query}`, { method, body: bytes, headers: { ...signed, 'content-type': type, ...headers } }),
  );
  return { status: answer.status, text: await answer.text() };
}
