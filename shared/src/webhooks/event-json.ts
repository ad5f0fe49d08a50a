import { readUtf8 } from './read-utf8.ts';
import type { Refusal } from './scheme.ts';

/** Deepest nesting of a notification, and most values in it. What is deeper would exhaust the stack of later steps. */
const maxDepth = 64;
const maxValues = 20_000;

/** Fewest characters of a number that may be more than a double holds: 15 digits always fit. */
const suspiciousLength = 16;

/** What one pass over the bytes of a JSON text finds outside of its strings. */
interface Scan {
  /** Names of values, repeated ones included. */
  keys: number;
  /** Start and end of numbers that may be more than a double holds. */
  numbers: [start: number, end: number][];
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;

/** Whether a byte may belong to a number: a digit, a sign, a point, or the E before an exponent. */
const isOfNumber = (byte: number | undefined): boolean =>
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
      for (let next = bytes[at + 1]; isOfNumber(next); next = bytes[at + 1]) {
        at += 1;
        if (next === 0x45 || next === 0x65) hasExponent = true;
      }
      if (hasExponent || at + 1 - start >= suspiciousLength) numbers.push([start, at + 1]);
    }
  }
  return { keys, numbers };
}

/** A number without its sign as its digits and the power of ten of the last one: `1.50` is 15 and -1. */
function decimalOf(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return significant === ''
    ? '0'
    : `${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

/** Whether a number of a JSON text is the same after it was parsed; whole numbers beyond 2^53 never count as such. */
function isExact(text: string): boolean {
  const value = Number(text);
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value);
  // An exponent of many digits is either beyond any double or that of a zero.
  if (!Number.isFinite(value) || text.length > 1_000) return false;
  return decimalOf(text) === decimalOf(String(value));
}

/** The same JSON with numbers that a double cannot hold as strings. */
function quoteNumbers(bytes: Buffer, numbers: Scan['numbers']): string | undefined {
  const pieces: string[] = [];
  let from = 0;
  for (const [start, end] of numbers) {
    const number = bytes.toString('latin1', start, end);
    if (isExact(number)) continue;
    pieces.push(bytes.toString('utf8', from, start), `"${number}"`);
    from = end;
  }
  return from === 0 ? undefined : `${pieces.join('')}${bytes.toString('utf8', from)}`;
}

/** Counts the names in parsed JSON, level by level; undefined as soon as there is more than a notification holds. */
function countNames(body: object): number | undefined {
  let values = 1;
  let names = 0;
  let level: object[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return undefined;
    const next: object[] = [];
    for (const container of level) {
      const isList = Array.isArray(container);
      const inside: unknown[] = isList ? container : Object.values(container);
      if (!isList) names += inside.length;
      values += inside.length;
      if (values > maxValues) return undefined;
      for (const value of inside) if (typeof value === 'object' && value !== null) next.push(value);
    }
    level = next;
  }
  return names;
}

const hasByteOrderMark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * Parses the body of a verified delivery without changing anything in it: a number that a double cannot hold (an integer
 * beyond 2^53, too many digits, 1e400) becomes a string; a name that comes twice, bytes that are not UTF-8, and anything
 * but an object or a list are refused. A byte order mark is left out.
 * @returns the parsed body, or why it is refused
 */
export function parseEventJson(body: Uint8Array): { body: object } | Refusal {
  const whole = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const bytes = hasByteOrderMark(whole) ? whole.subarray(3) : whole;
  const text = readUtf8(bytes);
  if (text === undefined) return 'not-utf8';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  if (typeof parsed !== 'object' || parsed === null) return 'not-json';
  const names = countNames(parsed);
  if (names === undefined) return 'too-complex';
  const { keys, numbers } = scan(bytes);
  if (keys !== names) return 'duplicate-keys';
  const quoted = numbers.length === 0 ? undefined : quoteNumbers(bytes, numbers);
  return { body: quoted === undefined ? parsed : (JSON.parse(quoted) as object) };
}
