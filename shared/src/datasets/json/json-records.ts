import { PipewrightError } from '../../host/error.ts';
import { findInvalidUtf8 } from '../bytes/utf8.ts';
import { notUtf8 } from '../bytes/not-utf8.ts';

/** A line of JSON Lines, or an element of a JSON array. */
export interface JsonRecord {
  text: string;
  /** Line number of its start, from 1. */
  line: number;
}

/** A longer record is assumed to be corrupt. */
const maxRecordBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;
const [openArray, closeArray, openObject, closeObject, comma, quote, backslash] = [
  0x5b, 0x5d, 0x7b, 0x7d, 0x2c, 0x22, 0x5c,
];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09;

/** The error of invalid JSON. */
export function badJson(line: number, reason: string, hint = 'Correct the file.'): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `The file is not valid JSON: line ${line} ${reason}.`,
    hint,
  });
}

/** Splits UTF-8 text into JSON records: one per line, or the elements of a top-level array. Pieces can have any size. */
export class JsonRecords {
  readonly #isArray: boolean;
  #rest: Buffer = Buffer.alloc(0);
  #line: number;
  /** The expected next token of an array. */
  #next: 'array' | 'first' | 'element' | 'comma' | 'end' = 'array';

  /** @param line line number of the start of the first piece */
  constructor(isArray: boolean, line: number) {
    this.#isArray = isArray;
    this.#line = line;
  }

  /**
   * Returns the records completed by these bytes.
   * @param last whether these are the last bytes
   * @throws PipewrightError `invalid-file` for invalid UTF-8 or a malformed array
   */
  read(bytes: Uint8Array, last: boolean): JsonRecord[] {
    const whole =
      this.#rest.length === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : Buffer.concat([this.#rest, bytes]);
    const found: JsonRecord[] = [];
    const line = this.#line;
    const at = this.#isArray ? this.#elements(whole, last, found) : this.#lines(whole, last, found);
    const invalid = findInvalidUtf8(whole, 0, at);
    if (invalid >= 0) throw notUtf8(whole, invalid, line);
    this.#rest = Buffer.from(whole.subarray(at));
    if (this.#rest.length > maxRecordBytes) throw badJson(this.#line, 'is longer than 16 MB');
    return found;
  }

  #lines(whole: Buffer, last: boolean, found: JsonRecord[]): number {
    let at = 0;
    for (;;) {
      const next = whole.indexOf(lineFeed, at);
      if (next < 0 && (!last || at === whole.length)) return at;
      const end = next < 0 ? whole.length : next;
      const text = whole
        .toString('utf8', at, end)
        .replace(/^\uFEFF/, '')
        .trim();
      if (text !== '') found.push({ text, line: this.#line });
      this.#line += 1;
      at = end + 1;
      if (next < 0) return whole.length;
    }
  }

  #elements(whole: Buffer, last: boolean, found: JsonRecord[]): number {
    let at = 0;
    for (;;) {
      for (; at < whole.length && isSpace(whole[at] as number); at += 1) if (whole[at] === lineFeed) this.#line += 1;
      if (at >= whole.length) {
        if (last && this.#next !== 'end' && this.#next !== 'array')
          throw badJson(this.#line, 'ends before the array is closed', 'The file is incomplete: download it again.');
        return at;
      }
      const byte = whole[at];
      if (this.#next === 'end') throw badJson(this.#line, 'has text after the end of the array');
      if (this.#next === 'array') {
        if (byte !== openArray) throw badJson(this.#line, 'does not start an array');
        this.#next = 'first';
        at += 1;
      } else if (this.#next === 'comma') {
        if (byte !== comma && byte !== closeArray)
          throw badJson(this.#line, 'has no comma between two elements of the array');
        this.#next = byte === comma ? 'element' : 'end';
        at += 1;
      } else if (byte === closeArray && this.#next === 'first') {
        this.#next = 'end';
        at += 1;
      } else {
        const end = endOfElement(whole, at);
        if (end < 0) {
          if (last)
            throw badJson(this.#line, 'ends before the array is closed', 'The file is incomplete: download it again.');
          return at;
        }
        const text = whole.toString('utf8', at, end);
        if (text.trim() === '') throw badJson(this.#line, 'has a comma without an element');
        found.push({ text, line: this.#line });
        for (; at < end; at += 1) if (whole[at] === lineFeed) this.#line += 1;
        this.#next = 'comma';
      }
    }
  }
}

/** Finds the end of an array element, before the comma or the end of the array; -1 if it has not arrived yet. */
function endOfElement(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) {
      for (at += 1; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
    } else if (byte === openObject || byte === openArray) depth += 1;
    else if (depth === 0 && (byte === comma || byte === closeArray)) return at;
    else if (byte === closeObject || byte === closeArray) depth -= 1;
  }
  return -1;
}
