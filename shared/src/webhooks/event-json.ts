import { readUtf8 } from './read-utf8.ts';
import type { RejectionReason } from './scheme.ts';

/** Maximum depth and number of values of an event. Deeper nesting could exhaust the stack of later steps. */
const maxDepth = 64;
const maxValues = 20_000;

/** Minimum length in characters of a number that may not fit into a double; 15 digits always fit. */
const minInexactLength = 16;

/** Result of one pass over JSON outside of strings. */
interface Scan {
  /** Number of keys, including duplicates. */
  keys: number;
  /** Start and end of numbers that may not fit into a double. */
  numbers: [start: number, end: number][];
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Whether a byte may be part of a number: a digit, sign, decimal point or exponent. */
const isNumeric = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= zero && byte <= nine) ||
    byte === 0x2e ||
    byte === minus ||
    byte === 0x2b ||
    byte === 0x45 ||
    byte === 0x65);

function scan(bytes: Uint8Array): Scan {
  const numbers: Scan['numbers'] = [];
  const end = bytes.length;
  let keys = 0;
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      for (at += 1; at < end; at += 1) {
        const inside = bytes[at] as number;
        if (inside === quote) break;
        if (inside === backslash) at += 1;
      }
    } else if (byte === colon) keys += 1;
    else if (byte === minus || (byte >= zero && byte <= nine)) {
      const start = at;
      let hasExponent = false;
      for (let next = bytes[at + 1]; isNumeric(next); next = bytes[at + 1]) {
        at += 1;
        if (next === 0x45 || next === 0x65) hasExponent = true;
      }
      if (hasExponent || at + 1 - start >= minInexactLength) numbers.push([start, at + 1]);
    }
  }
  return { keys, numbers };
}

/** Normalizes a number without its sign to significant digits and a power of ten: `1.50` is `15e-1`. */
function decimalOf(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return significant === ''
    ? '0'
    : `${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

/** Whether a JSON number keeps its value when it is parsed. Integers beyond 2^53 never count as exact. */
function isExact(text: string): boolean {
  const value = Number(text);
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value);
  // A number this long either does not fit into a double or is zero.
  if (!Number.isFinite(value) || text.length > 1_000) return false;
  return decimalOf(text) === decimalOf(String(value));
}

/** Quotes the numbers that do not fit into a double; undefined if there are none. */
function quoteNumbers(bytes: Buffer, numbers: Scan['numbers']): string | undefined {
  const parts: string[] = [];
  let from = 0;
  for (const [start, end] of numbers) {
    const number = bytes.toString('latin1', start, end);
    if (isExact(number)) continue;
    parts.push(bytes.toString('utf8', from, start), `"${number}"`);
    from = end;
  }
  return from === 0 ? undefined : `${parts.join('')}${bytes.toString('utf8', from)}`;
}

/** Counts the keys in parsed JSON, level by level; undefined if a limit is exceeded. */
function countKeys(body: object): number | undefined {
  let values = 1;
  let keys = 0;
  let level: object[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return undefined;
    const next: object[] = [];
    for (const container of level) {
      const isList = Array.isArray(container);
      const inside: unknown[] = isList ? container : Object.values(container);
      if (!isList) keys += inside.length;
      values += inside.length;
      if (values > maxValues) return undefined;
      for (const value of inside) if (typeof value === 'object' && value !== null) next.push(value);
    }
    level = next;
  }
  return keys;
}

const hasByteOrderMark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * Parses the body of a verified delivery without losing data: a number that does not fit into a double (an integer beyond 2^53,
 * too many digits, 1e400) becomes a string. Rejects duplicate keys, bytes that are not UTF-8, and any other value than an
 * object or array. Ignores a byte order mark.
 * @returns the parsed body, or why it is rejected
 */
export function parseEventJson(body: Uint8Array): { body: object } | RejectionReason {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const bytes = hasByteOrderMark(buffer) ? buffer.subarray(3) : buffer;
  const text = readUtf8(bytes);
  if (text === undefined) return 'not-utf8';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  if (typeof parsed !== 'object' || parsed === null) return 'not-json';
  const distinctKeys = countKeys(parsed);
  if (distinctKeys === undefined) return 'too-complex';
  const { keys, numbers } = scan(bytes);
  if (keys !== distinctKeys) return 'duplicate-keys';
  const quoted = numbers.length === 0 ? undefined : quoteNumbers(bytes, numbers);
  return { body: quoted === undefined ? parsed : (JSON.parse(quoted) as object) };
}
