import { readFile } from 'node:fs/promises';
import { isObject } from '../host/is-object.ts';
import { authenticate } from '../webhooks/verify-delivery.ts';
import { schemeOptions } from '../webhooks/scheme-options.ts';
import { detectScheme } from '../webhooks/detect-scheme.ts';
import { hmacFields, hmacSettingsOf } from '../webhooks/hmac-fields.ts';
import { hmacPresets } from '../webhooks/hmac-presets.ts';
import { signedUrl } from '../webhooks/hmac-settings.ts';
import { schemes } from '../webhooks/schemes.ts';
import { checkInput } from '../define/check-input.ts';
import { describeField } from '../define/fields.ts';
import { PipewrightError } from '../host/error.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { HmacSettings, SecretScheme } from '../define/verification.ts';
import { isBodyRewritten } from '../webhooks/detect-rewritten-body.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { Secrets } from '../define/verification.ts';
import { Failure, parseWords, UsageError } from './usage-error.ts';

const rewrittenBody =
  'The signature matches the same JSON in a different format: a proxy between the sender and here rewrites the body.';

/** The name of a shared secret scheme includes its location; the default is a header. */
function schemeOf(name: string): SecretScheme {
  const known = [...Object.keys(schemes), ...Object.keys(hmacPresets), 'custom-hmac'];
  const found = [name, `${name}-header`].find((one) => known.includes(one));
  if (found === undefined) throw new UsageError(`--scheme must be one of: ${known.join(', ')}.`);
  return found as SecretScheme;
}

/** Options that describe an HMAC, each with the field of the form. */
const hmacOptions = {
  'signature-header': 'signatureHeader',
  algorithm: 'algorithm',
  encoding: 'encoding',
  prefix: 'signaturePrefix',
  separator: 'signatureSeparator',
  signed: 'signedContent',
  'timestamp-header': 'timestampHeader',
  'timestamp-unit': 'timestampUnit',
  'id-header': 'idHeader',
  'type-header': 'typeHeader',
  url: 'signedUrl',
} as const;

type HmacOption = keyof typeof hmacOptions;
const hmacOptionNames = Object.keys(hmacOptions) as HmacOption[];

/** The HMAC that the options describe. @throws UsageError that names what is wrong */
function hmacOf(scheme: SecretScheme, values: Partial<Record<HmacOption, string>>): HmacSettings | undefined {
  const raw = Object.fromEntries(
    hmacOptionNames.flatMap((name) => (values[name] === undefined ? [] : [[hmacOptions[name], values[name]]])),
  );
  try {
    const settings = hmacSettingsOf(scheme, checkInput(hmacFields, raw));
    if (settings) signedUrl(settings);
    return settings;
  } catch (error) {
    if (error instanceof PipewrightError) throw new UsageError(error.message);
    throw error;
  }
}

/** The label of a scheme in the field Verification Method. */
function methodOf(scheme: SecretScheme): string {
  const found = schemeOptions.find(({ value }) => value === scheme);
  return found?.label ?? scheme;
}

/** What to enter in the form for a custom HMAC: the fields by their labels. */
function formOf(hmac: HmacSettings | undefined): Record<string, string> {
  if (!hmac) return {};
  const { timestamp } = hmac;
  const entered: Partial<Record<keyof typeof hmacFields, string | undefined>> = {
    signatureHeader: hmac.header,
    algorithm: hmac.algorithm,
    encoding: hmac.encoding,
    signaturePrefix: hmac.prefix || undefined,
    signatureSeparator: hmac.separator,
    signedContent: hmac.template,
    timestampHeader: timestamp && (timestamp.in === 'signature' ? `${timestamp.name}=` : timestamp.name),
    timestampUnit: timestamp?.unit,
    idHeader: hmac.idHeader,
  };
  return Object.fromEntries(
    (Object.keys(entered) as (keyof typeof hmacFields)[]).flatMap((name) => {
      const value = entered[name];
      const { label, options } = describeField(hmacFields[name]);
      const shown = options?.find((one) => one.value === value)?.label ?? value;
      return typeof shown === 'string' ? [[label, shown]] : [];
    }),
  );
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

/** Prints which verification method fits a delivery, and what to enter in the form. Never prints a secret. */
function detect(delivery: Delivery, secrets: Secrets, url: string | undefined): void {
  const found = detectScheme(delivery, secrets, url);
  if (!found) {
    process.stdout.write(`${JSON.stringify({ ok: false, reason: 'no-match' })}\n`);
    throw new Failure(
      'No known signature matches. Check that the secret belongs to this webhook and that the body was saved unchanged. If the sender signs the URL, add --url.',
    );
  }
  const { scheme, hmac, matched } = found;
  process.stdout.write(
    `${JSON.stringify({ ok: true, matched, scheme, method: methodOf(scheme), enter: formOf(hmac) })}\n`,
  );
}

/** `pipewright verify`: verifies a webhook delivery saved in files, and explains a failure. */
export async function verifyDelivery(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    scheme: { type: 'string' },
    secret: { type: 'string' },
    'previous-secret': { type: 'string' },
    location: { type: 'string' },
    detect: { type: 'boolean' },
    'signature-header': { type: 'string' },
    algorithm: { type: 'string' },
    encoding: { type: 'string' },
    prefix: { type: 'string' },
    separator: { type: 'string' },
    signed: { type: 'string' },
    'timestamp-header': { type: 'string' },
    'timestamp-unit': { type: 'string' },
    'id-header': { type: 'string' },
    'type-header': { type: 'string' },
    url: { type: 'string' },
    headers: { type: 'string' },
    query: { type: 'string' },
    body: { type: 'string' },
    now: { type: 'string' },
  });
  const { scheme, secret, headers, body } = values;
  if (!scheme === !values.detect || secret === undefined || !headers || !body || positionals.length > 0)
    throw new UsageError('--scheme or --detect, --secret, --headers and --body are required.');
  const now = values.now === undefined ? Date.now() / 1000 : Number(values.now);
  if (!Number.isFinite(now)) throw new UsageError('--now must be a number of seconds since 1970.');
  const previous = values['previous-secret'];
  const secrets = { current: secret, ...(previous === undefined ? {} : { previous }) };
  const bytes = await readFile(body).catch(() => {
    throw new UsageError('--body must be a readable file.');
  });
  const delivery = { headers: await readHeaders(headers), query: readQuery(values.query), body: bytes };
  if (scheme === undefined) return detect(delivery, secrets, values.url);
  const name = schemeOf(scheme);
  const options = {
    scheme: name,
    secrets,
    now,
    ...withoutUndefined({ location: values.location, hmac: hmacOf(name, values) }),
  };
  const matched = authenticate(delivery, options);
  if (typeof matched === 'string') {
    process.stdout.write(`${JSON.stringify({ ok: true, matched })}\n`);
    return;
  }
  const rewritten = matched.reason === 'no-match' && isBodyRewritten(delivery, options);
  process.stdout.write(`${JSON.stringify({ ok: false, reason: rewritten ? 'body-rewritten' : matched.reason })}\n`);
  throw new Failure(rewritten ? rewrittenBody : matched.explanation);
}
