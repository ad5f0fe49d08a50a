import { readFile } from 'node:fs/promises';
import { services } from '../catalog.ts';
import { PipewrightError, withDetails } from '../host/error.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { withService } from '../http/api.ts';
import type { WebhookTrigger } from '../define/trigger.ts';
import { schemeOf } from '../webhooks/schemes.ts';
import { secretFault } from '../webhooks/secret-rules.ts';
import { Failure, parseWords, UsageError } from './usage-error.ts';

const triggersOf = (source: string): WebhookTrigger[] =>
  services
    .filter(({ key }) => key === source)
    .flatMap(({ triggers }) => triggers.filter((trigger) => trigger.how === 'webhook'));

function find(source: string, event: string | undefined): WebhookTrigger {
  const triggers = triggersOf(source);
  const sources = services.filter(({ key }) => triggersOf(key).length > 0).map(({ key }) => key);
  if (triggers.length === 0) throw new UsageError(`--source must be one of: ${sources.join(', ')}.`);
  const found = event === undefined ? triggers[0] : triggers.find(({ key }) => key === event);
  if (!found) throw new UsageError(`--event must be one of: ${triggers.map(({ key }) => key).join(', ')}.`);
  return found;
}

/** Whether a secret can be sent to a URL: only over HTTPS, or to this machine. */
function isSafeToSend({ protocol, hostname, username, password }: URL): boolean {
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

/** What to do about a status other than 2xx. */
function hintFor(status: number): string {
  if (status === 401) return 'Its secret differs from --secret; see the log of the trigger.';
  return status >= 300 && status < 400
    ? 'Redirects are not followed because the request contains the secret. Use the URL that the trigger shows.'
    : 'Check the URL, and check that the workflow is published.';
}

/** `pipewright deliver`: signs a sample event like its sender and sends it to a trigger. */
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
    throw new UsageError('--source, --url and --secret are required.');
  if (!URL.canParse(url)) throw new UsageError('--url must be the URL of a trigger.');
  if (!isSafeToSend(new URL(url)))
    throw new UsageError(
      '--url must start with https://, or with http:// for this machine (localhost, 127.0.0.1 or [::1]), and must not contain a user name or password: the request contains the secret.',
    );
  const trigger = find(source, values.event);
  const now = new Date();
  const body =
    values.body === undefined ? Buffer.from(JSON.stringify(trigger.example(now))) : await readBody(values.body);
  const input = {};
  const { verification } = trigger;
  const scheme = verification.scheme(input);
  if (scheme === 'entra')
    throw new UsageError('deliver cannot sign this event: only Microsoft Entra ID can issue its tokens.');
  // Other secrets are not checked: whether the trigger accepts a weak secret is for the trigger to decide.
  const fault = scheme === 'standard-webhooks' ? secretFault(scheme, secret) : undefined;
  if (fault) throw new UsageError(`--secret: ${fault.message} ${fault.hint}`);
  const hmac = verification.hmac?.(input);
  const signed = schemeOf({ scheme, ...(hmac ? { hmac } : {}) }).sign({
    secret,
    body,
    id: `example-${now.getTime()}`,
    now: Math.floor(now.getTime() / 1000),
    location: verification.location?.(input),
  });
  const address = new URL(url);
  for (const [name, value] of Object.entries(signed.query)) address.searchParams.set(name, String(value));
  const headers = Object.fromEntries(Object.entries(signed.headers).map(([name, value]) => [name, String(value)]));
  const answer = await nodeHost()
    .http({
      method: 'POST',
      url: String(address),
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirects: 'answer',
    })
    .catch((error: unknown) => {
      const named = withService(error, 'The trigger');
      throw named instanceof PipewrightError ? withDetails(named, { hint: 'Check --url and the network.' }) : named;
    });
  const ok = answer.status >= 200 && answer.status < 300;
  process.stdout.write(`${JSON.stringify({ ok, status: answer.status, event: trigger.key })}\n`);
  if (!ok) throw new Failure(`The trigger returned status ${answer.status}. ${hintFor(answer.status)}`);
}

/** @throws UsageError without the system's own message */
function readBody(path: string): Promise<Buffer> {
  return readFile(path).catch(() => {
    throw new UsageError('--body must be a readable file.');
  });
}
