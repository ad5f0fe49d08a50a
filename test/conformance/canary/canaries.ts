import { createHash } from 'node:crypto';
import type { Connection } from '../../../shared/src/define/connection.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import type { Operation } from '../../../shared/src/define/operation.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { unknownInput } from '../../adapters/parity/refusals.ts';
import { fetchedToken, separator } from './echo-server.ts';

/** Characters that encodings escape. */
const odd = `/+"<&>'\\%=;~ Z9`;

/** The secret of one field, unique to it. */
const canaryOf = (connection: Connection, name: string, isOdd: boolean): string =>
  `c4nary${connection.key}${name}${isOdd ? odd : 'Z9x'}${connection.key.length}e`;

/** A certificate that logs in, the lines of its key, and how every assertion begins that is signed with it. */
const certificate = ((): { pem: string; secrets: string[] } => {
  const made = makeCertificate({ kind: 'rsa' });
  const lines = made.key.split('\n').filter((line) => /^[\w+/=]{20,}$/.test(line));
  return { pem: `${made.key}${made.certificate}`, secrets: [...lines, 'eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCIs'] };
})();

/** The values of a connection to the echo server, and its secrets. */
export interface Planted {
  values: Record<string, unknown>;
  secrets: string[];
}

const choicesOf = (field: Field): string[] => (describeField(field).options ?? []).map(({ value }) => value);

function plant(
  connection: Connection,
  url: string,
  isOdd: boolean,
  left: string | undefined,
  chosen: Record<string, string>,
): Planted {
  const planted: Planted = { values: {}, secrets: [] };
  for (const [name, field] of Object.entries(connection.fields)) {
    const { secret, kind, placeholder, options } = describeField(field);
    if (name === left) continue;
    if (name === 'certificate') {
      planted.values[name] = certificate.pem;
      planted.secrets.push(...certificate.secrets);
    } else if (secret) {
      const canary = canaryOf(connection, name, isOdd);
      planted.values[name] = canary;
      planted.secrets.push(canary);
    } else if (options)
      planted.values[name] =
        chosen[name] ?? (name === 'cloud' && choicesOf(field).includes('custom') ? 'custom' : choicesOf(field)[0]);
    else if (kind === 'integer') planted.values[name] = 1;
    else if (name === 'host') planted.values[name] = '127.0.0.1';
    else if (/^https?:/.test(placeholder ?? ''))
      planted.values[name] = placeholder?.includes('{workspace}') ? `${url}/{workspace}` : url;
    else planted.values[name] = placeholder ?? 'x';
  }
  return planted;
}

/** A connection in each of its login variants: with every choice, and without each optional value. */
export function plantedConnections(connection: Connection, url: string): Planted[] {
  const fields = Object.entries(connection.fields);
  const choices = fields.flatMap(([name, field]) =>
    name === 'cloud' || name === 'ssl' ? [] : choicesOf(field).map((value) => ({ [name]: value })),
  );
  const optional = fields.flatMap(([name, field]) =>
    !describeField(field).required && !describeField(field).options && !/webhook/i.test(name) ? [name] : [],
  );
  const chosen = choices.length > 0 ? choices : [{}];
  const isUsed = (name: string): boolean => {
    const { shownWhen } = describeField(connection.fields[name] as Field);
    const deciding = shownWhen && connection.fields[shownWhen.field];
    return !deciding || shownWhen.is.includes(choicesOf(deciding)[0] ?? '');
  };
  return [
    ...chosen.map((choice) => plant(connection, url, true, undefined, choice)),
    plant(connection, url, false, undefined, {}),
    ...optional
      .filter(isUsed)
      .filter((name) => describeField(connection.fields[name] as Field).secret || name === 'tenantId')
      .map((name) => plant(connection, url, true, name, {})),
  ];
}

function fill(name: string, field: Field): unknown {
  const { kind, placeholder, options, requiredWhenShown, default: initial } = describeField(field);
  if (initial !== undefined) return initial;
  if (options) return options[0]?.value;
  if (kind === 'text') return placeholder?.replace(/^https:\/\/…$/, 'https://example.com') ?? '1';
  if (kind === 'integer') return 1;
  if (kind === 'list' && requiredWhenShown) return placeholder;
  return undefined;
}

/**
 * Inputs that reach the vendor: only the required fields, and all fields; for a dataset, once per source; for a job of a tool, once per tool.
 * @param url where the source URL of a dataset finds a file
 */
export function inputsOf(
  service: Service,
  described: Operation | Trigger,
  file: unknown,
  url?: string,
): Record<string, unknown>[] {
  const needed = described.kind === 'trigger' ? {} : unknownInput(service, described, file);
  const all = Object.fromEntries(
    Object.entries(described.input)
      .map(([name, field]) => [name, fill(name, field)])
      .filter(([, value]) => value !== undefined),
  );
  const full = { ...all, ...needed };
  const { source, tool } = described.input;
  if (tool) return choicesOf(tool).map((value) => ({ ...full, tool: value }));
  return source
    ? choicesOf(source).map((value) => ({
        ...full,
        ...(url ? { url } : {}),
        source: value,
        table: 'claims',
        mode: 'replace',
        rules: ['id is unique'],
      }))
    : [needed, full];
}

const entity: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoders: ((text: string) => string)[] = [
  (text) => text.replace(/(?:%[\da-f]{2})+/gi, (codes) => Buffer.from(codes.replace(/%/g, ''), 'hex').toString('utf8')),
  (text) => text.replace(/\+/g, ' '),
  (text) =>
    text
      .replace(/\\u([\da-f]{4})/gi, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/\\(.)/g, '$1'),
  (text) =>
    text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) =>
      decimal
        ? String.fromCodePoint(Number(decimal))
        : hex
          ? String.fromCodePoint(Number.parseInt(hex, 16))
          : (entity[name ?? ''] ?? whole),
    ),
  (text) => text.replace(/[\w+/-]{8,}={0,2}/g, (run) => Buffer.from(run, 'base64').toString('utf8')),
];

/** Pieces that have been searched, by secrets and number of layers. */
const searched = new Map<string, Set<string>>();

/** The numbers of texts searched and of comparisons with a secret. */
export const checks = { texts: 0, secrets: 0 };

/**
 * The pieces of a text that have not been searched. The echo server puts its separator between any two encodings of a
 * value; no secret contains the separator and no decoder removes it, so a secret never spans two pieces.
 */
function newPieces(text: string, searchedFor: string): string[] {
  const known = searched.get(searchedFor) ?? new Set();
  searched.set(searchedFor, known);
  return text.split(separator).filter((piece) => {
    const key = piece.length > 200 ? createHash('sha256').update(piece).digest('base64') : piece;
    return !known.has(key) && known.add(key);
  });
}

/**
 * The first secret that a text contains in any encoding, also nested.
 * @param layers number of nested encodings to decode
 */
export function findSecret(text: string, secrets: readonly string[], layers = 2): string | undefined {
  const wanted = [...secrets, fetchedToken];
  const pieces = newPieces(text, `${layers} ${wanted.join(separator)}`);
  if (pieces.length === 0) return undefined;
  let texts = new Set([pieces.join(separator)]);
  for (let depth = 0; depth <= layers; depth += 1) {
    for (const one of texts) {
      checks.texts += 1;
      checks.secrets += wanted.length;
      const found = wanted.find((secret) => one.includes(secret));
      if (found !== undefined)
        return `${found} in ${one.slice(Math.max(0, one.indexOf(found) - 60), one.indexOf(found) + found.length + 20)}`;
    }
    if (depth === layers) break;
    const decoded = [...texts].flatMap((one) => decoders.map((decode) => decode(one)));
    texts = new Set(decoded.filter((one) => !texts.has(one)));
  }
  return undefined;
}

/** An error or an output, with all of its details, as one text. */
export function wholeText(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? '';
  const own = Object.fromEntries(
    Object.getOwnPropertyNames(value).map((name) => [name, (value as unknown as Record<string, unknown>)[name]]),
  );
  return `${value.message}\n${JSON.stringify(own)}${value.cause instanceof Error ? wholeText(value.cause) : String(value.cause ?? '')}`;
}
