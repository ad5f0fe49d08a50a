import { PipewrightError } from '../../host/error.ts';
import { fitsType } from '../types/normalize-value.ts';
import { compare, readComparable, type Comparable } from './comparable.ts';
import { patternTest } from './pattern.ts';

/** Why values break a rule, to follow "there is “x”": empty when that says it all. Undefined when they meet it. */
export type Broken = string | undefined;

/** A rule that a dataset must meet, as a person writes it on a line. NULL meets every rule about values but `is not empty`. */
export type Rule = { text: string } & (
  | { about: 'rows'; passes(rows: number): boolean }
  | { about: 'column'; column: string }
  | { about: 'filled'; column: string }
  /** `emptyToo`: whether an empty text is tested, which is no number, date or boolean that could be read. */
  | { about: 'value'; column: string; emptyToo: boolean; test(value: string): Broken }
  | { about: 'values'; columns: string[]; test(values: Comparable[]): boolean }
  | { about: 'known'; column: string; table: string; of: string }
  | { about: 'unique'; columns: string[] }
  | { about: 'fresh'; column: string; milliseconds: number }
);

/** What is said of a value that a rule compares, and that is neither. */
export const unreadable = 'which is not a number, a date or a timestamp';

/** What is said of values that a rule compares, and that are of two kinds. */
export const incomparable = 'and a number cannot be compared with a date';

const signs: Record<string, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
};

const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const isDate = (value: string, hasTime: boolean): boolean => {
  const found = readComparable(value);
  return found?.kind === 'date' && found.hasTime === hasTime;
};

/** What a column of the type takes in a load. */
const types: Record<string, (value: string) => boolean> = {
  integer: (value) => fitsType('integer', value),
  number: (value) => fitsType('decimal', value),
  date: (value) => isDate(value, false),
  timestamp: (value) => isDate(value, true),
  boolean: (value) => fitsType('boolean', value),
};

const broken = (passes: boolean): Broken => (passes ? undefined : '');

/** A test of how a value compares with a bound; what cannot be compared breaks it. */
function compared(bound: Comparable, passes: (order: number) => boolean): (value: string) => Broken {
  return (value) => {
    const read = readComparable(value);
    if (!read) return unreadable;
    const order = compare(read, bound);
    return order === undefined ? incomparable : broken(passes(order));
  };
}

const words = (list: string): string[] =>
  list
    .split(',')
    .map((word) => word.trim().replace(/^"(.*)"$/, '$1'))
    .filter((word) => word !== '');
const compareCounts = (sign: string, rows: number, count: string): boolean =>
  signs[sign]?.(rows - Number(count)) ?? false;

/** How each kind of rule is written, the special ones first. */
const forms: [RegExp, (found: string[], text: string) => Rule | undefined][] = [
  [
    /^rows\s*(>=|<=|!=|=|>|<)\s*(\d+)$/i,
    ([sign = '', count = ''], text) => ({ text, about: 'rows', passes: (rows) => compareCounts(sign, rows, count) }),
  ],
  [
    /^rows\s+between\s+(\d+)\s+and\s+(\d+)$/i,
    ([least = '', most = ''], text) => ({
      text,
      about: 'rows',
      passes: (rows) => rows >= Number(least) && rows <= Number(most),
    }),
  ],
  [/^(.+?)\s+exists$/i, ([column = ''], text) => ({ text, about: 'column', column })],
  [/^(.+?)\s+(?:is|are)\s+not\s+empty$/i, ([column = ''], text) => ({ text, about: 'filled', column })],
  [/^(.+?)\s+(?:is|are)\s+unique$/i, ([columns = ''], text) => ({ text, about: 'unique', columns: words(columns) })],
  [
    /^(.+?)\s+is\s+an?\s+(integer|number|date|timestamp|boolean)$/i,
    ([column = '', type = ''], text) => ({
      text,
      about: 'value',
      column,
      emptyToo: false,
      test: (value) => broken(types[type.toLowerCase()]?.(value) ?? false),
    }),
  ],
  [
    /^(.+?)\s+is\s+between\s+(\S+)\s+and\s+(\S+)$/i,
    ([column = '', least = '', most = ''], text) => range(text, column, least, most),
  ],
  [
    /^(.+?)\s+is\s+in\s+table\s+(.+)\."?([^".]+)"?$/i,
    ([column = '', table = '', of = ''], text) => ({
      text,
      about: 'known',
      column,
      table: table.replaceAll('"', ''),
      of,
    }),
  ],
  [
    /^(.+?)\s+is\s+in\s+(.+)$/i,
    ([column = '', list = ''], text) => {
      const allowed = new Set(words(list));
      return { text, about: 'value', column, emptyToo: true, test: (value) => broken(allowed.has(value)) };
    },
  ],
  [
    /^(.+?)\s+matches\s+(.+)$/i,
    ([column = '', source = ''], text) => {
      const matches = patternTest(source, text);
      return { text, about: 'value', column, emptyToo: true, test: (value) => broken(matches(value)) };
    },
  ],
  [
    /^(.+?)\s+is\s+within\s+(\d+)\s+(minute|hour|day)s?$/i,
    ([column = '', count = '', unit = ''], text) => ({
      text,
      about: 'fresh',
      column,
      milliseconds: Number(count) * (units[unit.toLowerCase()] ?? 0),
    }),
  ],
  [
    /^(.+?)\s+is\s+(not\s+)?(before|after)\s+(.+)$/i,
    ([column = '', not = '', order = '', other = ''], text) => {
      const isWanted = signs[order.toLowerCase() === 'before' ? '<' : '>'];
      return {
        text,
        about: 'values',
        columns: [column, other],
        test: ([a, b]) => (isWanted?.(orderOf(a, b)) ?? false) !== (not !== ''),
      };
    },
  ],
  [
    /^(.+?)\s+to\s+(.+?)\s+(overlaps|does\s+not\s+overlap)\s+(.+?)\s+to\s+(.+)$/i,
    ([begin = '', end = '', word = '', otherBegin = '', otherEnd = ''], text) => ({
      text,
      about: 'values',
      columns: [begin, end, otherBegin, otherEnd],
      test: ([a, b, c, d]) => (orderOf(a, d) <= 0 && orderOf(c, b) <= 0) === (word.toLowerCase() === 'overlaps'),
    }),
  ],
  [
    /^(.+?)\s*(>=|<=|!=|=|>|<)\s*(.+)$/,
    ([column = '', sign = '', bound = ''], text) => comparison(text, column, sign, bound),
  ],
];

/** The order of two values that are known to be of one kind. */
function orderOf(one: Comparable | undefined, other: Comparable | undefined): number {
  return (one && other && compare(one, other)) ?? 0;
}

function comparison(text: string, column: string, sign: string, bound: string): Rule | undefined {
  const limit = readComparable(bound);
  const isEquality = sign === '=' || sign === '!=';
  // 007 is an identifier, which 7 is not.
  if (limit && !(isEquality && /^[-+]?0\d/.test(bound)))
    return { text, about: 'value', column, emptyToo: false, test: compared(limit, signs[sign] ?? (() => false)) };
  if (!isEquality) return undefined;
  return {
    text,
    about: 'value',
    column,
    emptyToo: true,
    test: (value) => broken((value === bound) === (sign === '=')),
  };
}

function range(text: string, column: string, least: string, most: string): Rule | undefined {
  const [low, high] = [readComparable(least), readComparable(most)];
  if (!low || !high || low.kind !== high.kind) return undefined;
  const [atLeast, atMost] = [compared(low, (order) => order >= 0), compared(high, (order) => order <= 0)];
  return { text, about: 'value', column, emptyToo: false, test: (value) => atLeast(value) ?? atMost(value) };
}

/**
 * Reads a rule such as `rows >= 1`, `policy_number is unique` or `paid is between 0 and 1000000`.
 * @throws PipewrightError `bad-input` for what is none
 */
export function parseRule(line: string): Rule {
  const text = line.trim();
  for (const [pattern, make] of forms) {
    const found = pattern.exec(text);
    const rule =
      found &&
      make(
        found.slice(1).map((part) => (part ?? '').trim().replace(/^"(.*)"$/, '$1')),
        text,
      );
    if (rule) return rule;
  }
  throw new PipewrightError({
    code: 'bad-input',
    message: `“${text.slice(0, 100)}” is not a rule.`,
    hint: 'Write one rule per line, such as: rows >= 1; rows between 1 and 9000; policy exists; policy is not empty; policy is unique; paid is a number; paid is between 0 and 1000; status is in open, closed; client is in table clients.id; email matches ^.+@.+$; updated is within 24 hours; begin is before end; begin to end overlaps start to stop; paid >= 0.',
  });
}

/** The columns that a rule is about. */
export function columnsOf(rule: Rule): string[] {
  if (rule.about === 'rows') return [];
  return rule.about === 'unique' || rule.about === 'values' ? rule.columns : [rule.column];
}
