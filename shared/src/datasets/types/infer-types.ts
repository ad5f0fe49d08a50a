import type { ColumnType, InferredColumn } from './column.ts';
import type { DeclaredType } from './declared-type.ts';
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

/** Numbers with more digits are identifiers, not quantities. */
const maxIntegerDigits = 15;

/** Digits that SQL databases store exactly. */
const maxDecimalDigits = 38;

/**
 * How a column gets its type: inferred from its values; given in advance, so that every value fits; declared by the file, so
 * that values need not be read; or from a table whose column is widened for values that do not fit.
 */
type Kind = 'inferred' | 'given' | 'declared' | 'widens';

/** What is known about a column so far. */
interface ColumnState {
  /** Undefined until the first value. */
  type: ColumnType | undefined;
  kind: Kind;
  /** Maximum digits before and after the decimal point. */
  whole: number;
  scale: number;
  form: number;
  lossy: boolean;
  /** Whether a column that is not text has an empty string. */
  hasEmptyStrings: boolean;
}

/** Reads the values of a column from a row on; returns the first row with a value of another type, or the number of rows. */
type Reader = (block: CsvBlock, column: number, row: number, state: ColumnState) => number;

/** Types known in advance, by column name. */
export type KnownTypes = Readonly<Record<string, ColumnType>>;

/**
 * Infers column types from all values: the narrowest type that fits every value. Values with leading zeros or more than 15
 * digits are identifiers and make the column text; dates and timestamps must be ISO 8601. Reads a block column by column,
 * so that each type has a tight loop.
 */
export class TypeInference {
  readonly #names: readonly string[];
  readonly #states: ColumnState[];
  readonly #quotedIsText: boolean;
  readonly #emptyIsNull: boolean;

  /**
   * @param given types in advance; the caller ensures that every value fits
   * @param minimum types to start from, which are widened for values that do not fit
   * @param emptyIsNull whether the empty string, `""`, is NULL in columns other than text. Default: it makes the column text.
   * @param quotedIsText whether quoted values are always text, like JSON strings
   * @param declared types that the file states, by place of the column
   */
  constructor(
    names: readonly string[],
    given: KnownTypes = {},
    minimum: KnownTypes = {},
    emptyIsNull = false,
    quotedIsText = false,
    declared: readonly (DeclaredType | undefined)[] = [],
  ) {
    this.#names = names;
    this.#emptyIsNull = emptyIsNull;
    this.#quotedIsText = quotedIsText;
    this.#states = names.map((name, place) => {
      const rest = { whole: 0, scale: 0, form: noForm, lossy: false, hasEmptyStrings: false };
      if (Object.hasOwn(given, name)) return { ...rest, type: given[name], kind: 'given' };
      if (Object.hasOwn(minimum, name)) return { ...rest, type: minimum[name], kind: 'widens' };
      const stated = declared[place];
      return stated ? { ...rest, ...stateOf(stated) } : { ...rest, type: undefined, kind: 'inferred' };
    });
  }

  /** Updates the types with the values of a block. */
  add(block: CsvBlock): void {
    this.#states.forEach((state, column) => {
      if (state.kind === 'declared') return;
      if (this.#quotedIsText && state.kind === 'inferred' && state.type !== 'text' && hasQuoted(block, column))
        state.type = 'text';
      let row = 0;
      while (row < block.rows) {
        const { type, kind } = state;
        if (type === 'text') break;
        const read = type === undefined ? skipNulls : kind === 'inferred' ? readers[type] : givenReaders[type];
        row = read(block, column, row, state);
        if (row === block.rows) break;
        if (this.#emptyIsNull && isEmptyString(block, row * block.width + column)) {
          state.hasEmptyStrings = true;
          row += 1;
          continue;
        }
        state.type = kind === 'widens' ? widerType(block, column, row, state) : nextType(block, column, row, state);
      }
    });
  }

  /** The columns with the narrowest type that fits every value so far; a column without values is text. */
  columns(): InferredColumn[] {
    return this.#states.map(({ type = 'text', whole, scale, form, lossy, hasEmptyStrings }, column) => {
      const name = this.#names[column] as string;
      const known = hasEmptyStrings
        ? { name, type, form: mixedForms, lossy: true, hasEmptyStrings: true }
        : { name, type, form, lossy };
      return type === 'decimal' && whole + scale > 0 ? { ...known, precision: whole + scale, scale } : known;
    });
  }
}

/** The state of a column whose type the file states. */
function stateOf({
  type,
  precision = 0,
  scale = 0,
  isCertain,
}: DeclaredType): Pick<ColumnState, 'type' | 'kind'> & Partial<ColumnState> {
  if (!isCertain) return { type, kind: 'inferred' };
  const isZoned = type === 'timestamp-with-zone';
  return { type, kind: 'declared', whole: precision - scale, scale, form: isZoned ? timestampForms.utc : noForm };
}

function hasQuoted({ rows, width, kinds }: CsvBlock, column: number): boolean {
  for (let index = column; index < rows * width; index += width)
    if ((kinds[index] as number) & valueKind.quoted) return true;
  return false;
}

/** Whether a value is the empty string: quotation marks with nothing between them. */
function isEmptyString({ starts, ends, kinds }: CsvBlock, index: number): boolean {
  return starts[index] === ends[index] && kinds[index] !== valueKind.bare;
}

const inferableTypes = ['integer', 'decimal', 'date', 'timestamp', 'timestamp-with-zone', 'boolean', 'uuid'] as const;

/** The type of a column after a value that does not fit: a wider one, or text. */
function nextType(block: CsvBlock, column: number, row: number, state: ColumnState): ColumnType {
  const one = { ...block, rows: row + 1 };
  const fits = (type: Exclude<ColumnType, 'text'>): boolean => {
    const trial: ColumnState = { ...state, form: noForm };
    return readers[type](one, column, row, trial) > row;
  };
  if (state.type === undefined) {
    return inferableTypes.find(fits) ?? 'text';
  }
  if (state.type === 'integer' && fits('decimal')) {
    // Integers have no digits after the decimal point, which is the first decimal form.
    state.form = mergeForms(decimalForm(0), state.form);
    return 'decimal';
  }
  return 'text';
}

/** The type of a table column after a value that does not fit. */
function widerType(block: CsvBlock, column: number, row: number, state: ColumnState): ColumnType {
  const one = { ...block, rows: row + 1 };
  return state.type === 'integer' && givenReaders.decimal(one, column, row, { ...state, form: noForm }) > row
    ? 'decimal'
    : 'text';
}

/** The form of a decimal with a number of digits after the decimal point. */
function decimalForm(scale: number): number {
  return scale + 1;
}

/** Creates a reader from a function that returns the form of a single value. */
function readerOf(formOf: (buffer: Buffer, start: number, end: number, state: ColumnState) => number): Reader {
  return ({ buffer, rows, width, starts, ends, kinds }, column, row, state) => {
    let { form } = state;
    for (let index = row * width + column; row < rows; row += 1, index += width) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      if (start === end && kinds[index] === valueKind.bare) continue;
      const next = formOf(buffer, start, end, state);
      if (next === noForm) break;
      form = mergeForms(form, next);
    }
    state.form = form;
    return row;
  };
}

const skipNulls: Reader = readerOf(() => noForm);

const readers: Record<Exclude<ColumnType, 'text'>, Reader> = {
  integer: ({ buffer, rows, width, starts, ends, kinds }, column, row, state) => {
    let { whole } = state;
    scan: for (let index = row * width + column; row < rows; row += 1, index += width) {
      let at = starts[index] as number;
      const end = ends[index] as number;
      if (at === end && kinds[index] === valueKind.bare) continue;
      if (at < end && buffer[at] === minus) at += 1;
      const digits = end - at;
      if (digits < 1 || digits > maxIntegerDigits) break;
      if (buffer[at] === zero && end - (starts[index] as number) > 1) break;
      for (; at < end; at += 1) if (((buffer[at] as number) - zero) >>> 0 > 9) break scan;
      if (digits > whole) whole = digits;
      state.form = decimalForm(0);
    }
    state.whole = whole;
    return row;
  },
  decimal: ({ buffer, rows, width, starts, ends, kinds }, column, row, state) => {
    let { whole, scale, form } = state;
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
      } else if (before > maxIntegerDigits) break;
      if (Math.max(whole, before) + Math.max(scale, behind) > maxDecimalDigits) break;
      if (digitsSet === 0 && first > start) state.lossy = true;
      if (before > whole) whole = before;
      if (behind > scale) scale = behind;
      form = mergeForms(form, decimalForm(behind));
    }
    state.whole = whole;
    state.scale = scale;
    state.form = form;
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

/** Readers for types known in advance: they accept whatever `normalizeValue` accepts. */
const givenReaders: Record<Exclude<ColumnType, 'text'>, Reader> = Object.fromEntries(
  Object.entries(readers).map(([type, read]) => [type, givenReader(type as Exclude<ColumnType, 'text'>, read)]),
) as Record<Exclude<ColumnType, 'text'>, Reader>;

function givenReader(type: Exclude<ColumnType, 'text'>, read: Reader): Reader {
  return (block, column, row, state) => {
    let at = read(block, column, row, state);
    while (at < block.rows) {
      const text = normalizeValue(type, readValue(block, at * block.width + column) ?? '');
      if (text === undefined || (type === 'integer' && BigInt.asIntN(64, BigInt(text)) !== BigInt(text))) return at;
      state.form = mixedForms;
      if (type === 'decimal') noteDigits(text, state);
      at = read(block, column, at + 1, state);
    }
    return at;
  };
}

function noteDigits(text: string, state: ColumnState): void {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  state.whole = Math.max(state.whole, whole.length);
  state.scale = Math.max(state.scale, fraction.length);
}
