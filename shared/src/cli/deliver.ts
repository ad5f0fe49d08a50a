import { readFile } from 'node:fs/promises';
import { services } from '../catalog.ts';
import { nodeHost } from '../host/node/node-host.ts';
import type { WebhookTrigger } from '../define/trigger.ts';
import { schemes } from '../webhooks/schemes.ts';
import { secretFault } from '../webhooks/secret-rules.ts';
import { Refused, parseWords, UsageError } from './usage-error.ts';

const triggersOf = (source: string): WebhookTrigger[] =>
  services
    .filter(({ key }) => key === source)
    .flatMap(({ triggers }) => triggers.filter((trigger) => trigger.how === 'webhook'));

function find(source: string, event: string | undefined): WebhookTrigger {
  const triggers = triggersOf(source);
  const sources = services.filter(({ key }) => triggersOf(key).length > 0).map(({ key }) => key);
  if (triggers.length === 0) throw new UsageError(`--source must be one of ${sources.join(', ')}.`);
  const found = event === undefined ? triggers[0] : triggers.find(({ key }) => key === event);
  if (!found) throw new UsageError(`--event must be one of ${triggers.map(({ key }) => key).join(', ')}.`);
  return found;
}

/** Whether a secret may be sent to an address: only encrypted, or to this machine. */
function isSafeToSend({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

/** What to do about a status other than 2xx. */
function hintFor(status: number): string {
  if (status === 401) return 'It holds another secret; its own log says more.';
  return status >= 300 && status < 400
    ? 'A redirect is not followed, for the request carries the secret. Use the URL that the trigger itself shows.'
    : 'Check the URL, and that the workflow is published.';
}

/** `pipewright deliver`: signs a realistic event as its sender does and sends it to a trigger. */
export async function deliverEvent(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    source: { type: 'string' },
    url: { type: 'string' },
    secret: { type: 'string' },
    event: { type: 'string' },
    body: { type: 'string' },
  });
  const { source, url, secret } = values;
  if (!source || !url || secret === undefined || positionals.length > 0)
    throw new UsageError('--source, --url and --secret are needed.');
  if (!URL.canParse(url)) throw new UsageError('--url must be the URL of a trigger.');
  if (!isSafeToSend(new URL(url)))
    throw new UsageError(
      '--url must begin with https://, or http:// for this machine (localhost, 127.0.0.1 or [::1]), without a user name or password: the request carries what only the sender may know.',
    );
  const trigger = find(source, values.event);
  const now = new Date();
  const body =
    values.body === undefined ? Buffer.from(JSON.stringify(trigger.example(now))) : await readFile(values.body);
  const input = {};
  const { verification } = trigger;
  const scheme = verification.scheme(input);
  if (scheme === 'entra')
    throw new UsageError('Only Microsoft Entra can issue its tokens, so deliver cannot sign this event.');
  // Any other text can sign, however short it is; whether the trigger accepts that is what people try here.
  const fault = scheme === 'standard-webhooks' ? secretFault(scheme, secret) : undefined;
  if (fault) throw new UsageError(`--secret: ${fault.message} ${fault.hint}`);
  const signed = schemes[scheme].sign({
    secret,
    body,
    id: `example-${now.getTime()}`,
    now: Math.floor(now.getTime() / 1000),
    location: verification.location?.(input),
  });
  const address = new URL(url);
  for (const [name, value] of Object.entries(signed.query)) address.searchParams.set(name, String(value));
  const headers = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name, String(value)]));
  const answer = await nodeHost().http({
    method: 'POST',
    url: String(address),
    headers: { 'content-type': 'application/json', ...headers },
    body,
    redirects: 'answer',
  });
  const ok = answer.status >= 200 && answer.status < 300;
  process.stdout.write(`${JSON.stringify({ ok, status: answer.status, event: trigger.key })}\n`);
  if (!ok) throw new Refused(`The trigger answered ${answer.status}. ${hintFor(answer.status)}`);
}
