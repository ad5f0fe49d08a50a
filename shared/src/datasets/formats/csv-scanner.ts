import { PipewrightError } from '../../host/error.ts';
import { notUtf8 } from '../bytes/not-utf8.ts';
import { countLines, findInvalidUtf8 } from '../bytes/utf8.ts';
import { BlockBuilder } from './block-builder.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';
import { badCsv, countRowsWithin, isSwallowed, misplacedQuote, zeroByte } from './csv-faults.ts';
import { nameColumns } from './column-names.ts';
import { NextByte } from './next-byte.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Bytes of a value that are read one by one; the rest of a longer one is searched for its end. */
const nearBytes = 64;

/** The bits of bytes that were not read. */
const anyBits = 0xff;

const nothing: Buffer = Buffer.alloc(0);
const byteOrderMark = Buffer.from('\uFEFF');

/** Bytes of a row after which a missing quotation mark is the more likely explanation. */
const maxRowBytes = 16 * 1024 * 1024;

/** Bytes of a rejected row to report. */
const maxRejectBytes = 1_000;

/** A rejected row, or a line that a stray quotation mark made part of one. */
export interface Reject {
  /** Line number of the row, from 1. */
  line: number;
  reason: string;
  /** The row as written in the file, up to a thousand bytes. */
  text: string;
  /** For an invalid value: its column, and the value up to a thousand characters; null for NULL. */
  column?: string;
  value?: string | null;
}

/** The format of a CSV file. `DatasetScanner` detects what is not given. */
export interface CsvFormat {
  /** Default: comma. */
  delimiter?: ',' | ';' | '\t' | '|';
  /** Whether the first row contains the column names; otherwise columns are named `column_1`, `column_2`, … Default: true. */
  header?: boolean;
  /** Prefix of lines to skip, such as `#`. Default: none. */
  comment?: string;
}

/**
 * Validates the prefix of comment lines.
 * @throws PipewrightError `invalid-input` for one that could start a value in quotation marks or an empty value
 */
export function validComment(prefix: string): string {
  if (prefix.length <= 10 && /^[^\s",;|]/.test(prefix)) return prefix;
  throw new PipewrightError({
    code: 'invalid-input',
    message:
      '“Comment Prefix” must have up to 10 characters and not start with a space, a quotation mark or a delimiter.',
    hint: 'Enter the start of the comment lines, such as # or //.',
  });
}

/**
 * Parses CSV as defined in RFC 4180 from pieces of any size. A row that is malformed or has a different number of values
 * than the first one is passed to `onReject` and skipped; if a quotation mark made further lines part of it, each of them
 * is rejected too. Empty lines are skipped, except in a file with one column, where they are empty values. A byte order
 * mark at the start of a line, as in concatenated files, is skipped.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export class CsvScanner {
  /** Column names, known after the first row. */
  header: string[] | undefined;
  readonly #delimiter: number;
  /** The highest byte that can end a value: most bytes are higher, so one comparison skips them. */
  readonly #highest: number;
  readonly #lineFeeds = new NextByte(lineFeed);
  readonly #quotes = new NextByte(quote);
  /** Searches for the bytes that can end an unquoted value. */
  readonly #searches: readonly NextByte[];
  readonly #named: boolean;
  readonly #onReject: (reject: Reject) => void;
  readonly #builder: BlockBuilder;
  readonly #comment: Buffer | undefined;
  #rest = nothing;
  #line: number;
  /** Bytes of the values in the current block that may not be ASCII. */
  #beyondAscii = 0;
  #headerRow = nothing;

  /** @param line line number of the start of the first piece, from 1 */
  constructor(format: CsvFormat, onReject: (reject: Reject) => void, line = 1) {
    this.#builder = new BlockBuilder(format.delimiter ?? ',');
    this.#comment = format.comment ? Buffer.from(format.comment) : undefined;
    this.#delimiter = (format.delimiter ?? ',').charCodeAt(0);
    this.#searches = [new NextByte(this.#delimiter), this.#lineFeeds, this.#quotes, new NextByte(carriageReturn)];
    this.#highest = Math.max(this.#delimiter, quote);
    this.#named = format.header ?? true;
    this.#onReject = onReject;
    this.#line = line;
  }

  /**
   * Returns the rows completed by these pieces.
   * @throws PipewrightError `invalid-file` for a row that never ends, or invalid UTF-8
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(pieces, false);
  }

  /**
   * Returns the last rows; the last one may have no line end.
   * @throws PipewrightError `invalid-file` for a quotation mark that is never closed
   */
  end(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(pieces, true);
  }

  #scan(pieces: readonly Uint8Array[], last: boolean): CsvBlock {
    const whole = join(this.#rest, pieces);
    const builder = this.#builder;
    const line = this.#line;
    const zero = whole.indexOf(0);
    if (zero >= 0) throw zeroByte(line + countLines(whole, 0, zero));
    builder.begin(whole, line);
    this.#beyondAscii = 0;
    const at = this.#rows(whole, last, hasMarkAtLine(whole));
    this.#rest = at < whole.length ? restOf(whole.subarray(at), pieces) : nothing;
    if (this.#rest.length > maxRowBytes) {
      throw badCsv(this.#line, 'a row is longer than 16 MB; check for a missing quotation mark');
    }
    const block = builder.finish();
    if (this.#beyondAscii > 0) verifyUtf8(block, this.#beyondAscii);
    return block;
  }

  /**
   * Reads all complete rows; returns the offset of the first incomplete one. A single loop, for speed.
   * @param marked whether a line starts with a byte order mark
   */
  #rows(whole: Buffer, last: boolean, marked: boolean): number {
    const size = whole.length;
    const delimiter = this.#delimiter;
    const highest = this.#highest;
    for (const search of this.#searches) search.begin(whole);
    const builder = this.#builder;
    const comment = this.#comment;
    let { starts, ends, kinds, capacity, used } = builder;
    let at = 0;
    let begin = 0;
    let count = used;
    let lines = 1;
    /** Bytes of the byte order mark before the row. */
    let mark = 0;
    while (at < size) {
      if (marked && count === used && mark === 0 && isMark(whole, at)) {
        mark = byteOrderMark.length;
        begin = at += mark;
        if (at >= size) return last ? size : begin - mark;
      }
      if (comment !== undefined && count === used && startsWith(whole, at, comment)) {
        const next = whole.indexOf(lineFeed, at);
        if (next < 0) return last ? size : begin - mark;
        begin = at = next + 1;
        mark = 0;
        this.#line += 1;
        continue;
      }
      let start = at;
      let end = at;
      let bits = 0;
      let kind: number = valueKind.bare;
      let byte = whole[at] as number;
      if (byte === quote) {
        kind = valueKind.quoted;
        start = at += 1;
        for (;;) {
          const near = Math.min(size, at + nearBytes);
          while (at < near && (byte = whole[at] as number) !== quote) {
            bits |= byte;
            if (byte === lineFeed) lines += 1;
            at += 1;
          }
          if (at === near && at < size) {
            at = this.#quotes.from(near);
            lines += this.#lineFeeds.countWithin(near, at);
            bits = anyBits;
          }
          if (at >= size || (at === size - 1 && !last)) {
            if (last) throw badCsv(this.#line + countLines(whole, begin, start), 'a quotation mark is never closed');
            return begin - mark;
          }
          if (whole[at + 1] !== quote) break;
          kind |= valueKind.doubledQuotes;
          at += 2;
        }
        end = at;
        at += 1;
      } else {
        while (at < size) {
          byte = whole[at] as number;
          if (byte <= highest) {
            if (byte === delimiter || byte === lineFeed || byte === carriageReturn || byte === quote) break;
            if (at - start > nearBytes) {
              at = this.#searchEnd(at);
              bits = anyBits;
              break;
            }
          }
          bits |= byte;
          at += 1;
        }
        end = at;
      }
      if (at >= size && !last) return begin - mark;
      if (count === capacity) {
        builder.grow();
        ({ starts, ends, kinds, capacity } = builder);
      }
      starts[count] = start;
      ends[count] = end;
      if (bits > 0x7f) {
        kind |= valueKind.beyondAscii;
        this.#beyondAscii += end - start;
      }
      kinds[count] = kind;
      count += 1;
      byte = at < size ? (whole[at] as number) : lineFeed;
      if (byte === delimiter) {
        at += 1;
        // A delimiter at the end of the file is followed by an empty value.
        if (at < size || !last) continue;
        if (count === capacity) {
          builder.grow();
          ({ starts, ends, kinds, capacity } = builder);
        }
        starts[count] = ends[count] = size;
        kinds[count] = valueKind.bare;
        count += 1;
        byte = lineFeed;
      }
      const rowEnd = at;
      if (byte === carriageReturn && at + 1 >= size && !last) return begin - mark;
      if (byte === lineFeed || (byte === carriageReturn && whole[at + 1] === lineFeed)) {
        at = Math.min(size, at + (byte === lineFeed ? 1 : 2));
        if (count - used === builder.width && rowEnd > begin && lines === 1 && mark === 0)
          builder.keep(count, begin, rowEnd, at);
        else this.#unusualRow(whole, count, begin, rowEnd, at, lines, mark > 0);
      } else {
        const next = whole.indexOf(lineFeed, at);
        if (next < 0 && !last) return begin - mark;
        at = next < 0 ? size : next + 1;
        if (byte === carriageReturn)
          this.#reject('has an unquoted carriage return', whole, begin, next < 0 ? size : next);
        else this.#rejectQuote(whole, kinds[count - 1] as number, start, begin, next < 0 ? size : next);
      }
      used = count = builder.used;
      this.#line += lines;
      lines = 1;
      begin = at;
      mark = 0;
    }
    return begin - mark;
  }

  /** The end of a long unquoted value. */
  #searchEnd(at: number): number {
    let end = Infinity;
    for (const search of this.#searches) end = Math.min(end, search.from(at));
    return end;
  }

  /** Handles a row that is first, empty, multi-line, after a byte order mark, or of a different width. */
  #unusualRow(
    whole: Buffer,
    count: number,
    begin: number,
    end: number,
    next: number,
    lines: number,
    marked: boolean,
  ): void {
    const builder = this.#builder;
    const blank = begin === end;
    if (this.header === undefined) {
      if (!blank) this.#firstRow(whole, count, begin, end, next);
      return;
    }
    if (blank && builder.width !== 1) return;
    const width = count - builder.used;
    if (marked && this.#named && whole.subarray(begin, end).equals(this.#headerRow)) {
      this.#reject('repeats the header after a byte order mark, as in concatenated files', whole, begin, end);
    } else if (width !== builder.width) {
      const swallowed = lines > 1 ? countRowsWithin(whole, begin, end, this.#delimiter, builder.width) : 0;
      this.#reject(
        `has ${width} ${width === 1 ? 'value' : 'values'} instead of ${builder.width}`,
        whole,
        begin,
        end,
        swallowed > 0 ? this.#line : undefined,
      );
    } else if (lines > 1 && isSwallowed(whole, begin, end, this.#delimiter, builder.width)) {
      this.#reject(
        `has a quoted value that spans ${lines} lines, each of which looks like a row; check for a stray quotation mark`,
        whole,
        begin,
        end,
        this.#line,
      );
    } else builder.keep(count, begin, end, next);
  }

  #firstRow(whole: Buffer, count: number, begin: number, end: number, next: number): void {
    const builder = this.#builder;
    const values = builder.values(count);
    if (values.length === 1 && whole[begin] !== quote && values[0]?.trim() === '') return;
    this.#verify(whole, begin, end);
    if (this.#named && values.length > 1 && values.every((value) => value.trim() === '')) {
      throw badCsv(
        this.#line,
        'the header row is empty',
        'Set Skip Rows to the number of lines before the header, or turn off Has Header Row.',
      );
    }
    builder.width = values.length;
    this.#headerRow = Buffer.from(whole.subarray(begin, end));
    this.header = nameColumns(this.#named ? values : values.map(() => ''));
    if (!this.#named) builder.keep(count, begin, end, next);
  }

  /** Rejects a row with a misplaced quotation mark, and the lines it made part of the row. */
  #rejectQuote(whole: Buffer, kind: number, start: number, begin: number, end: number): void {
    const opened = this.#line + countLines(whole, begin, start);
    const quoted = (kind & valueKind.quoted) !== 0;
    const closed = opened + (quoted ? countLines(whole, start, end) : 0);
    const swallowed =
      quoted && closed > opened ? ` that opens on line ${opened}; check for a missing quotation mark there` : '';
    this.#reject(
      `${misplacedQuote(whole, start, kind)}${swallowed}`,
      whole,
      begin,
      end,
      swallowed ? opened : undefined,
    );
  }

  /** @param opened line of the quotation mark that made further lines part of the row; undefined if only the row is rejected */
  #reject(reason: string, whole: Buffer, begin: number, end: number, opened?: number): void {
    this.#verify(whole, begin, end);
    if (this.header === undefined) throw badCsv(this.#line, `the first row ${reason}`);
    const lines = opened === undefined ? 1 : countLines(whole, begin, end) + 1;
    for (let number = 0, from = begin; number < lines; number += 1) {
      const to = lines === 1 ? end : whole.indexOf(lineFeed, from);
      const text = whole
        .toString('utf8', from, Math.min(from + maxRejectBytes, to < 0 || to > end ? end : to))
        .trimEnd();
      this.#onReject({
        line: this.#line + number,
        reason: number === 0 ? reason : `is inside quotation marks that open on line ${opened}`,
        text,
      });
      from = to + 1;
    }
  }

  #verify(whole: Buffer, begin: number, end: number): void {
    const invalid = findInvalidUtf8(whole, begin, end);
    if (invalid >= 0) throw notUtf8(whole.subarray(begin), invalid - begin, this.#line);
  }
}

const isMark = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;

const startsWith = (bytes: Buffer, at: number, prefix: Buffer): boolean =>
  bytes[at] === prefix[0] &&
  bytes.compare(prefix, 0, prefix.length, at, Math.min(bytes.length, at + prefix.length)) === 0;

/** Whether a line starts with a byte order mark. */
function hasMarkAtLine(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(byteOrderMark); at >= 0; at = bytes.indexOf(byteOrderMark, at + 1))
    if (at === 0 || bytes[at - 1] === lineFeed) return true;
  return false;
}

/**
 * Verifies the UTF-8 of values with non-ASCII bytes.
 * @param bytes length of these values: where they are a large part of the block, it is verified as a whole first
 */
function verifyUtf8({ buffer, rows, width, line, starts, ends, kinds }: CsvBlock, bytes: number): void {
  const count = rows * width;
  if (count === 0) return;
  if (bytes * 4 > buffer.length && findInvalidUtf8(buffer, starts[0] as number, ends[count - 1] as number) < 0) return;
  for (let index = 0; index < count; index += 1) {
    if (((kinds[index] as number) & valueKind.beyondAscii) === 0) continue;
    const invalid = findInvalidUtf8(buffer, starts[index] as number, ends[index] as number);
    if (invalid >= 0) throw notUtf8(buffer, invalid, line);
  }
}

/** Joins pieces; without a copy where they are neighbors in the same buffer, as parts of a file that is read usually are. */
function join(rest: Buffer, pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces;
  if (pieces.length > 1 || !only) return Buffer.concat([rest, ...pieces]);
  if (rest.length === 0) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  const areNeighbors = rest.buffer === only.buffer && rest.byteOffset + rest.byteLength === only.byteOffset;
  return areNeighbors
    ? Buffer.from(only.buffer, rest.byteOffset, rest.byteLength + only.byteLength)
    : Buffer.concat([rest, only]);
}

/** The rest of joined pieces, where possible as a part of the last piece, so that the next one is its neighbor. */
function restOf(rest: Buffer, pieces: readonly Uint8Array[]): Buffer {
  const piece = pieces.at(-1);
  if (!piece || rest.length > piece.length) return rest;
  return Buffer.from(piece.buffer, piece.byteOffset + piece.byteLength - rest.length, rest.length);
}
