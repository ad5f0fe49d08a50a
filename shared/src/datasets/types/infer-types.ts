import type { ColumnType, InferredColumn } from './column.ts';
import { readValue, valueKind, type CsvBlock } from '../formats/csv-block.ts';
import { normalizeValue } from './normalize-value.ts';
import {
  booleanForm,
  isDay,
  mergeForms,
  mixedForms,
  noForm,
  timestampForm,
  timestampForms,
  uuidForm,
} from './value-forms.ts';

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;

/** More digits than this are an identifier, not a number that somebody adds up. */
const mostDigitsOfInteger = 15;

/** What SQL databases hold exactly. */
const mostDigitsOfDecimal = 38;

/**
 * How a column comes to its type: from its values alone; from somebody who said it, so that every value fits it; or
 * from a table, whose column becomes wider where a value does not fit.
 */
type Kind = 'found' | 'given' | 'widens';

/** What is known of one column. */
interface ColumnState {
  /** Undefined until the first value. */
  type: ColumnType | undefined;
  kind: Kind;
  /** Most digits before the point, and behind it. */
  whole: number;
  scale: number;
  form: number;
  lossy: boolean;
  /** Whether an empty text was among the values of a column that is not text. */
  blanks: boolean;
}

/** Reads a column's values from a row on; gives the first row whose value is of another type, or the number of rows. */
type Reader = (block: CsvBlock, column: number, row: number, finding: ColumnState) => number;

/** Types that are known before the values, by the name of the column. */
export type KnownTypes = Readonly<Record<string, ColumnType>>;

/**
 * Finds the types of columns from all of their values: the type that holds for every value of the file. Values with
 * leading zeros or more than 15 digits are identifiers and make the column text; a date or a timestamp counts only as
 * ISO 8601. Goes column by column through a block, so that the loop of a type runs undisturbed.
 */
export class TypeInference {
  readonly #names: readonly string[];
  readonly #findings: ColumnState[];
  readonly #quotedIsText: boolean;
  readonly #blanksAreNull: boolean;

  /**
   * @param given types that every value of their column fits, which is for others to see to
   * @param least types that a column has at least, and keeps while its values fit
   * @param blanksAreNull whether an empty text, `""`, is NULL in a column that is not text. Default: it makes the column text.
   * @param quotedIsText whether values in quotation marks are text whatever they look like, as strings of JSON are
   */
  constructor(
    names: readonly string[],
    given: KnownTypes = {},
    least: KnownTypes = {},
    blanksAreNull = false,
    quotedIsText = false,
  ) {
    this.#names = names;
    this.#blanksAreNull = blanksAreNull;
    this.#quotedIsText = quotedIsText;
    this.#findings = names.map((name) => {
      const [type, kind]: [ColumnType | undefined, Kind] = Object.hasOwn(given, name)
        ? [given[name], 'given']
        : Object.hasOwn(least, name)
          ? [least[name], 'widens']
          : [undefined, 'found'];
      return { type, kind, whole: 0, scale: 0, form: noForm, lossy: false, blanks: false };
    });
  }

  /** Takes the values of some rows into account. */
  add(block: CsvBlock): void {
    this.#findings.forEach((finding, column) => {
      if (this.#quotedIsText && finding.kind === 'found' && finding.type !== 'text' && hasQuoted(block, column))
        finding.type = 'text';
      let row = 0;
      while (row < block.rows) {
        const { type, kind } = finding;
        if (type === 'text') break;
        const read = type === undefined ? skipNulls : kind === 'found' ? readers[type] : givenReaders[type];
        row = read(block, column, row, finding);
        if (row === block.rows) break;
        if (this.#blanksAreNull && isBlank(block, row * block.width + column)) {
          finding.blanks = true;
          row += 1;
          continue;
        }
        finding.type =
          kind === 'widens' ? widerType(block, column, row, finding) : nextType(block, column, row, finding);
      }
    });
  }

  /** The columns, with the narrowest type that holds for every value so far; a column without values is text. */
  columns(): InferredColumn[] {
    return this.#findings.map(({ type = 'text', kind, whole, scale, form, lossy, blanks }, column) => {
      const name = this.#names[column] as string;
      const known = blanks ? { name, type, form: mixedForms, lossy: true, blanks } : { name, type, form, lossy };
      return type === 'decimal' && (kind === 'found' || whole + scale > 0)
        ? { ...known, precision: Math.max(1, whole + scale), scale }
        : known;
    });
  }
}

function hasQuoted({ rows, width, kinds }: CsvBlock, column: number): boolean {
  for (let index = column; index < rows * width; index += width)
    if ((kinds[index] as number) & valueKind.quoted) return true;
  return false;
}

/** Whether a value is an empty text: nothing between quotation marks. */
function isBlank({ starts, ends, kinds }: CsvBlock, index: number): boolean {
  return starts[index] === ends[index] && kinds[index] !== valueKind.bare;
}

const inferableTypes = ['integer', 'decimal', 'date', 'timestamp', 'timestamp-with-zone', 'boolean', 'uuid'] as const;

/** The type of a column after a value that is not of its type: a wider one, or text. */
function nextType(block: CsvBlock, column: number, row: number, finding: ColumnState): ColumnType {
  const one = { ...block, rows: row + 1 };
  const fits = (type: Exclude<ColumnType, 'text'>): boolean => {
    const trial: ColumnState = { ...finding, form: noForm };
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
function widerType(block: CsvBlock, column: number, row: number, finding: ColumnState): ColumnType {
  const one = { ...block, rows: row + 1 };
  return finding.type === 'integer' && givenReaders.decimal(one, column, row, { ...finding, form: noForm }) > row
    ? 'decimal'
    : 'text';
}

/** The form of a decimal: how many digits it has behind the point. */
function decimalForm(scale: number): number {
  return scale + 1;
}

/** A reader of values one by one, from what one value's form is. */
function readerOf(formOf: (buffer: Buffer, start: number, end: number, finding: ColumnState) => number): Reader {
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

/** Readers for types that are known before the values: whatever `fitted` takes. */
const givenReaders: Record<Exclude<ColumnType, 'text'>, Reader> = Object.fromEntries(
  Object.entries(readers).map(([type, read]) => [type, givenReader(type as Exclude<ColumnType, 'text'>, read)]),
) as Record<Exclude<ColumnType, 'text'>, Reader>;

function givenReader(type: Exclude<ColumnType, 'text'>, read: Reader): Reader {
  return (block, column, row, finding) => {
    let at = read(block, column, row, finding);
    while (at < block.rows) {
      const text = normalizeValue(type, readValue(block, at * block.width + column) ?? '');
      if (text === undefined || (type === 'integer' && BigInt.asIntN(64, BigInt(text)) !== BigInt(text))) return at;
      finding.form = mixedForms;
      if (type === 'decimal') noteDigits(text, finding);
      at = read(block, column, at + 1, finding);
    }
    return at;
  };
}

function noteDigits(text: string, finding: ColumnState): void {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  finding.whole = Math.max(finding.whole, whole.length);
  finding.scale = Math.max(finding.scale, fraction.length);
}
