import { readFile } from 'node:fs/promises';
import { isObject } from '../host/is-object.ts';
import { authenticate } from '../webhooks/verify-delivery.ts';
import { schemes } from '../webhooks/schemes.ts';
import type { SignatureScheme } from '../define/verification.ts';
import { isBodyRewritten } from '../webhooks/detect-rewritten-body.ts';
import { Failure, parseWords, UsageError } from './usage-error.ts';

const rewrittenBody =
  'The signature matches the same JSON in a different format: a proxy between the sender and here rewrites the body.';

/** The name of a shared secret scheme includes its location; the default is a header. */
function schemeOf(name: string): SignatureScheme {
  const found = [name, `${name}-header`].find((known) => Object.hasOwn(schemes, known));
  if (found === undefined) throw new UsageError(`--scheme must be one of: ${Object.keys(schemes).join(', ')}.`);
  return found as SignatureScheme;
}

async function readHeaders(path: string): Promise<Record<string, string | string[]>> {
  try {
    const headers: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (isObject(headers)) return headers as Record<string, string | string[]>;
  } catch {
    // Falls through: the error must not show the path or the content, which may contain secrets.
  }
  throw new UsageError('--headers must be a file with a JSON object.');
}

/** Parses query parameters; a repeated one becomes an array. */
function readQuery(text: string | undefined): Record<string, string | string[]> {
  const parameters = new URLSearchParams(text);
  const read = (name: string): string | string[] => {
    const [value = '', ...more] = parameters.getAll(name);
    return more.length === 0 ? value : [value, ...more];
  };
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, read(name)]));
}

/** `pipewright verify`: verifies a webhook delivery saved in files, and explains a failure. */
export async function verifyDelivery(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    scheme: { type: 'string' },
    secret: { type: 'string' },
    'previous-secret': { type: 'string' },
    location: { type: 'string' },
    headers: { type: 'string' },
    query: { type: 'string' },
    body: { type: 'string' },
    now: { type: 'string' },
  });
  const { scheme, secret, headers, body } = values;
  if (!scheme || secret === undefined || !headers || !body || positionals.length > 0)
    throw new UsageError('--scheme, --secret, --headers and --body are required.');
  const now = values.now === undefined ? Date.now() / 1000 : Number(values.now);
  if (!Number.isFinite(now)) throw new UsageError('--now must be a number of seconds since 1970.');
  const previous = values['previous-secret'];
  const secrets = { current: secret, ...(previous === undefined ? {} : { previous }) };
  const bytes = await readFile(body).catch(() => {
    throw new UsageError('--body must be a readable file.');
  });
  const delivery = { headers: await readHeaders(headers), query: readQuery(values.query), body: bytes };
  const options = { scheme: schemeOf(scheme), secrets, now, ...(values.location ? { location: values.location } : {}) };
  const matched = authenticate(delivery, options);
  if (typeof matched === 'string') {
    process.stdout.write(`${JSON.stringify({ ok: true, matched })}\n`);
    return;
  }
  const rewritten = matched.reason === 'no-match' && isBodyRewritten(delivery, options);
  process.stdout.write(`${JSON.stringify({ ok: false, reason: rewritten ? 'body-rewritten' : matched.reason })}\n`);
  throw new Failure(rewritten ? rewrittenBody : matched.explanation);
}
