import type { CsvBlock } from './csv-block.ts';

/** Types of columns, the same for every database. */
export type ColumnType = 'integer' | 'decimal' | 'boolean' | 'date' | 'timestamp' | 'timestamp-with-zone' | 'text';

/** A column of a table. */
export interface Column {
  name: string;
  type: ColumnType;
  /** Of a decimal: digits in all, and behind the point. */
  precision?: number;
  scale?: number;
}

const candidate = { integer: 1, decimal: 2, boolean: 4, date: 8, timestamp: 16, zoned: 32 } as const;
const all = 63;
const zero = 0x30;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= 0x39;

/** More digits than this are an identifier, not a number that somebody adds up. */
const mostDigits = 15;

/**
 * Finds the types of columns from all of their values: each value rules types out, and what is left at the end holds for
 * the whole file. Values with leading zeros or more than 15 digits are identifiers and make the column text; a date counts
 * only as year, month and day.
 */
export class TypeInference {
  readonly #masks: Uint8Array;
  readonly #seen: Uint8Array;
  readonly #whole: Int32Array;
  readonly #scale: Int32Array;

  constructor(width: number) {
    this.#masks = new Uint8Array(width).fill(all);
    this.#seen = new Uint8Array(width);
    this.#whole = new Int32Array(width);
    this.#scale = new Int32Array(width);
  }

  /** Takes the values of some rows into account. */
  look({ buffer, rows, width, starts, ends, kinds }: CsvBlock): void {
    for (let row = 0, index = 0; row < rows; row += 1) {
      for (let column = 0; column < width; column += 1, index += 1) {
        const mask = this.#masks[column] as number;
        if (mask === 0) continue;
        const start = starts[index] as number;
        const end = ends[index] as number;
        if (start === end && kinds[index] === 0) continue;
        this.#seen[column] = 1;
        this.#masks[column] = mask & this.#classify(buffer, start, end, column);
      }
    }
  }

  /** The columns, with the narrowest type that holds for every value; a column without values is text. */
  columns(names: readonly string[]): Column[] {
    return names.map((name, column) => {
      const mask = this.#seen[column] ? (this.#masks[column] as number) : 0;
      if (mask & candidate.integer) return { name, type: 'integer' };
      if (mask & candidate.decimal) {
        const scale = this.#scale[column] as number;
        return { name, type: 'decimal', precision: (this.#whole[column] as number) + scale, scale };
      }
      if (mask & candidate.boolean) return { name, type: 'boolean' };
      if (mask & candidate.date) return { name, type: 'date' };
      if (mask & candidate.timestamp) return { name, type: 'timestamp' };
      if (mask & candidate.zoned) return { name, type: 'timestamp-with-zone' };
      return { name, type: 'text' };
    });
  }

  #classify(buffer: Buffer, start: number, end: number, column: number): number {
    const first = buffer[start];
    if (isDigit(first) || first === 0x2d) {
      const number = this.#number(buffer, start, end, column);
      if (number !== 0 || first === 0x2d) return number;
      return moment(buffer, start, end);
    }
    return isBoolean(buffer, start, end) ? candidate.boolean : 0;
  }

  #number(buffer: Buffer, start: number, end: number, column: number): number {
    let at = buffer[start] === 0x2d ? start + 1 : start;
    const begin = at;
    while (at < end && isDigit(buffer[at])) at += 1;
    const digits = at - begin;
    if (digits === 0 || (digits > 1 && buffer[begin] === zero)) return 0;
    if (at === end) {
      if (digits > mostDigits) return 0;
      if (digits > (this.#whole[column] as number)) this.#whole[column] = digits;
      return candidate.integer | candidate.decimal;
    }
    if (buffer[at] !== 0x2e) return 0;
    const fraction = at + 1;
    for (at = fraction; at < end; at += 1) if (!isDigit(buffer[at])) return 0;
    const scale = end - fraction;
    if (scale === 0 || digits + scale > 38) return 0;
    if (digits > (this.#whole[column] as number)) this.#whole[column] = digits;
    if (scale > (this.#scale[column] as number)) this.#scale[column] = scale;
    return candidate.decimal;
  }
}

function isBoolean(buffer: Buffer, start: number, end: number): boolean {
  if (end - start !== 4 && end - start !== 5) return false;
  const word = buffer.toString('latin1', start, end).toLowerCase();
  return word === 'true' || word === 'false';
}

const dayPattern = /^(\d{4})-(\d\d)-(\d\d)$/;
const timePattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,6})?)?(Z|[+-]\d\d(?::?\d\d)?)?$/;

function isDay(text: string): boolean {
  const [, year, month, day] = dayPattern.exec(text) ?? [];
  if (year === undefined || Number(year) === 0) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function moment(buffer: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length < 10 || length > 35 || buffer[start + 4] !== 0x2d) return 0;
  const text = buffer.toString('latin1', start, end);
  if (length === 10) return isDay(text) ? candidate.date : 0;
  const [, day, hour, minute, second, zone] = timePattern.exec(text) ?? [];
  if (day === undefined || !isDay(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return 0;
  return zone === undefined ? candidate.timestamp : candidate.zoned;
}
