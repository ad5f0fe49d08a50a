import { notUtf8 } from '../bytes/not-utf8.ts';
import { countLines, findInvalidUtf8 } from '../bytes/utf8.ts';
import { BlockBuilder } from './block-builder.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';
import { badCsv, countRowsWithin, isSwallowed, misplacedQuote, zeroByte } from './csv-faults.ts';
import { nameColumns } from './column-names.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const nothing: Buffer = Buffer.alloc(0);
const byteOrderMark = Buffer.from('\uFEFF');

/** Bytes that a row may have before a missing quotation mark is the likelier explanation. */
const longestRow = 16 * 1024 * 1024;

/** Bytes of a rejected row that are shown. */
const longestTold = 1_000;

/** A rejected row, or a line of one that a stray quotation mark swallowed. */
export interface Reject {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  reason: string;
  /** The row as it is written in the file, up to a thousand bytes. */
  text: string;
  /** Where one value is to blame: its column, and the value, up to a thousand characters; null for NULL. */
  column?: string;
  value?: string | null;
}

/** How a CSV file is written. */
export interface CsvFormat {
  /** Default: comma. */
  delimiter?: ',' | ';' | '\t' | '|';
  /** Whether the first row names the columns. Default: true; otherwise they are `column_1`, `column_2`, … */
  header?: boolean;
}

/**
 * Reads CSV by RFC 4180 from pieces that may be cut anywhere. A row that breaks the rules or has another number of
 * values than the first one is given to `onReject` and left out; when a quotation mark swallowed further lines, each of them is
 * rejected, too. An empty line is passed over, unless the file has one
 * column: there it is a row with an empty value. A byte order mark at the beginning of a line, as concatenated files have it, is passed over.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export class CsvScanner {
  /** Names of the columns, once the first row has come. */
  header: string[] | undefined;
  readonly #delimiter: number;
  /** The highest of the bytes that can end a value: most bytes lie above it, so one comparison passes them. */
  readonly #highest: number;
  readonly #named: boolean;
  readonly #onReject: (reject: Reject) => void;
  readonly #builder = new BlockBuilder();
  #rest = nothing;
  #line: number;
  /** Whether a value of the block at work has bytes beyond ASCII. */
  #beyondAscii = false;
  #headerRow = nothing;

  /** @param line of the file on which the first piece begins, from 1 */
  constructor(format: CsvFormat, onReject: (reject: Reject) => void, line = 1) {
    this.#delimiter = (format.delimiter ?? ',').charCodeAt(0);
    this.#highest = Math.max(this.#delimiter, quote);
    this.#named = format.header ?? true;
    this.#onReject = onReject;
    this.#line = line;
  }

  /**
   * The rows that are complete with these pieces.
   * @throws PipewrightError `bad-csv` for a row that never ends, or bytes that are not UTF-8
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(join(this.#rest, pieces), false);
  }

  /**
   * The last rows, the last of which may lack its line end.
   * @throws PipewrightError `bad-csv` for a quotation mark that is never closed
   */
  end(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(join(this.#rest, pieces), true);
  }

  #scan(whole: Buffer, last: boolean): CsvBlock {
    const builder = this.#builder;
    const line = this.#line;
    const zero = whole.indexOf(0);
    if (zero >= 0) throw zeroByte(line + countLines(whole, 0, zero));
    builder.begin(whole, line);
    this.#beyondAscii = false;
    const at = this.#rows(whole, last, hasMarkAtLine(whole));
    this.#rest = at < whole.length ? Buffer.from(whole.subarray(at)) : nothing;
    if (this.#rest.length > longestRow) {
      throw badCsv(this.#line, 'a row is longer than 16 MB; a quotation mark may be missing');
    }
    const block = builder.finish();
    if (this.#beyondAscii) verifyUtf8(block);
    return block;
  }

  /**
   * Reads all complete rows; gives where the first incomplete one begins. One loop, for speed.
   * @param marked whether a line begins with a byte order mark
   */
  #rows(whole: Buffer, last: boolean, marked: boolean): number {
    const size = whole.length;
    const delimiter = this.#delimiter;
    const highest = this.#highest;
    const builder = this.#builder;
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
      let start = at;
      let end = at;
      let bits = 0;
      let kind: number = valueKind.bare;
      let byte = whole[at] as number;
      if (byte === quote) {
        kind = valueKind.quoted;
        start = at += 1;
        for (;;) {
          while (at < size && (byte = whole[at] as number) !== quote) {
            bits |= byte;
            if (byte === lineFeed) lines += 1;
            at += 1;
          }
          if (at >= size || (at === size - 1 && !last)) {
            if (last)
              throw badCsv(this.#line + countLines(whole, begin, start), 'a quotation mark is opened and never closed');
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
        this.#beyondAscii = true;
      }
      kinds[count] = kind;
      count += 1;
      byte = at < size ? (whole[at] as number) : lineFeed;
      if (byte === delimiter) {
        at += 1;
        // A delimiter that ends the file has one more, empty value behind it.
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
          this.#reject('has a carriage return outside of quotation marks', whole, begin, next < 0 ? size : next);
        else this.#rejectQuote(whole, kinds[count - 1] as number, start, begin, next < 0 ? size : next);
      }
      used = count = builder.used;
      this.#line += lines;
      lines = 1;
      begin = at;
      mark = 0;
    }
    return begin;
  }

  /** A row that is the first one, empty, of another width than the first, on several lines, or behind a byte order mark. */
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
      this.#reject('repeats the header behind a byte order mark, as concatenated files do', whole, begin, end);
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
        `has a value in quotation marks that runs over ${lines} lines, each of which looks like a row of its own; a quotation mark may be stray`,
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
        'the row that should name the columns is empty',
        'Enter the number of lines before the header under Skip Rows, or turn off Has Header Row.',
      );
    }
    builder.width = values.length;
    this.#headerRow = Buffer.from(whole.subarray(begin, end));
    this.header = nameColumns(this.#named ? values : values.map(() => ''));
    if (!this.#named) builder.keep(count, begin, end, next);
  }

  /** Rejects a row with a quotation mark in the wrong place, and the lines that it swallowed. */
  #rejectQuote(whole: Buffer, kind: number, start: number, begin: number, end: number): void {
    const opened = this.#line + countLines(whole, begin, start);
    const quoted = (kind & valueKind.quoted) !== 0;
    const closed = opened + (quoted ? countLines(whole, start, end) : 0);
    const swallowed =
      quoted && closed > opened ? ` that opens on line ${opened}; a quotation mark may be missing there` : '';
    this.#reject(
      `${misplacedQuote(whole, start, kind)}${swallowed}`,
      whole,
      begin,
      end,
      swallowed ? opened : undefined,
    );
  }

  /** @param opened line with the quotation mark that swallowed the others; undefined when the row counts once */
  #reject(reason: string, whole: Buffer, begin: number, end: number, opened?: number): void {
    this.#verify(whole, begin, end);
    if (this.header === undefined) throw badCsv(this.#line, `the first row ${reason}`);
    const lines = opened === undefined ? 1 : countLines(whole, begin, end) + 1;
    for (let number = 0, from = begin; number < lines; number += 1) {
      const to = lines === 1 ? end : whole.indexOf(lineFeed, from);
      const text = whole.toString('utf8', from, Math.min(from + longestTold, to < 0 || to > end ? end : to)).trimEnd();
      this.#onReject({
        line: this.#line + number,
        reason: number === 0 ? reason : `is inside the quotation marks that open on line ${opened}`,
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

/** Whether a line begins with a byte order mark. */
function hasMarkAtLine(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(byteOrderMark); at >= 0; at = bytes.indexOf(byteOrderMark, at + 1))
    if (at === 0 || bytes[at - 1] === lineFeed) return true;
  return false;
}

/** Verifies the values of a block that have bytes beyond ASCII: only they cost time. */
function verifyUtf8({ buffer, rows, width, line, starts, ends, kinds }: CsvBlock): void {
  const count = rows * width;
  for (let index = 0; index < count; index += 1) {
    if (((kinds[index] as number) & valueKind.beyondAscii) === 0) continue;
    const invalid = findInvalidUtf8(buffer, starts[index] as number, ends[index] as number);
    if (invalid >= 0) throw notUtf8(buffer, invalid, line);
  }
}

function join(rest: Buffer, pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces;
  if (rest.length > 0 || pieces.length > 1 || !only) return Buffer.concat([rest, ...pieces]);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}
