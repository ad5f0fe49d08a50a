import { PipewrightError } from '../../host/error.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';

const quote = 0x22;
const lineFeed = Buffer.from('\n');

/** Bytes and values that a builder starts with. */
const initialBytes = 4096;
const initialValues = 8192;

/**
 * Empty cells of a dataset after which they are compared with its rows and values, and how many there may be for each: a small
 * file whose rows lack tens of thousands of columns would expand to billions of cells. A table with fewer columns never has
 * that many.
 */
const emptyCells = { min: 8_000_000, perRowOrValue: 1000 };

/** A longer text is copied by Node, a shorter one character by character, which is faster than the call. */
const maxCopiedLength = 32;

/** A value with a type: its text (null for NULL), and whether it is text rather than a number, boolean, date or time. */
export interface TypedValue {
  text: string | null;
  isText: boolean;
}

/**
 * Writes typed values as a CSV block: text quoted; numbers, booleans, dates and times as ASCII without quotes; NULL empty.
 * Readers of such a block set `quotedIsText`. One builder serves all blocks of a dataset: `begin`, then the values of each
 * row in order, each row ended with `endRow`, then `build`.
 */
export class TypedBlockBuilder {
  readonly #delimiter: string;
  readonly #separator: number;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Start of the current row, and number of values before it. */
  #rowStart = 0;
  #rowValues = 0;
  #starts = new Int32Array(initialValues);
  #ends = new Int32Array(initialValues);
  #kinds = new Uint8Array(initialValues);
  /** Number of values. */
  #count = 0;
  #lines: number[] = [];
  /** Cells, empty ones and rows since the start of the dataset. */
  readonly #found = { cells: 0, empty: 0, rows: 0 };

  /** @param delimiter delimiter of the rows to write, one byte */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
    this.#separator = delimiter.charCodeAt(0);
  }

  /** Bytes written since `begin`. */
  get size(): number {
    return this.#at;
  }

  /**
   * Starts a block.
   * @param bytes approximate size of the block
   */
  begin(bytes: number): void {
    this.#buffer = Buffer.allocUnsafe(bytes + initialBytes);
    this.#at = this.#rowStart = this.#rowValues = this.#count = 0;
    this.#lines = [];
  }

  /** Adds a row. @param line number of its line, or of its row in a sheet, from 1 */
  add(values: readonly TypedValue[], line: number): void {
    for (const { text, isText } of values) {
      if (text === null) this.addNull();
      else if (isText) this.addText(text);
      else this.addBare(text);
    }
    this.endRow(line);
  }

  /** Adds a text value. */
  addText(text: string): void {
    const doubled = text.includes('"');
    const written = doubled ? text.replaceAll('"', '""') : text;
    this.#separate(written.length * 3 + 2);
    this.#buffer[this.#at++] = quote;
    const start = this.#at;
    this.#at += this.#buffer.write(written, start, 'utf8');
    const beyond = this.#at - start > written.length ? valueKind.beyondAscii : 0;
    this.#note(start, valueKind.quoted | beyond | (doubled ? valueKind.doubledQuotes : 0));
    this.#buffer[this.#at++] = quote;
  }

  /**
   * Adds a text value whose bytes are already UTF-8 with doubled quotation marks.
   * @param kind flags of `valueKind`
   */
  addEncodedText(bytes: Buffer, start: number, end: number, kind: number): void {
    this.#separate(end - start + 2);
    this.#buffer[this.#at++] = quote;
    const from = this.#at;
    this.#at += bytes.copy(this.#buffer, from, start, end);
    this.#note(from, kind);
    this.#buffer[this.#at++] = quote;
  }

  /** Adds a number, boolean, date or time: ASCII without delimiters, quotation marks and line ends. */
  addBare(text: string): void {
    this.#separate(text.length);
    const start = this.#at;
    if (text.length > maxCopiedLength) this.#at += this.#buffer.write(text, start, 'latin1');
    else for (let at = 0; at < text.length; at += 1) this.#buffer[this.#at++] = text.charCodeAt(at);
    this.#note(start, valueKind.bare);
  }

  /** Adds NULL. */
  addNull(): void {
    this.#found.empty += 1;
    this.#separate(0);
    this.#note(this.#at, valueKind.bare);
  }

  /**
   * Ends the current row.
   * @param line number of its line, or of its row in a sheet, from 1
   * @throws PipewrightError `invalid-input` for a dataset that consists almost only of empty cells
   */
  endRow(line: number): void {
    this.#countRow();
    const { cells, empty, rows } = this.#found;
    if (empty > emptyCells.min && empty > (cells - empty + rows) * emptyCells.perRowOrValue)
      throw new PipewrightError({
        code: 'invalid-input',
        message: `The file has more than ${emptyCells.perRowOrValue} empty cells for each value: few of its rows have the same columns.`,
        hint: 'Check where the file comes from. Put names that differ from row to row into a column of their own.',
      });
    this.#reserve(1);
    this.#buffer[this.#at++] = lineFeed[0] as number;
    this.#lines.push(line);
    this.#rowStart = this.#at;
    this.#rowValues = this.#count;
  }

  /** Removes the current row, which is not ended. Returns its text. */
  cancelRow(): string {
    this.#countRow();
    const text = this.#buffer.toString('utf8', this.#rowStart, this.#at);
    this.#at = this.#rowStart;
    this.#count = this.#rowValues;
    return text;
  }

  /** Returns the block with the added rows. */
  build(width: number): CsvBlock {
    const buffer = this.#buffer.subarray(0, this.#at);
    const rows = this.#lines.length;
    return {
      buffer,
      rows,
      width,
      line: this.#lines[0] ?? 1,
      lines: new Int32Array(this.#lines),
      starts: this.#starts.slice(0, this.#count),
      ends: this.#ends.slice(0, this.#count),
      kinds: this.#kinds.slice(0, this.#count),
      delimiter: this.#delimiter,
      pieces: rows > 0 ? [buffer] : [],
      lineEnd: lineFeed,
    };
  }

  #countRow(): void {
    this.#found.rows += 1;
    this.#found.cells += this.#count - this.#rowValues;
  }

  #note(start: number, kind: number): void {
    const index = this.#count;
    if (index === this.#kinds.length) this.#grow();
    this.#starts[index] = start;
    this.#ends[index] = this.#at;
    this.#kinds[index] = kind;
    this.#count = index + 1;
  }

  #grow(): void {
    const { length } = this.#kinds;
    const [starts, ends, kinds] = [this.#starts, this.#ends, this.#kinds];
    this.#starts = new Int32Array(length * 2);
    this.#ends = new Int32Array(length * 2);
    this.#kinds = new Uint8Array(length * 2);
    this.#starts.set(starts);
    this.#ends.set(ends);
    this.#kinds.set(kinds);
  }

  /** Writes the delimiter, unless the value is the first of its row, after making room for it and the value. */
  #separate(bytes: number): void {
    this.#reserve(bytes + 1);
    if (this.#count > this.#rowValues) this.#buffer[this.#at++] = this.#separator;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
