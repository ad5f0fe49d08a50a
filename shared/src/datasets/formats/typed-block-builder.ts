import { PipewrightError } from '../../host/error.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';

const quote = 0x22;
const lineFeed = Buffer.from('\n');
const [minus, point, zero] = [0x2d, 0x2e, 0x30];

/** Digits of a number to write, and the powers of ten with up to as many. */
const maxDigits = 16;
const powers = Array.from({ length: maxDigits + 1 }, (_value, digits) => 10 ** digits);

/** Digits that are taken from a number at once. */
const splitDigits = 9;
const splitAt = 1e9;

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

/** Where the values of a block are, and how they are written; see `CsvBlock`. */
type Offsets = Pick<CsvBlock, 'starts' | 'ends' | 'kinds'>;

const offsetsFor = (values: number): Offsets => ({
  starts: new Int32Array(values),
  ends: new Int32Array(values),
  kinds: new Uint8Array(values),
});

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
  #offsets = offsetsFor(initialValues);
  /** Offsets of the blocks that were built, and those of earlier blocks, for the next ones. */
  readonly #lent: Offsets[] = [];
  readonly #free: Offsets[] = [];
  /** Number of values. */
  #count = 0;
  #lines: number[] = [];
  /** Cells, empty ones and rows since the start of the dataset. */
  readonly #found = { cells: 0, empty: 0, rows: 0 };
  /** NULLs in the current row. */
  #rowNulls = 0;

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
    if (this.#lent.at(-1) === this.#offsets) this.#offsets = this.#free.pop() ?? offsetsFor(this.#offsets.kinds.length);
    this.#at = this.#rowStart = this.#rowValues = this.#count = this.#rowNulls = 0;
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
    this.#copy(bytes, start, end);
    this.#note(from, kind);
    this.#buffer[this.#at++] = quote;
  }

  /** Adds a number, boolean, date or time whose bytes are ASCII; see `addBare`. */
  addEncodedBare(bytes: Buffer, start: number, end: number): void {
    this.#separate(end - start);
    const from = this.#at;
    this.#copy(bytes, start, end);
    this.#note(from, valueKind.bare);
  }

  /** Adds a number, boolean, date or time: ASCII without delimiters, quotation marks and line ends. */
  addBare(text: string): void {
    this.#separate(text.length);
    const start = this.#at;
    if (text.length > maxCopiedLength) this.#at += this.#buffer.write(text, start, 'latin1');
    else for (let at = 0; at < text.length; at += 1) this.#buffer[this.#at++] = text.charCodeAt(at);
    this.#note(start, valueKind.bare);
  }

  /**
   * Adds a decimal number: `unscaled` divided by a power of ten, with all decimals that `scale` states.
   * @param unscaled a safe integer of at most 15 digits, not -0
   * @param scale from 0 to 15
   */
  addDecimal(unscaled: number, scale: number): void {
    const number = Math.abs(unscaled);
    let digits = scale + 1;
    while (digits < maxDigits && number >= (powers[digits] as number)) digits += 1;
    this.#separate(digits + 2);
    const start = this.#at;
    const buffer = this.#buffer;
    if (unscaled < 0) buffer[this.#at++] = minus;
    const end = this.#at + digits + (scale > 0 ? 1 : 0);
    const pointAt = scale > 0 ? end - scale - 1 : -1;
    // Two parts of 32 bits, because their digits are found in a fraction of the time.
    let rest = number % splitAt;
    let high = (number - rest) / splitAt;
    let left = splitDigits;
    for (let at = end - 1; at >= this.#at; at -= 1) {
      if (at === pointAt) {
        buffer[at] = point;
        continue;
      }
      if (left === 0) {
        rest = high % splitAt;
        high = (high - rest) / splitAt;
        left = splitDigits;
      }
      const next = (rest / 10) | 0;
      buffer[at] = zero + rest - next * 10;
      rest = next;
      left -= 1;
    }
    this.#at = end;
    this.#note(start, valueKind.bare);
  }

  /** Adds NULL. */
  addNull(): void {
    this.#rowNulls += 1;
    this.#separate(0);
    this.#note(this.#at, valueKind.bare);
  }

  /**
   * Ends the current row.
   * @param line number of its line, or of its row in a sheet, from 1
   * @throws PipewrightError `invalid-input` for a dataset that consists almost only of empty cells
   */
  endRow(line: number): void {
    this.#found.rows += 1;
    this.#found.cells += this.#count - this.#rowValues;
    this.#found.empty += this.#rowNulls;
    this.#rowNulls = 0;
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

  /** The text of the current row, which is not ended. */
  get rowText(): string {
    return this.#buffer.toString('utf8', this.#rowStart, this.#at);
  }

  /** Removes the current row, which is not ended. */
  cancelRow(): void {
    this.#at = this.#rowStart;
    this.#count = this.#rowValues;
    this.#rowNulls = 0;
  }

  /** Returns the block with the added rows; its offsets are its own until `reuse`. */
  build(width: number): CsvBlock {
    if (this.#lent.at(-1) !== this.#offsets) this.#lent.push(this.#offsets);
    const buffer = this.#buffer.subarray(0, this.#at);
    const rows = this.#lines.length;
    const { starts, ends, kinds } = this.#offsets;
    return {
      buffer,
      rows,
      width,
      line: this.#lines[0] ?? 1,
      lines: new Int32Array(this.#lines),
      starts,
      ends,
      kinds,
      delimiter: this.#delimiter,
      pieces: rows > 0 ? [buffer] : [],
      lineEnd: lineFeed,
    };
  }

  /** Reuses the memory for the offsets of earlier blocks, which nobody may read any more. @param count of the first of them */
  reuse(count: number): void {
    for (const offsets of this.#lent.splice(0, count)) if (offsets !== this.#offsets) this.#free.push(offsets);
  }

  #copy(bytes: Buffer, start: number, end: number): void {
    if (end - start > maxCopiedLength) {
      this.#at += bytes.copy(this.#buffer, this.#at, start, end);
      return;
    }
    const buffer = this.#buffer;
    let to = this.#at;
    for (let at = start; at < end; at += 1) buffer[to++] = bytes[at] as number;
    this.#at = to;
  }

  #note(start: number, kind: number): void {
    const index = this.#count;
    if (index === this.#offsets.kinds.length) this.#grow();
    const { starts, ends, kinds } = this.#offsets;
    starts[index] = start;
    ends[index] = this.#at;
    kinds[index] = kind;
    this.#count = index + 1;
  }

  #grow(): void {
    const { starts, ends, kinds } = this.#offsets;
    this.#offsets = offsetsFor(kinds.length * 2);
    this.#offsets.starts.set(starts);
    this.#offsets.ends.set(ends);
    this.#offsets.kinds.set(kinds);
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
