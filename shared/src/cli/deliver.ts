import { readFile } from 'node:fs/promises';
import { services } from '../catalog.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { checkInput } from '../operations/check-input.ts';
import type { WebhookTrigger } from '../operations/trigger.ts';
import { schemes } from '../webhooks/schemes.ts';
import { Refused, parseWords, UsageError } from './usage-error.ts';

const triggersOf = (source: string): WebhookTrigger[] =>
  services.filter(({ key }) => key === source).flatMap(({ triggers }) => triggers.filter((trigger) => trigger.how === 'webhook'));

function find(source: string, event: string | undefined): WebhookTrigger {
  const triggers = triggersOf(source);
  const sources = services.filter(({ key }) => triggersOf(key).length > 0).map(({ key }) => key);
  if (triggers.length === 0) throw new UsageError(`--source must be one of ${sources.join(', ')}.`);
  const found = event === undefined ? triggers[0] : triggers.find(({ key }) => key === event);
  if (!found) throw new UsageError(`--event must be one of ${triggers.map(({ key }) => key).join(', ')}.`);
  return found;
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
  if (!source || !url || secret === undefined || positionals.length > 0) throw new UsageError('--source, --url and --secret are needed.');
  if (!URL.canParse(url)) throw new UsageError('--url must be the address of a trigger.');
  const trigger = find(source, values.event);
  const now = new Date();
  const body = values.body === undefined ? Buffer.from(JSON.stringify(trigger.example(now))) : await readFile(values.body);
  const input = checkInput(trigger.input, {}) as never;
  const { verification } = trigger;
  const scheme = verification.scheme(input);
  if (scheme === 'entra') throw new UsageError('Only Microsoft Entra can make its tokens: deliver cannot sign for this event.');
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
  const answer = await nodeHost().http({ method: 'POST', url: String(address), headers: { 'content-type': 'application/json', ...headers }, body });
  const ok = answer.status >= 200 && answer.status < 300;
  process.stdout.write(`${JSON.stringify({ ok, status: answer.status, event: trigger.key })}\n`);
  if (!ok) throw new Refused(`The trigger answered ${answer.status}. ${answer.status === 401 ? 'It holds another secret; its own log says more.' : 'Check the address, and that the workflow is published.'}`);
}
