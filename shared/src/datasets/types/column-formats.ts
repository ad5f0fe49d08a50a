import { readValue, valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { ColumnType } from './column.ts';
import { dateFormats, dateReaders, readerOfPattern, type DateFormat, type DateReader } from './date-formats.ts';
import { GroupedPoints } from './grouped-points.ts';
import { normalizeValue } from './normalize-value.ts';
import { numberFormats, readNumber, type NumberFormat, type ReadNumber } from './number-formats.ts';
import type { CheckedValues, Misfit, Rewriting } from './value-checker.ts';

/** How numbers and dates are written in a dataset. */
export interface ValueFormats {
  /** `plain`: numbers such as 1234.56 only. Default: detected per column. */
  numberFormat?: NumberFormat | 'plain' | 'detect';
  /** `iso`: dates such as 2026-12-31 only. Default: detected per column. */
  dateFormat?: Exclude<DateFormat, 'year-first'> | 'iso' | 'pattern' | 'detect';
  /** For the date format `pattern`; see `readerOfPattern`. */
  datePattern?: string;
}

/** A column whose values may be written in a local format. */
export interface FormattedColumn {
  name: string;
  /** Type of the table column, or given by the user; undefined if it is inferred. */
  type: ColumnType | undefined;
}

/** The reading of a value: its plain text, or why it cannot be read. */
type Reading = { text: string } | { reason: string };

/** How the values of a column are converted. */
interface Conversion {
  /** How the values are written, for users. */
  written: string;
  /** Whether a value was changed. */
  used?: boolean;
  /** For detected numbers: whether they have a decimal comma. */
  usesComma?: boolean;
  read(text: string): Reading;
}

/** Cached readings. */
const maxCached = 1_000;

/** Characters of a value to report. */
const maxReportedLength = 1_000;

/** Characters of `2026-12-31`. */
const isoDateLength = 10;

const allNumberFormats = Object.keys(numberFormats) as NumberFormat[];
const allDateFormats = Object.keys(dateFormats) as DateFormat[];
const isNumeric = (type: ColumnType | undefined): boolean => type === 'integer' || type === 'decimal';
const isPlainNumber = (text: string): boolean => normalizeValue('decimal', text) !== undefined;
const isIso = (text: string): boolean =>
  normalizeValue('date', text) !== undefined ||
  normalizeValue('timestamp', text) !== undefined ||
  normalizeValue('timestamp-with-zone', text) !== undefined;

/**
 * Converts numbers and dates in local formats to plain numbers and ISO dates, as text with all digits. A chosen format
 * applies to columns of numbers or dates. Otherwise the format of a column is detected from the first block that has values
 * in it: only if every value fits and no other reading does. A later value that does not fit is a misfit.
 */
export class ColumnFormats {
  readonly #columns: readonly FormattedColumn[];
  readonly #formats: ValueFormats;
  readonly #pattern: DateReader | undefined;
  /** Conversions by column; null for a column without one, undefined until it has values. */
  readonly #conversions: (Conversion | null | undefined)[];
  /** Undefined where the format of the file or the user tells how numbers are written. */
  readonly #groupedPoints: GroupedPoints | undefined;
  readonly #datesAreTimestamps: boolean;

  /**
   * @param isTyped whether the format of the file distinguishes text from numbers, so that only columns of a known type are converted
   * @param datesAreTimestamps whether a date that is not text becomes midnight in a timestamp column
   */
  constructor(
    columns: readonly FormattedColumn[],
    formats: ValueFormats,
    isTyped: boolean,
    datesAreTimestamps = false,
  ) {
    this.#columns = columns;
    this.#datesAreTimestamps = datesAreTimestamps;
    this.#formats = formats;
    this.#pattern = formats.dateFormat === 'pattern' ? readerOfPattern(formats.datePattern ?? '') : undefined;
    this.#conversions = columns.map(({ type }) =>
      (type === undefined ? isTyped : !isConverted(type)) ? null : undefined,
    );
    this.#groupedPoints = isTyped || (formats.numberFormat ?? 'detect') !== 'detect' ? undefined : new GroupedPoints();
  }

  /** How the values of converted columns are written, by column. */
  get written(): Record<string, string> {
    return Object.fromEntries(
      this.#conversions.flatMap((conversion, place) =>
        conversion?.used ? [[this.#columns[place]?.name ?? '', conversion.written]] : [],
      ),
    );
  }

  /** Finds the values of a block to convert, and those that cannot be read. */
  convert(block: CsvBlock): CheckedValues {
    const misfits = new Map<number, Misfit>();
    const rewritings: Rewriting[] = [];
    this.#columns.forEach((column, place) => {
      if (this.#datesAreTimestamps && column.type === 'timestamp') rewritings.push(...midnights(block, place));
      // Decided once: not with `??=`, which would decide again for a column without a conversion.
      if (this.#conversions[place] === undefined) this.#conversions[place] = this.#decide(column, block, place);
      const conversion = this.#conversions[place];
      if (!conversion) return;
      for (let row = 0, index = place; row < block.rows; row += 1, index += block.width) {
        const value = readValue(block, index);
        if (value === null || value === '') continue;
        const reading = conversion.read(value);
        if ('text' in reading) {
          if (reading.text === value) continue;
          conversion.used = true;
          rewritings.push({ index, text: reading.text });
        } else if (!misfits.has(row))
          misfits.set(row, {
            row,
            column: column.name,
            value: value.slice(0, maxReportedLength),
            reason: `has a value in the column “${column.name}” that ${reading.reason}`,
          });
      }
    });
    for (const misfit of this.#groupedPoints?.find(block, (place) => this.#columns[place]?.name ?? '') ?? [])
      if (!misfits.has(misfit.row)) misfits.set(misfit.row, misfit);
    return { misfits: [...misfits.values()].sort((one, other) => one.row - other.row), rewritings };
  }

  #decide({ type }: FormattedColumn, block: CsvBlock, place: number): Conversion | null | undefined {
    const { numberFormat = 'detect', dateFormat = 'detect' } = this.#formats;
    const numbers = type !== undefined && !isNumeric(type) ? [] : candidates(numberFormat, allNumberFormats, 'plain');
    const dates =
      type !== undefined && isNumeric(type)
        ? []
        : this.#pattern
          ? [this.#pattern]
          : candidates(dateFormat, allDateFormats, 'iso').map((format) => dateReaders[format]);
    const texts = [...valuesOf(block, place)];
    if (texts.length === 0) return undefined;
    const isKnown = type !== undefined;
    if (numbers.length > 0 && texts.every(isPlainNumber)) this.#groupedPoints?.addPlain(place);
    const mayBeList = !isKnown && block.delimiter === ',';
    const converted = decideNumbers(texts, numbers, numberFormat !== 'detect', isKnown, mayBeList);
    if (converted?.usesComma !== undefined) this.#groupedPoints?.addConverted(converted.usesComma);
    return (
      converted ??
      decideDates(
        texts,
        dates,
        this.#pattern ? (this.#formats.datePattern ?? '') : undefined,
        dateFormat !== 'detect' && isKnown,
      ) ??
      null
    );
  }
}

/** The dates of a column that are not text, as timestamps. */
function* midnights(block: CsvBlock, place: number): Generator<Rewriting> {
  for (let row = 0, index = place; row < block.rows; row += 1, index += block.width) {
    if (block.kinds[index] !== valueKind.bare || block.ends[index] !== (block.starts[index] ?? 0) + isoDateLength)
      continue;
    const value = readValue(block, index) ?? '';
    if (normalizeValue('date', value) !== undefined) yield { index, text: `${value} 00:00:00` };
  }
}

const isConverted = (type: ColumnType): boolean =>
  isNumeric(type) || type === 'date' || type === 'timestamp' || type === 'timestamp-with-zone';

function candidates<Format extends string>(chosen: string, all: readonly Format[], none: string): readonly Format[] {
  if (chosen === none) return [];
  return chosen === 'detect' ? all : all.filter((format) => format === chosen || format === 'year-first');
}

function* valuesOf(block: CsvBlock, place: number): Generator<string> {
  for (let row = 0, index = place; row < block.rows; row += 1, index += block.width) {
    if (block.starts[index] === block.ends[index] && block.kinds[index] === valueKind.bare) continue;
    const value = readValue(block, index);
    if (value !== null && value !== '') yield value;
  }
}

function decideNumbers(
  texts: readonly string[],
  formats: readonly NumberFormat[],
  isChosen: boolean,
  isKnown: boolean,
  mayBeList: boolean,
): Conversion | undefined {
  const [format] = formats;
  if (format === undefined) return undefined;
  const isPlain = texts.every(isPlainNumber);
  if (isChosen) {
    const unit = unitOf(texts, format);
    const fits = unit !== undefined && texts.every((text) => readNumber(text, format) !== undefined);
    return isKnown || fits || isPlain ? numberConversion([format], unit ?? '') : undefined;
  }
  if (isPlain) return undefined;
  const fitting = formats.filter((each) => texts.every((text) => readNumber(text, each) !== undefined));
  const [first] = fitting;
  if (first === undefined) return undefined;
  const unit = unitOf(texts, first);
  if (unit === undefined || unit === '%') return undefined;
  if (texts.some((text) => new Set(fitting.map((each) => readNumber(text, each)?.plain)).size > 1)) return undefined;
  const numbers = texts.flatMap((text) => readNumber(text, first) ?? []);
  // Spreadsheets show long identifiers as 1.2E+11, with fewer digits.
  if (numbers.some(({ exponent }) => exponent !== 0) && !numbers.some(({ exponent }) => exponent < 0)) return undefined;
  // A currency sign or parentheses alone are no evidence: `(5)` can be a reference.
  if (!numbers.some(({ hasFraction, isGrouped, exponent }) => hasFraction || isGrouped || exponent < 0))
    return undefined;
  if (!isKnown && !isEvident(numbers, first)) return undefined;
  if (mayBeList && (first === 'comma' || first === 'space') && !numbers.some(isNoList)) return undefined;
  return numberConversion(fitting, unit);
}

/** The unit of the values that have one, or the empty string; undefined if they differ. */
function unitOf(texts: readonly string[], format: NumberFormat): string | undefined {
  const units = new Set(texts.map((text) => readNumber(text, format)?.unit || undefined));
  units.delete(undefined);
  const [unit = ''] = units;
  return units.size > 1 ? undefined : unit;
}

/** Whether values are certainly numbers, not codes in groups of three digits. */
function isEvident(numbers: readonly ReadNumber[], format: NumberFormat): boolean {
  if (numbers.some(({ hasFraction, exponent }) => hasFraction || exponent < 0)) return true;
  if (format === 'comma' || format === 'space') return false;
  return numbers.some(({ isGrouped, hasFullGroups }) => isGrouped && !hasFullGroups);
}

/** Whether a number with a decimal comma is no list of two, such as the quoted `"2,4"` of a file delimited by commas. */
function isNoList({ plain, unit, isGrouped, exponent }: ReadNumber): boolean {
  return isGrouped || unit !== '' || exponent !== 0 || /\.0\d/.test(plain);
}

function numberConversion(formats: readonly NumberFormat[], unit: string): Conversion {
  const [format = 'point'] = formats;
  const example = `${unit && unit !== '%' ? `${unit} ` : ''}${numberFormats[format]}${unit === '%' ? '%' : ''}`;
  let fitting = formats;
  return {
    written: `numbers like ${example}`,
    usesComma: format === 'comma' || format === 'space',
    read: cached((text) => {
      const readings = fitting.flatMap((each) => {
        const number = readNumber(text, each);
        // Without the sign, 5 among percentages could be 500%.
        const fits = number && (number.unit === unit || (number.unit === '' && unit !== '%'));
        return fits ? [{ each, plain: number.plain }] : [];
      });
      const distinct = [...new Set(readings.map(({ plain }) => plain))];
      if (distinct.length > 1)
        return { reason: `could be ${distinct.join(' or ')}; set Number Format to how numbers are written` };
      const [plain] = distinct;
      if (plain === undefined)
        return { reason: `is not a number like ${example}; if the column contains text, set Number Format to Plain` };
      fitting = readings.map(({ each }) => each);
      return { text: plain };
    }),
  };
}

function decideDates(
  texts: readonly string[],
  readers: readonly DateReader[],
  pattern: string | undefined,
  isCertain: boolean,
): Conversion | undefined {
  if (texts.every(isIso)) return undefined;
  const fitting = readers.filter((read) => {
    const first = read(texts[0] ?? '');
    return first !== undefined && texts.every((text) => read(text)?.includes(' ') === first.includes(' '));
  });
  const [reader] = isCertain && fitting.length === 0 ? readers : fitting;
  if (reader === undefined || (fitting.length !== 1 && !isCertain)) return undefined;
  const format = allDateFormats.find((each) => dateReaders[each] === reader);
  const example = pattern ?? (format === undefined ? '' : dateFormats[format]);
  const isTimed = reader(texts[0] ?? '')?.includes(' ');
  return {
    written: `dates like ${example}`,
    read: cached((text) => {
      const date = reader(text) ?? (isIso(text) ? text : undefined);
      return date !== undefined && (isCertain || date.includes(' ') === isTimed)
        ? { text: date }
        : { reason: `is not a date like ${example}; if the column contains text, set Date Format to ISO` };
    }),
  };
}

function cached(read: (text: string) => Reading): (text: string) => Reading {
  const readings = new Map<string, Reading>();
  return (text) => {
    const known = readings.get(text);
    if (known) return known;
    const reading = read(text);
    if (readings.size < maxCached && text.length < 40) readings.set(text, reading);
    return reading;
  };
}
