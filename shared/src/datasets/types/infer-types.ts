import type { ColumnType, InferredColumn } from './column.ts';
import { valueKind, type CsvBlock } from '../csv/csv-block.ts';
import { booleanForm, isDay, mergeForms, mixedForms, noForm, timestampForm, timestampForms, uuidForm } from './value-forms.ts';

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;

/** More digits than this are an identifier, not a number that somebody adds up. */
const mostDigitsOfInteger = 15;

/** Digits of the greatest integer of 64 bits. */
const mostDigitsOfBigint = 19;

/** What SQL databases hold exactly. */
const mostDigitsOfDecimal = 38;

/**
 * How a column comes to its type: from its values alone; from somebody who said it, so that every value fits it; or
 * from a table, whose column becomes wider where a value does not fit.
 */
type Kind = 'found' | 'given' | 'widens';

/** What is known of one column. */
interface Finding {
  /** Undefined until the first value. */
  type: ColumnType | undefined;
  kind: Kind;
  /** Most digits before the point, and behind it. */
  whole: number;
  scale: number;
  form: number;
  lossy: boolean;
}

/** Reads a column's values from a row on; gives the first row whose value is of another type, or the number of rows. */
export type Reader = (block: CsvBlock, column: number, row: number, finding: Finding) => number;

/** Types that are known before the values, by the name of the column. */
export type KnownTypes = Readonly<Record<string, ColumnType>>;

/**
 * Finds the types of columns from all of their values: the type that holds for every value of the file. Values with
 * leading zeros or more than 15 digits are identifiers and make the column text; a date or a timestamp counts only as
 * ISO 8601. Goes column by column through a block, so that the loop of a type runs undisturbed.
 */
export class TypeInference {
  readonly #names: readonly string[];
  readonly #findings: Finding[];
  readonly #quotedIsText: boolean;

  /**
   * @param given types that every value of their column fits, which is for others to see to
   * @param least types that a column has at least, and keeps while its values fit
   * @param quotedIsText whether values in quotation marks are text whatever they look like, as strings of JSON are
   */
  constructor(names: readonly string[], given: KnownTypes = {}, least: KnownTypes = {}, quotedIsText = false) {
    this.#names = names;
    this.#quotedIsText = quotedIsText;
    this.#findings = names.map((name) => {
      const [type, kind]: [ColumnType | undefined, Kind] = Object.hasOwn(given, name) ? [given[name], 'given'] : Object.hasOwn(least, name) ? [least[name], 'widens'] : [undefined, 'found'];
      return { type, kind, whole: 0, scale: 0, form: noForm, lossy: false };
    });
  }

  /** Takes the values of some rows into account. */
  look(block: CsvBlock): void {
    this.#findings.forEach((finding, column) => {
      if (this.#quotedIsText && finding.kind === 'found' && finding.type !== 'text' && hasQuoted(block, column)) finding.type = 'text';
      let row = 0;
      while (row < block.rows) {
        const { type, kind } = finding;
        if (type === 'text') break;
        const read = type === undefined ? skipNulls : kind === 'found' ? readers[type] : givenReaders[type];
        row = read(block, column, row, finding);
        if (row === block.rows) break;
        finding.type = kind === 'widens' ? widerType(block, column, row, finding) : nextType(block, column, row, finding);
      }
    });
  }

  /** The columns, with the narrowest type that holds for every value so far; a column without values is text. */
  columns(): InferredColumn[] {
    return this.#findings.map(({ type = 'text', kind, whole, scale, form, lossy }, column) => {
      const known = { name: this.#names[column] as string, type, form, lossy };
      return type === 'decimal' && (kind === 'found' || whole + scale > 0) ? { ...known, precision: Math.max(1, whole + scale), scale } : known;
    });
  }
}

function hasQuoted({ rows, width, kinds }: CsvBlock, column: number): boolean {
  for (let index = column; index < rows * width; index += width) if ((kinds[index] as number) & valueKind.quoted) return true;
  return false;
}

const inferableTypes = ['integer', 'decimal', 'date', 'timestamp', 'timestamp-with-zone', 'boolean', 'uuid'] as const;

/** The type of a column after a value that is not of its type: a wider one, or text. */
function nextType(block: CsvBlock, column: number, row: number, finding: Finding): ColumnType {
  const one = { ...block, rows: row + 1 };
  const fits = (type: Exclude<ColumnType, 'text'>): boolean => {
    const trial: Finding = { ...finding, form: noForm };
    return readers[type](one, column, row, trial) > row;
  };
  if (finding.type === undefined) {
    return inferableTypes.find(fits) ?? 'text';
  }
  if (finding.type === 'integer' && fits('decimal')) {
    // Integers are written with no digit behind the point: the first of the forms of decimals.
    finding.form = mergeForms(decimalForm(0), finding.form);
    return 'decimal';
  }
  return 'text';
}

/** The type of a column of a table after a value that is not of its type. */
function widerType(block: CsvBlock, column: number, row: number, finding: Finding): ColumnType {
  const one = { ...block, rows: row + 1 };
  return finding.type === 'integer' && givenReaders.decimal(one, column, row, { ...finding, form: noForm }) > row ? 'decimal' : 'text';
}

/** The form of a decimal: how many digits it has behind the point. */
function decimalForm(scale: number): number {
  return scale + 1;
}

/** A reader of values one by one, from what one value's form is. */
function readerOf(formOf: (buffer: Buffer, start: number, end: number, finding: Finding) => number): Reader {
  return ({ buffer, rows, width, starts, ends, kinds }, column, row, finding) => {
    let { form } = finding;
    for (let index = row * width + column; row < rows; row += 1, index += width) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      if (start === end && kinds[index] === valueKind.bare) continue;
      const next = formOf(buffer, start, end, finding);
      if (next === noForm) break;
      form = mergeForms(form, next);
    }
    finding.form = form;
    return row;
  };
}

const skipNulls: Reader = readerOf(() => noForm);

const readers: Record<Exclude<ColumnType, 'text'>, Reader> = {
  integer: ({ buffer, rows, width, starts, ends, kinds }, column, row, finding) => {
    let { whole } = finding;
    scan: for (let index = row * width + column; row < rows; row += 1, index += width) {
      let at = starts[index] as number;
      const end = ends[index] as number;
      if (at === end && kinds[index] === valueKind.bare) continue;
      if (at < end && buffer[at] === minus) at += 1;
      const digits = end - at;
      if (digits < 1 || digits > mostDigitsOfInteger) break;
      if (buffer[at] === zero && end - (starts[index] as number) > 1) break;
      for (; at < end; at += 1) if (((buffer[at] as number) - zero) >>> 0 > 9) break scan;
      if (digits > whole) whole = digits;
      finding.form = decimalForm(0);
    }
    finding.whole = whole;
    return row;
  },
  decimal: ({ buffer, rows, width, starts, ends, kinds }, column, row, finding) => {
    let { whole, scale, form } = finding;
    for (let index = row * width + column; row < rows; row += 1, index += width) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      if (start === end && kinds[index] === valueKind.bare) continue;
      let at = start;
      if (buffer[at] === minus) at += 1;
      const first = at;
      let byte = 0;
      let digitsSet = 0;
      for (; at < end && (byte = ((buffer[at] as number) - zero) >>> 0) <= 9; at += 1) digitsSet |= byte;
      const before = at - first;
      if (before === 0 || (before > 1 && buffer[first] === zero)) break;
      let behind = 0;
      if (at < end) {
        if (buffer[at] !== point) break;
        const fraction = (at += 1);
        for (; at < end && (byte = ((buffer[at] as number) - zero) >>> 0) <= 9; at += 1) digitsSet |= byte;
        behind = at - fraction;
        if (at < end || behind === 0) break;
      } else if (before > mostDigitsOfInteger) break;
      if (Math.max(whole, before) + Math.max(scale, behind) > mostDigitsOfDecimal) break;
      if (digitsSet === 0 && first > start) finding.lossy = true;
      if (before > whole) whole = before;
      if (behind > scale) scale = behind;
      form = mergeForms(form, decimalForm(behind));
    }
    finding.whole = whole;
    finding.scale = scale;
    finding.form = form;
    return row;
  },
  boolean: readerOf(booleanForm),
  date: readerOf((buffer, start, end) => (end - start === 10 && isDay(buffer, start) ? 1 : noForm)),
  timestamp: readerOf((buffer, start, end) => {
    const form = timestampForm(buffer, start, end);
    return form & timestampForms.zoned ? noForm : form;
  }),
  'timestamp-with-zone': readerOf((buffer, start, end) => {
    const form = timestampForm(buffer, start, end);
    return form & timestampForms.zoned ? form : noForm;
  }),
  uuid: readerOf(uuidForm),
};

/** Readers for types that are known before the values: leading zeros, a plus and more digits are accepted then. */
export const givenReaders: Record<Exclude<ColumnType, 'text'>, Reader> = {
  ...readers,
  integer: readerOf((buffer, start, end) => (countDigits(buffer, start, end, false) <= mostDigitsOfBigint && fitsBigint(buffer, start, end) ? mixedForms : noForm)),
  decimal: readerOf((buffer, start, end, finding) => {
    const digits = countDigits(buffer, start, end, true);
    if (digits > mostDigitsOfDecimal) return noForm;
    let place = end - 1;
    while (place >= start && buffer[place] !== point) place -= 1;
    const scale = place < start ? 0 : end - place - 1;
    if (scale > finding.scale) finding.scale = scale;
    if (digits - scale > finding.whole) finding.whole = digits - scale;
    return mixedForms;
  }),
};

/** Whether an integer of at most 19 digits is one of 64 bits. */
function fitsBigint(buffer: Buffer, start: number, end: number): boolean {
  if (end - start < mostDigitsOfBigint) return true;
  const value = BigInt(buffer.toString('latin1', start, end));
  return BigInt.asIntN(64, value) === value;
}

/** Digits of a number; infinite when the bytes are none. */
function countDigits(buffer: Buffer, start: number, end: number, withPoint: boolean): number {
  let at = buffer[start] === minus || buffer[start] === plus ? start + 1 : start;
  let digits = 0;
  let points = 0;
  for (; at < end; at += 1) {
    if (((buffer[at] as number) - zero) >>> 0 <= 9) digits += 1;
    else if (buffer[at] !== point || (points += 1) > (withPoint ? 1 : 0)) return Infinity;
  }
  return digits === 0 ? Infinity : digits;
}
