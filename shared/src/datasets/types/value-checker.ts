import { readValue, valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { ExistingColumn } from '../load/target.ts';
import type { ColumnType } from './column.ts';
import { normalizeValue } from './normalize-value.ts';
import { plainScan, type PlainScan } from './plain-values.ts';

/** What the values of a column must be; the limits mean what they mean in `ExistingColumn`. */
export type CheckedColumn = {
  name: string;
  type: ColumnType;
  /** Whether values that do not fit are no misfits, but make the column wider; NULL stays one. Default: false. */
  widensType?: boolean;
} & Partial<Omit<ExistingColumn, 'name' | 'type' | 'optional'>>;

/** A value that does not fit its column. */
export interface Misfit {
  /** Row of the block, from 0. */
  row: number;
  column: string;
  value: string | null;
  /** What is wrong, to stand behind "line 17". */
  reason: string;
}

/** A value that fits, and how it must be written so that every database reads it the same way; null for NULL. */
export interface Rewriting {
  /** Place of the value in the block. */
  index: number;
  text: string | null;
}

/** What the check of a block found. */
export interface CheckedValues {
  /** The first value of each row that does not fit, row after row. */
  misfits: Misfit[];
  rewritings: Rewriting[];
}

/** Digits that a decimal may have whose column says nothing of them: what every database holds. */
const mostDigits = 38;

/** The bounds of an integer whose column says nothing of them: those of 64 bits. */
const leastBigint = -(2n ** 63n);
const mostBigint = 2n ** 63n - 1n;

const usualFraction = 6;

/** Verdicts on short values that are cached: words such as `t` or `open` repeat. */
const mostVerdicts = 1_000;
const longestWord = 16;
const longestValue = 1_000;

/** The verdict on a value: a reason why it does not fit; or how it must be written, which is often as it is. */
type Verdict = { reason: string } | { text: string | null };

/** Finds values that do not fit the columns of a table, before a database sees them. */
export class ValueChecker {
  readonly #columns: readonly (ColumnCheck | undefined)[];

  /** @param columns what each column of the blocks must be; undefined for one that takes any value */
  constructor(columns: readonly (CheckedColumn | undefined)[]) {
    this.#columns = columns.map((column) => column && new ColumnCheck(column));
  }

  /** The values of a block that do not fit, and those that must be written in another way. */
  check(block: CsvBlock): CheckedValues {
    const found = new Map<number, Misfit>();
    const rewritings: Rewriting[] = [];
    this.#columns.forEach((column, place) => {
      column?.look(block, place, found, rewritings);
    });
    return { misfits: [...found.values()].sort((one, other) => one.row - other.row), rewritings };
  }

  /** Whether every value so far fits a column that may become wider. */
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
      if (text.length <= longestWord && verdicts.size < mostVerdicts) verdicts.set(text, verdict);
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
            value: value?.slice(0, longestValue) ?? null,
            reason: `has a value in the column “${name}” that ${verdict.reason}`,
          });
      } else if (verdict.text !== value && !widens) {
        rewritings.push({ index, text: verdict.text });
      }
    }
  }

  /** The next row to judge; where the column has become wider, only NULL is still looked for. */
  #next(block: CsvBlock, place: number, row: number): number {
    if (this.keeps) return this.#scan(block, place, row);
    if (this.#column.nullable ?? true) return block.rows;
    let at = row;
    while (at < block.rows && !isNull(block, at * block.width + place)) at += 1;
    return at;
  }

  #verdict(value: string | null): Verdict {
    const { nullable = true, type, emptyIsNull: blankIsNull = type !== 'text' } = this.#column;
    if (value !== null && !(value === '' && blankIsNull)) return this.#judge(value);
    return nullable ? { text: null } : { reason: 'is empty, which the table does not allow' };
  }
}

const isNull = ({ starts, ends, kinds }: CsvBlock, index: number): boolean =>
  starts[index] === ends[index] && kinds[index] === valueKind.bare;

/** Fewer digits than these are between the bounds of an integer, whatever they are. */
function surelyWithin(least: bigint, most: bigint): number {
  const digits = (bound: bigint): number => String(bound).replace('-', '').length - 1;
  return least < 0n ? Math.min(digits(least), digits(most)) : digits(most);
}

function boundsOf({ min: least = leastBigint, max: most = mostBigint }: CheckedColumn): {
  least: bigint;
  most: bigint;
} {
  return { least: BigInt(least), most: BigInt(most) };
}

function scanOf(column: CheckedColumn): PlainScan {
  const {
    type,
    nullable = true,
    maxLength: longest = Infinity,
    wholeDigits: whole,
    scale,
    fractionDigits: fraction = usualFraction,
    rules = [],
    emptyIsNull: blankIsNull = type !== 'text',
  } = column;
  const bounds = boundsOf(column);
  const signed = type !== 'integer' || bounds.least < 0n;
  // Where a rule must be asked, no value is plain but NULL.
  const surely = Math.min(
    mostDigits / 2,
    ...rules.map(({ safeDigits: surelyMeets = 0 }) => (type === 'decimal' ? surelyMeets : 0)),
  );
  if (surely === 0 || (type === 'text' && blankIsNull))
    return plainScan('text', { nullable, signed, whole: 0, scale: 0, fraction, bytes: -1 });
  // Half of what is allowed in all is allowed on each side of the point, where nothing is said of them.
  const digits = type === 'integer' ? surelyWithin(bounds.least, bounds.most) : Math.min(surely, whole ?? surely);
  return plainScan(type, {
    nullable,
    signed,
    whole: digits,
    scale: Math.min(surely, scale ?? surely),
    fraction,
    bytes: longest,
  });
}

/** Judges a value by every rule of its column. */
function judgeOf(column: CheckedColumn): (text: string) => Verdict {
  const {
    type,
    alternativeType: also,
    maxLength: longest,
    countsUtf16: inUtf16 = false,
    wholeDigits: whole,
    scale,
    fractionDigits: fraction = usualFraction,
    rules = [],
  } = column;
  const { least, most } = boundsOf(column);
  return (value) => {
    // A value that the column takes by its second type stays as it is.
    const second = also === undefined ? undefined : normalizeValue(also, value);
    const first = normalizeValue(type, value);
    const text = second !== undefined && first !== undefined ? value : (first ?? second);
    if (text === undefined) return { reason: type === 'text' ? 'does not fit' : describeMisfit(type, value) };
    if (longest !== undefined && lengthOf(text, inUtf16) > longest)
      return { reason: `has more than ${longest} characters` };
    if ((type === 'integer' || also === 'integer') && /^[-+]?\d+(\.0+)?$/.test(text)) {
      const number = BigInt(normalizeValue('integer', text) ?? text);
      if (number < least || number > most) return { reason: `is not between ${least} and ${most}` };
    }
    if (type === 'decimal' && hasMoreDigits(text, whole, scale))
      return {
        reason:
          whole === undefined || scale === undefined
            ? `has more than ${mostDigits} digits`
            : `has more than ${whole} digits before the point or ${scale} behind it`,
      };
    if (fractionDigits(type, text) > fraction)
      return { reason: `has more than ${fraction} digits in the fraction of a second` };
    const broken = rules.find(({ fails }) => fails(text));
    return broken ? { reason: broken.reason } : { text };
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

/** What a value is not, and why where that is easily missed. */
function describeMisfit(type: Exclude<ColumnType, 'text'>, value: string): string {
  const noun = `is not ${articles[type]} ${type.replaceAll('-', ' ')}`;
  const isNumber = type === 'integer' || type === 'decimal';
  if (isNumber && /^[-+]?0\d/.test(value)) return `${noun}: it has a leading zero, which a number does not keep`;
  if (type === 'timestamp' && normalizeValue('timestamp-with-zone', value) !== undefined)
    return `${noun}: the column would lose its time zone`;
  if (type === 'timestamp-with-zone' && normalizeValue('timestamp', value) !== undefined)
    return `${noun}: it does not say its time zone`;
  if (
    type === 'date' &&
    (normalizeValue('timestamp', value) ?? normalizeValue('timestamp-with-zone', value)) !== undefined
  )
    return `${noun}: the column would lose its time`;
  return noun;
}

/** A text has at most as many characters as units of UTF-16. */
function lengthOf(text: string, inUtf16: boolean): number {
  return inUtf16 ? text.length : [...text].length;
}

function hasMoreDigits(text: string, whole: number | undefined, scale: number | undefined): boolean {
  const [, before = '', behind = ''] = /^-?0*(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  if (whole === undefined || scale === undefined) return before.length + behind.length > mostDigits;
  return before.length > whole || behind.length > scale;
}

/** Digits of the fraction of a second, without zeros at the end. */
function fractionDigits(type: ColumnType, text: string): number {
  if (type !== 'timestamp' && type !== 'timestamp-with-zone') return 0;
  return /:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1]?.length ?? 0;
}
