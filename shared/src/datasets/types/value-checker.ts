import { readValue, valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { ExistingColumn } from '../load/existing-column.ts';
import type { ColumnType } from './column.ts';
import { dateReaders } from './date-formats.ts';
import { normalizeValue } from './normalize-value.ts';
import { numberFormats, readNumber, type NumberFormat } from './number-formats.ts';
import { plainScan, type PlainScan } from './plain-values.ts';

/** What the values of a column must be like; see `ExistingColumn` for the limits. */
export type CheckedColumn = {
  name: string;
  type: ColumnType;
  /** Whether values that do not fit widen the type instead of being misfits; a NULL that is not allowed stays one. Default: false. */
  widensType?: boolean;
} & Partial<Omit<ExistingColumn, 'name' | 'type' | 'optional'>>;

/** A value that does not fit its column. */
export interface Misfit {
  /** Row of the block, from 0. */
  row: number;
  column: string;
  value: string | null;
  /** What is wrong, to follow "line 17". */
  reason: string;
}

/** A value that fits but must be normalized so that every database reads it the same way; null for NULL. */
export interface Rewriting {
  /** Index of the value in the block. */
  index: number;
  text: string | null;
}

/** The result of checking a block. */
export interface CheckedValues {
  /** The first value that does not fit in each row, in row order. */
  misfits: Misfit[];
  rewritings: Rewriting[];
}

/** Maximum digits of a decimal without limits: what every database stores. */
const maxDigits = 38;

/** Bounds of an integer without limits: 64 bits. */
const minBigint = -(2n ** 63n);
const maxBigint = 2n ** 63n - 1n;

const defaultFractionDigits = 6;

/** Verdicts on short values are cached, because values such as `t` or `open` repeat. */
const maxCachedVerdicts = 1_000;
const maxCachedLength = 16;

/** Characters of a misfit to report. */
const maxReportedLength = 1_000;

/** The verdict on a value: why it does not fit, or its normalized text. */
type Verdict = { reason: string } | { text: string | null };

/** Finds values that do not fit their columns before they reach a database. */
export class ValueChecker {
  readonly #columns: readonly (ColumnCheck | undefined)[];

  /** @param columns the requirements of each column; undefined for a column that accepts any value */
  constructor(columns: readonly (CheckedColumn | undefined)[]) {
    this.#columns = columns.map((column) => column && new ColumnCheck(column));
  }

  /** Finds the values of a block that do not fit, and those that must be normalized. */
  check(block: CsvBlock): CheckedValues {
    const found = new Map<number, Misfit>();
    const rewritings: Rewriting[] = [];
    this.#columns.forEach((column, place) => {
      column?.look(block, place, found, rewritings);
    });
    return { misfits: [...found.values()].sort((one, other) => one.row - other.row), rewritings };
  }

  /** Whether every value so far fits, in a column that can be widened. */
  keepsType(place: number): boolean {
    return this.#columns[place]?.keeps ?? true;
  }
}

class ColumnCheck {
  /** Whether every value so far fits. */
  keeps = true;
  readonly #column: CheckedColumn;
  readonly #scan: PlainScan;
  readonly #judge: (text: string) => Verdict;

  constructor(column: CheckedColumn) {
    this.#column = column;
    this.#scan = scanOf(column);
    const judge = judgeOf(column);
    const verdicts = new Map<string, Verdict>();
    this.#judge = (text) => {
      const remembered = verdicts.get(text);
      if (remembered) return remembered;
      const verdict = judge(text);
      if (text.length <= maxCachedLength && verdicts.size < maxCachedVerdicts) verdicts.set(text, verdict);
      return verdict;
    };
  }

  look(block: CsvBlock, place: number, found: Map<number, Misfit>, rewritings: Rewriting[]): void {
    const { name, widensType: widens = false } = this.#column;
    for (let row = this.#next(block, place, 0); row < block.rows; row = this.#next(block, place, row + 1)) {
      const index = row * block.width + place;
      const value = readValue(block, index);
      const verdict = this.#verdict(value);
      if ('reason' in verdict) {
        if (widens && value !== null) this.keeps = false;
        else if (!found.has(row))
          found.set(row, {
            row,
            column: name,
            value: value?.slice(0, maxReportedLength) ?? null,
            reason: `has a value in the column “${name}” that ${verdict.reason}`,
          });
      } else if (verdict.text !== value && !widens) {
        rewritings.push({ index, text: verdict.text });
      }
    }
  }

  /** The next row to check; once the type is widened, only NULL is still checked. */
  #next(block: CsvBlock, place: number, row: number): number {
    if (this.keeps) return this.#scan(block, place, row);
    if (this.#column.nullable ?? true) return block.rows;
    let at = row;
    while (at < block.rows && !isNull(block, at * block.width + place)) at += 1;
    return at;
  }

  #verdict(value: string | null): Verdict {
    const { nullable = true, type, emptyIsNull = type !== 'text' } = this.#column;
    if (value !== null && !(value === '' && emptyIsNull)) return this.#judge(value);
    return nullable ? { text: null } : { reason: 'is NULL, which the table does not allow' };
  }
}

const isNull = ({ starts, ends, kinds }: CsvBlock, index: number): boolean =>
  starts[index] === ends[index] && kinds[index] === valueKind.bare;

/** Integers with this many digits are always within the bounds. */
function safeIntegerDigits(min: bigint, max: bigint): number {
  const digits = (bound: bigint): number => String(bound).replace('-', '').length - 1;
  return min < 0n ? Math.min(digits(min), digits(max)) : digits(max);
}

function boundsOf({ min = minBigint, max = maxBigint }: CheckedColumn): { min: bigint; max: bigint } {
  return { min: BigInt(min), max: BigInt(max) };
}

function scanOf(column: CheckedColumn): PlainScan {
  const {
    type,
    nullable = true,
    maxLength = Infinity,
    wholeDigits,
    scale,
    fractionDigits = defaultFractionDigits,
    rules = [],
    emptyIsNull = type !== 'text',
  } = column;
  const { min, max } = boundsOf(column);
  const signed = type !== 'integer' || min < 0n;
  // Where a rule must be called, only NULL can be skipped.
  const safe = Math.min(maxDigits / 2, ...rules.map(({ safeDigits = 0 }) => (type === 'decimal' ? safeDigits : 0)));
  if (safe === 0 || (type === 'text' && emptyIsNull))
    return plainScan('text', { nullable, signed, whole: 0, scale: 0, fraction: fractionDigits, bytes: -1 });
  // Without limits, half of the total digits is allowed on each side of the decimal point.
  const whole = type === 'integer' ? safeIntegerDigits(min, max) : Math.min(safe, wholeDigits ?? safe);
  return plainScan(type, {
    nullable,
    signed,
    whole,
    scale: Math.min(safe, scale ?? safe),
    fraction: fractionDigits,
    bytes: maxLength,
  });
}

/** Creates a function that checks a value against every rule of its column. */
function judgeOf(column: CheckedColumn): (text: string) => Verdict {
  const {
    type,
    alternativeType,
    maxLength,
    countsUtf16 = false,
    wholeDigits,
    scale,
    fractionDigits = defaultFractionDigits,
    rules = [],
  } = column;
  const { min, max } = boundsOf(column);
  return (value) => {
    // A value that also fits the alternative type stays unchanged.
    const second = alternativeType === undefined ? undefined : normalizeValue(alternativeType, value);
    const first = normalizeValue(type, value);
    const text = second !== undefined && first !== undefined ? value : (first ?? second);
    if (text === undefined) return { reason: type === 'text' ? 'does not fit' : describeMisfit(type, value) };
    if (maxLength !== undefined && lengthOf(text, countsUtf16) > maxLength)
      return { reason: `has more than ${maxLength} characters` };
    if ((type === 'integer' || alternativeType === 'integer') && /^[-+]?\d+(\.0+)?$/.test(text)) {
      const number = BigInt(normalizeValue('integer', text) ?? text);
      if (number < min || number > max) return { reason: `is not between ${min} and ${max}` };
    }
    if (type === 'decimal' && hasTooManyDigits(text, wholeDigits, scale))
      return {
        reason:
          wholeDigits === undefined || scale === undefined
            ? `has more than ${maxDigits} digits`
            : `has more than ${wholeDigits} digits before the decimal point or ${scale} after it`,
      };
    if (countFractionDigits(type, text) > fractionDigits)
      return { reason: `has more than ${fractionDigits} fractional second digits` };
    const failed = rules.find(({ fails }) => fails(text));
    return failed ? { reason: failed.reason } : { text };
  };
}

const articles: Record<Exclude<ColumnType, 'text'>, string> = {
  integer: 'an',
  decimal: 'a',
  boolean: 'a',
  date: 'a',
  timestamp: 'a',
  'timestamp-with-zone': 'a',
  uuid: 'a',
};

/** Describes why a value does not fit a type, with an explanation where it is not obvious. */
function describeMisfit(type: Exclude<ColumnType, 'text'>, value: string): string {
  const noun = `is not ${articles[type]} ${type.replaceAll('-', ' ')}`;
  const isNumber = type === 'integer' || type === 'decimal';
  if (isNumber && /^[-+]?0\d/.test(value)) return `${noun}: it has a leading zero, which would be lost`;
  if (type === 'timestamp' && normalizeValue('timestamp-with-zone', value) !== undefined)
    return `${noun}: it has a time zone, which would be lost`;
  if (type === 'timestamp-with-zone' && normalizeValue('timestamp', value) !== undefined)
    return `${noun}: it has no time zone`;
  if (
    type === 'date' &&
    (normalizeValue('timestamp', value) ?? normalizeValue('timestamp-with-zone', value)) !== undefined
  )
    return `${noun}: it has a time of day, which would be lost`;
  const readings = isNumber ? numberReadings(value) : dateReadings(value);
  if (readings.length === 0) return noun;
  return `${noun}: it could be ${readings.join(' or ')}; set ${isNumber ? 'Number' : 'Date'} Format`;
}

/** The numbers that a value can be in local formats. */
function numberReadings(value: string): string[] {
  const formats = Object.keys(numberFormats) as NumberFormat[];
  return [...new Set(formats.flatMap((format) => readNumber(value, format)?.plain ?? []))];
}

/** The dates that a value can be in local formats. */
function dateReadings(value: string): string[] {
  return [...new Set(Object.values(dateReaders).flatMap((read) => read(value) ?? []))];
}

function lengthOf(text: string, countsUtf16: boolean): number {
  return countsUtf16 ? text.length : [...text].length;
}

function hasTooManyDigits(text: string, wholeDigits: number | undefined, scale: number | undefined): boolean {
  const [, whole = '', fraction = ''] = /^-?0*(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  if (wholeDigits === undefined || scale === undefined) return whole.length + fraction.length > maxDigits;
  return whole.length > wholeDigits || fraction.length > scale;
}

/** Number of fractional second digits without trailing zeros. */
function countFractionDigits(type: ColumnType, text: string): number {
  if (type !== 'timestamp' && type !== 'timestamp-with-zone') return 0;
  return /:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1]?.length ?? 0;
}
