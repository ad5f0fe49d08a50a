import { PipewrightError } from '../../host/error.ts';
import { countLines, findInvalidUtf8 } from '../bytes/utf8.ts';
import { notUtf8 } from '../bytes/not-utf8.ts';
import { badJson } from './bad-json.ts';
import { findArray, verifyAround } from './json-path.ts';
import { endOfElement, endOfValue, isSpace } from './json-structure.ts';

/**
 * How JSON has rows: one object per line, one object after the other, the elements of an array, or those of an array inside
 * an object.
 */
export type JsonLayout = 'lines' | 'objects' | 'array' | { path: readonly string[] };

/** An object of JSON Lines, or an element of a JSON array. */
export interface JsonRecord {
  text: string;
  /** Line number of its start, from 1. */
  line: number;
}

/** A longer record is assumed to be corrupt. */
const maxRecordBytes = 16 * 1024 * 1024;

const lineFeed = 0x0a;
const [openArray, closeArray, openObject, comma] = [0x5b, 0x5d, 0x7b, 0x2c];

/** Splits UTF-8 text into JSON records. Pieces can have any size. */
export class JsonRecords {
  readonly #layout: JsonLayout;
  readonly #path: readonly string[];
  #rest: Buffer = Buffer.alloc(0);
  /** Pieces after the rest, until it has doubled: each of many pieces would otherwise be read from the start of the rest. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #line: number;
  /** The expected next token of an array. */
  #next: 'path' | 'array' | 'first' | 'element' | 'comma' | 'end';
  /** The text before the array at a path. */
  #before = '';

  /** @param line line number of the start of the first piece */
  constructor(layout: JsonLayout, line: number) {
    this.#layout = layout;
    this.#path = typeof layout === 'object' ? layout.path : [];
    this.#next = this.#path.length > 0 ? 'path' : 'array';
    this.#line = line;
  }

  /**
   * Returns the records completed by these bytes.
   * @param last whether these are the last bytes
   * @throws PipewrightError `invalid-file` for invalid UTF-8 or a malformed array
   */
  read(bytes: Uint8Array, last: boolean): JsonRecord[] {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (!last && this.#heldBytes < Math.min(this.#rest.length, maxRecordBytes + 1 - this.#rest.length)) return [];
    const whole =
      this.#rest.length === 0
        ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : Buffer.concat([this.#rest, ...this.#held]);
    this.#held = [];
    this.#heldBytes = 0;
    const found: JsonRecord[] = [];
    const line = this.#line;
    const at = this.#split(whole, last, found);
    const invalid = findInvalidUtf8(whole, 0, at);
    if (invalid >= 0) throw notUtf8(whole, invalid, line);
    this.#rest = Buffer.from(whole.subarray(at));
    if (this.#rest.length > maxRecordBytes) throw this.#tooLong();
    return found;
  }

  #tooLong(): Error {
    if (this.#path.length === 0 || (this.#next !== 'path' && this.#next !== 'end'))
      return badJson(this.#line, 'is longer than 16 MB');
    return new PipewrightError({
      code: 'invalid-input',
      message: `The JSON file has more than 16 MB ${this.#next === 'path' ? 'before' : 'after'} the rows at “${this.#path.join('.')}”.`,
      hint: 'Remove the other data from the file, or export the rows alone.',
    });
  }

  /** Adds the complete records; returns the offset after them. */
  #split(whole: Buffer, last: boolean, found: JsonRecord[]): number {
    if (this.#layout === 'lines') return this.#lines(whole, last, found);
    return this.#layout === 'objects' ? this.#objects(whole, last, found) : this.#elements(whole, last, found);
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

  #objects(whole: Buffer, last: boolean, found: JsonRecord[]): number {
    for (let at = 0; ; ) {
      at = this.#skipSpace(whole, at);
      if (at >= whole.length) return at;
      if (whole[at] !== openObject) throw badJson(this.#line, 'has text between two objects');
      const end = endOfValue(whole, at);
      if (end < 0 && last)
        throw badJson(this.#line, 'starts an object that does not end', 'The file is incomplete: download it again.');
      if (end < 0) return at;
      found.push({ text: whole.toString('utf8', at, end), line: this.#line });
      at = this.#pass(whole, at, end);
    }
  }

  #skipSpace(whole: Buffer, from: number): number {
    let at = from;
    for (; at < whole.length && isSpace(whole[at] as number); at += 1) if (whole[at] === lineFeed) this.#line += 1;
    return at;
  }

  /** Counts the lines up to an offset, which it returns. */
  #pass(whole: Buffer, from: number, end: number): number {
    this.#line += countLines(whole, from, end);
    return end;
  }

  #elements(whole: Buffer, last: boolean, found: JsonRecord[]): number {
    let at = 0;
    if (this.#next === 'path') {
      const start = findArray(whole, this.#path);
      if (start === undefined && last)
        throw badJson(this.#line, 'ends before the rows start', 'The file is incomplete: download it again.');
      if (start === undefined) return 0;
      this.#before = whole.toString('utf8', 0, start);
      at = this.#pass(whole, 0, start);
      this.#next = 'array';
    }
    for (;;) {
      at = this.#skipSpace(whole, at);
      if (this.#next === 'end' && this.#path.length > 0) {
        if (!last) return at;
        verifyAround(this.#before, whole.toString('utf8', at), this.#path, this.#line);
        return this.#pass(whole, at, whole.length);
      }
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
        at = this.#pass(whole, at, end);
        this.#next = 'comma';
      }
    }
  }
}
