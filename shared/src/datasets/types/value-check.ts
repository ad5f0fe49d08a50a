import type { CsvBlock } from '../csv/csv-block.ts';
import { readValue, valueKind } from '../csv/csv-block.ts';
import type { ColumnType } from './column.ts';
import { givenReaders, type Reader } from './infer-types.ts';
import type { ExistingColumn } from '../load/target.ts';
import { noForm } from './value-forms.ts';

/** What the values of a column must be; the limits mean what they mean in `ExistingColumn`. */
export type CheckedColumn = { name: string; type: ColumnType } & Partial<Pick<ExistingColumn, 'also' | 'nullable' | 'longest' | 'inUtf16' | 'least' | 'most' | 'whole' | 'scale' | 'fraction' | 'rules'>>;

/** A value that does not fit its column. */
export interface Misfit {
  /** Row of the block, from 0. */
  row: number;
  column: string;
  value: string | null;
  /** What is wrong, to stand behind “line 17”. */
  reason: string;
}

/** More integers than these are compared digit by digit. */
const exactInteger = 15;

const longestValue = 1_000;

/** Finds values that do not fit the columns of a table, before a database sees them. */
export class ValueCheck {
  readonly #columns: readonly (CheckedColumn | undefined)[];

  /** @param columns what each column of the blocks must be; undefined for one that takes any value */
  constructor(columns: readonly (CheckedColumn | undefined)[]) {
    this.#columns = columns;
  }

  /** The values of a block that do not fit: the first of each row, row after row. */
  look(block: CsvBlock): Misfit[] {
    const found = new Map<number, Misfit>();
    this.#columns.forEach((column, place) => {
      if (!column) return;
      for (const test of testsOf(column)) {
        for (let row = test.next(block, place, 0); row < block.rows; row = test.next(block, place, row + 1)) {
          if (!found.has(row)) found.set(row, { row, column: column.name, value: shownValue(block, row * block.width + place), reason: `has a value in the column “${column.name}” that ${test.reason}` });
        }
      }
    });
    return [...found.values()].sort((one, other) => one.row - other.row);
  }
}

/** One thing that values can fail. */
interface Test {
  reason: string;
  /** The first row, from one on, whose value fails; the number of rows when none does. */
  next(block: CsvBlock, column: number, row: number): number;
}

function testsOf(column: CheckedColumn): Test[] {
  const { type, also, nullable = true, longest, inUtf16 = false, least, most, whole, scale, fraction, rules = [] } = column;
  const tests: Test[] = [];
  if (!nullable) tests.push({ reason: 'is empty, which the table does not allow', next: firstNull });
  if (type !== 'text') tests.push({ reason: `is not ${articles[type]} ${type.replaceAll('-', ' ')}`, next: also === undefined || also === 'text' ? byReader(givenReaders[type]) : byEither(byReader(givenReaders[type]), byReader(givenReaders[also])) });
  if (longest !== undefined) tests.push({ reason: `has more than ${longest} characters`, next: byValue((text) => (inUtf16 ? text : [...text]).length > longest, ({ starts, ends }, index) => (ends[index] as number) - (starts[index] as number) > longest) });
  if (least !== undefined && most !== undefined) tests.push({ reason: `is not between ${least} and ${most}`, next: byValue((text) => isBeyond(text, least, most), mayBeBeyond(least, most)) });
  if (whole !== undefined && scale !== undefined) tests.push({ reason: `has more than ${whole} digits before the point or ${scale} behind it`, next: byValue((text) => hasMoreDigits(text, whole, scale), mayHaveMoreDigits(whole, scale)) });
  if (fraction !== undefined) tests.push({ reason: `has more than ${fraction} digits in the fraction of a second`, next: byValue((text) => fractionDigits(text) > fraction, ({ starts, ends }, index) => (ends[index] as number) - (starts[index] as number) > 'YYYY-MM-DD HH:MM:SS'.length) });
  for (const { reason, fails } of rules) tests.push({ reason, next: byValue(fails, () => true) });
  return tests;
}

const articles: Record<Exclude<ColumnType, 'text'>, string> = { integer: 'an', decimal: 'a', boolean: 'a', date: 'a', timestamp: 'a', 'timestamp-with-zone': 'a', uuid: 'a' };

const isNothing = ({ starts, ends, kinds }: CsvBlock, index: number): boolean => starts[index] === ends[index] && kinds[index] === valueKind.bare;

function firstNull(block: CsvBlock, column: number, row: number): number {
  let at = row;
  while (at < block.rows && !isNothing(block, at * block.width + column)) at += 1;
  return at;
}

function byReader(reader: Reader): Test['next'] {
  return (block, column, row) => (row < block.rows ? reader(block, column, row, { type: undefined, kind: 'given', whole: 0, scale: 0, form: noForm, lossy: false }) : row);
}

/** The first row whose value fails both. */
function byEither(first: Test['next'], second: Test['next']): Test['next'] {
  return (block, column, row) => {
    let at = first(block, column, row);
    while (at < block.rows && second({ ...block, rows: at + 1 }, column, at) > at) at = first(block, column, at + 1);
    return at;
  };
}

/** @param worthALook whether a value can fail at all, by its place, so that most need not become text */
function byValue(fails: (text: string) => boolean, worthALook: (block: CsvBlock, index: number) => boolean): Test['next'] {
  return (block, column, row) => {
    for (let at = row; at < block.rows; at += 1) {
      const index = at * block.width + column;
      if (isNothing(block, index) || !worthALook(block, index)) continue;
      if (fails(readValue(block, index) ?? '')) return at;
    }
    return block.rows;
  };
}

const minus = 0x2d;
const point = 0x2e;

/** Fewer bytes than those of the limits are a number between them; below zero, where nothing may be, every number is looked at. */
function mayBeBeyond(least: number, most: number): (block: CsvBlock, index: number) => boolean {
  const bytes = least < 0 ? Math.min(String(least).length, String(most).length) : String(most).length;
  return ({ buffer, starts, ends }, index) => (ends[index] as number) - (starts[index] as number) >= bytes || (least >= 0 && buffer[starts[index] as number] === minus);
}

/** Few enough bytes on both sides of the point are few enough digits, whatever they are. */
function mayHaveMoreDigits(whole: number, scale: number): (block: CsvBlock, index: number) => boolean {
  return ({ buffer, starts, ends }, index) => {
    const start = starts[index] as number;
    const end = ends[index] as number;
    let place = end - 1;
    while (place >= start && buffer[place] !== point) place -= 1;
    return place < start ? end - start > whole : place - start > whole || end - place - 1 > scale;
  };
}

function isBeyond(text: string, least: number, most: number): boolean {
  if (text.length <= exactInteger) return Number(text) < least || Number(text) > most;
  return /^[-+]?\d+$/.test(text) && (BigInt(text) < BigInt(least) || BigInt(text) > BigInt(most));
}

function hasMoreDigits(text: string, whole: number, scale: number): boolean {
  const [, before = '', behind = ''] = /^[-+]?0*(\d*)\.?(\d*?)0*$/.exec(text) ?? [];
  return before.length > whole || behind.length > scale;
}

/** Digits of the fraction of a second, without zeros at the end. */
function fractionDigits(text: string): number {
  return /:\d\d\.(\d*?)0*(?!\d)/.exec(text)?.[1]?.length ?? 0;
}

function shownValue(block: CsvBlock, index: number): string | null {
  const value = readValue(block, index);
  return value === null ? null : value.slice(0, longestValue);
}
