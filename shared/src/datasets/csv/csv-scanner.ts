import { PipewrightError } from '../../host/error.ts';
import { BlockBuilder } from './block-builder.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';
import { nameColumns } from './column-names.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const nothing: Buffer = Buffer.alloc(0);

/** Bytes that a row may have before a missing quotation mark is the likelier explanation. */
const longestRow = 16 * 1024 * 1024;

/** Bytes of a row that is left out which are told. */
const longestTold = 1_000;

/** A row that was left out. */
export interface Reject {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  reason: string;
  /** The row as it stands in the file, up to a thousand bytes. */
  text: string;
  /** Where one value is to blame: its column, and the value, up to a thousand letters; null where nothing is there. */
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
 * values than the first one is given to `onReject` and left out. An empty line is passed over, unless the file has one
 * column: there it is a row with an empty value.
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
  #line = 1;
  #begun = false;

  constructor(format: CsvFormat, onReject: (reject: Reject) => void) {
    this.#delimiter = (format.delimiter ?? ',').charCodeAt(0);
    this.#highest = Math.max(this.#delimiter, quote);
    this.#named = format.header ?? true;
    this.#onReject = onReject;
  }

  /**
   * The rows that are complete with these pieces.
   * @throws PipewrightError `bad-csv` for a row that never ends, or bytes that are no text
   */
  push(...pieces: Uint8Array[]): CsvBlock {
    return this.#scan(join(this.#rest, pieces), false);
  }

  /**
   * The last row, when no line end follows it.
   * @throws PipewrightError `bad-csv` for a quotation mark that is never closed
   */
  end(): CsvBlock {
    return this.#scan(this.#rest, true);
  }

  #scan(whole: Buffer, last: boolean): CsvBlock {
    const builder = this.#builder;
    if (whole.includes(0)) throw notText();
    builder.begin(whole, this.#line);
    let at = 0;
    if (!this.#begun && (whole.length >= 3 || last)) {
      this.#begun = true;
      if (whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf) at = 3;
    }
    if (this.#begun) at = this.#rows(whole, at, last);
    this.#rest = at < whole.length ? Buffer.from(whole.subarray(at)) : nothing;
    if (this.#rest.length > longestRow) {
      throw badCsv(this.#line, 'a row is longer than 16 MB; a quotation mark may be missing');
    }
    return builder.finish();
  }

  /** Reads all complete rows from `at`; gives where the first incomplete one begins. One loop, for speed. */
  #rows(whole: Buffer, at: number, last: boolean): number {
    const size = whole.length;
    const delimiter = this.#delimiter;
    const highest = this.#highest;
    const builder = this.#builder;
    let { starts, ends, kinds, capacity, used } = builder;
    let begin = at;
    let count = used;
    let lines = 1;
    while (at < size) {
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
            if (last) throw badCsv(this.#line, 'a quotation mark is opened and never closed');
            return begin;
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
      if (at >= size && !last) return begin;
      if (count === capacity) {
        builder.grow();
        ({ starts, ends, kinds, capacity } = builder);
      }
      starts[count] = start;
      ends[count] = end;
      kinds[count] = bits > 0x7f ? kind | valueKind.beyondAscii : kind;
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
      if (byte === carriageReturn && at + 1 >= size && !last) return begin;
      if (byte === lineFeed || (byte === carriageReturn && whole[at + 1] === lineFeed)) {
        at = Math.min(size, at + (byte === lineFeed ? 1 : 2));
        if (count - used === builder.width && rowEnd > begin) builder.keep(count, begin, rowEnd, at);
        else this.#unusualRow(whole, count, begin, rowEnd, at);
      } else {
        const next = whole.indexOf(lineFeed, at);
        if (next < 0 && !last) return begin;
        at = next < 0 ? size : next + 1;
        this.#reject(byte === carriageReturn ? 'has a carriage return outside of quotation marks' : misplaced(kind), whole.subarray(begin, next < 0 ? size : next));
      }
      used = count = builder.used;
      this.#line += lines;
      lines = 1;
      begin = at;
    }
    return begin;
  }

  /** A row that is the first one, empty, or of another width than the first. */
  #unusualRow(whole: Buffer, count: number, begin: number, end: number, next: number): void {
    const builder = this.#builder;
    const blank = begin === end;
    if (this.header === undefined) {
      if (blank) return;
      const values = builder.values(count);
      builder.width = values.length;
      this.header = nameColumns(this.#named ? values : values.map(() => ''));
      if (!this.#named) builder.keep(count, begin, end, next);
    } else if (!blank || builder.width === 1) {
      const width = count - builder.used;
      if (width === builder.width) builder.keep(count, begin, end, next);
      else this.#reject(`has ${width} ${width === 1 ? 'value' : 'values'} instead of ${builder.width}`, whole.subarray(begin, end));
    }
  }

  #reject(reason: string, row: Buffer): void {
    if (this.header === undefined) throw badCsv(this.#line, `the first row ${reason}`);
    this.#onReject({ line: this.#line, reason, text: row.toString('utf8', 0, longestTold).trimEnd() });
  }
}

function misplaced(kind: number): string {
  return kind === valueKind.bare
    ? 'has a quotation mark inside of a value that does not begin with one'
    : 'has text after a closing quotation mark';
}

function join(rest: Buffer, pieces: readonly Uint8Array[]): Buffer {
  const [only] = pieces;
  if (rest.length > 0 || pieces.length > 1 || !only) return Buffer.concat([rest, ...pieces]);
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
}

function notText(): PipewrightError {
  return new PipewrightError({
    code: 'bad-csv',
    message: 'The file holds zero bytes: it is no text, or not in UTF-8.',
    hint: 'Save it as CSV in UTF-8.',
  });
}

function badCsv(line: number, reason: string): PipewrightError {
  return new PipewrightError({
    code: 'bad-csv',
    message: `The file is no valid CSV: at line ${line}, ${reason}.`,
    hint: 'Correct the file, or check the delimiter.',
  });
}
