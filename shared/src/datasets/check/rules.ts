import { PipewrightError } from '../../host/error.ts';
import { fitsType } from '../types/normalize-value.ts';
import { compare, parseComparable, type Comparable } from './comparable.ts';
import { patternTest } from './pattern.ts';
import { ruleForm, type RuleRow } from './rule-row.ts';

/** Why a value fails a rule, to follow "found “x”,": empty if there is nothing to add. Undefined if it passes. */
export type Failure = string | undefined;

/** A rule that a dataset must meet. NULL passes every rule about values except `is not empty`. */
export type Rule = { text: string } & (
  | { kind: 'rows'; passes(rows: number): boolean }
  | { kind: 'exists'; column: string }
  | { kind: 'notEmpty'; column: string }
  /** `testsEmpty`: whether the empty string is tested too; it is skipped where numbers, dates or booleans are expected. */
  | { kind: 'value'; column: string; testsEmpty: boolean; test(value: string): Failure }
  | { kind: 'columns'; columns: string[]; test(values: Comparable[]): boolean }
  | { kind: 'lookup'; column: string; table: string; tableColumn: string }
  | { kind: 'unique'; columns: string[] }
  | { kind: 'fresh'; column: string; maxAgeMs: number }
);

/** The failure of a value that cannot be compared. */
export const notComparable = 'which is not a number, date or timestamp';

/** The failure of values of different kinds. */
export const differentKinds = 'but a number cannot be compared with a date';

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
  const found = parseComparable(value);
  return found?.kind === 'date' && found.hasTime === hasTime;
};

/** The same values that a load accepts for a column of the type. */
const types: Record<string, (value: string) => boolean> = {
  integer: (value) => fitsType('integer', value),
  number: (value) => fitsType('decimal', value),
  date: (value) => isDate(value, false),
  timestamp: (value) => isDate(value, true),
  boolean: (value) => fitsType('boolean', value),
};

const failUnless = (passes: boolean): Failure => (passes ? undefined : '');

/** Tests how a value compares with a bound; a value that cannot be compared fails. */
function compareWith(bound: Comparable, passes: (order: number) => boolean): (value: string) => Failure {
  return (value) => {
    const read = parseComparable(value);
    if (!read) return notComparable;
    const order = compare(read, bound);
    return order === undefined ? differentKinds : failUnless(passes(order));
  };
}

const unquoted = (part: string): string => part.replace(/^"(.*)"$/, '$1');

/** The words of a list; a word in quotation marks can contain commas. */
const words = (list: string): string[] =>
  (list.match(/\s*(?:"[^"]*"\s*(?=,|$)|[^,]+)/g) ?? [])
    .map((word) => unquoted(word.trim()))
    .filter((word) => word !== '');
const compareCounts = (sign: string, rows: number, count: string): boolean =>
  signs[sign]?.(rows - Number(count)) ?? false;

/** A pattern, and the rule that its groups make: without and with the quotation marks around them. */
type Syntax = [RegExp, (found: string[], text: string, quoted: string[]) => Rule | undefined];

/** The syntax of each kind of rule, most specific first. */
const syntaxes: Record<string, Syntax> = {
  rows: [
    /^rows\s*(>=|<=|!=|=|>|<)\s*(\d+)$/i,
    ([sign = '', count = ''], text) => ({ text, kind: 'rows', passes: (rows) => compareCounts(sign, rows, count) }),
  ],
  rowsBetween: [
    /^rows\s+between\s+(\d+)\s+and\s+(\d+)$/i,
    ([min = '', max = ''], text) => ({
      text,
      kind: 'rows',
      passes: (rows) => rows >= Number(min) && rows <= Number(max),
    }),
  ],
  exists: [/^(.+?)\s+exists$/i, ([column = ''], text) => ({ text, kind: 'exists', column })],
  notEmpty: [/^(.+?)\s+(?:is|are)\s+not\s+empty$/i, ([column = ''], text) => ({ text, kind: 'notEmpty', column })],
  unique: [
    /^(.+?)\s+(?:is|are)\s+unique$/i,
    (_found, text, [columns = '']) => ({ text, kind: 'unique', columns: words(columns) }),
  ],
  type: [
    /^(.+?)\s+is\s+an?\s+(integer|number|date|timestamp|boolean)$/i,
    ([column = '', type = ''], text) => ({
      text,
      kind: 'value',
      column,
      testsEmpty: false,
      test: (value) => failUnless(types[type.toLowerCase()]?.(value) ?? false),
    }),
  ],
  between: [
    /^(.+?)\s+is\s+between\s+(\S+)\s+and\s+(\S+)$/i,
    ([column = '', min = '', max = ''], text) => range(text, column, min, max),
  ],
  lookup: [
    /^(.+?)\s+is\s+in\s+table\s+(.+)\."?([^".]+)"?$/i,
    ([column = '', table = '', tableColumn = ''], text) => ({
      text,
      kind: 'lookup',
      column,
      table: table.replaceAll('"', ''),
      tableColumn,
    }),
  ],
  oneOf: [
    /^(.+?)\s+is\s+in\s+(.+)$/i,
    ([column = ''], text, [, list = '']) => {
      const allowed = new Set(words(list));
      return { text, kind: 'value', column, testsEmpty: true, test: (value) => failUnless(allowed.has(value)) };
    },
  ],
  matches: [
    /^(.+?)\s+matches\s+(.+)$/i,
    ([column = '', source = ''], text) => {
      const matches = patternTest(source, text);
      return { text, kind: 'value', column, testsEmpty: true, test: (value) => failUnless(matches(value)) };
    },
  ],
  within: [
    /^(.+?)\s+is\s+within\s+(\d+)\s+(minute|hour|day)s?$/i,
    ([column = '', count = '', unit = ''], text) => ({
      text,
      kind: 'fresh',
      column,
      maxAgeMs: Number(count) * (units[unit.toLowerCase()] ?? 0),
    }),
  ],
  order: [
    /^(.+?)\s+is\s+(not\s+)?(before|after)\s+(.+)$/i,
    ([column = '', not = '', order = '', other = ''], text) => {
      const isWanted = signs[order.toLowerCase() === 'before' ? '<' : '>'];
      return {
        text,
        kind: 'columns',
        columns: [column, other],
        test: ([a, b]) => (isWanted?.(orderOf(a, b)) ?? false) !== (not !== ''),
      };
    },
  ],
  overlaps: [
    /^(.+?)\s+to\s+(.+?)\s+(overlaps|does\s+not\s+overlap)\s+(.+?)\s+to\s+(.+)$/i,
    ([begin = '', end = '', word = '', otherBegin = '', otherEnd = ''], text) => ({
      text,
      kind: 'columns',
      columns: [begin, end, otherBegin, otherEnd],
      test: ([a, b, c, d]) => (orderOf(a, d) <= 0 && orderOf(c, b) <= 0) === (word.toLowerCase() === 'overlaps'),
    }),
  ],
  comparison: [
    /^(.+?)\s*(>=|<=|!=|=|>|<)\s*(.+)$/,
    ([column = '', sign = '', bound = ''], text) => comparison(text, column, sign, bound),
  ],
};

/** The order of two values of the same kind. */
function orderOf(one: Comparable | undefined, other: Comparable | undefined): number {
  return (one && other && compare(one, other)) ?? 0;
}

function comparison(text: string, column: string, sign: string, bound: string): Rule | undefined {
  const limit = parseComparable(bound);
  const isEquality = sign === '=' || sign === '!=';
  // 007 is an identifier, different from 7.
  if (limit && !(isEquality && /^[-+]?0\d/.test(bound)))
    return { text, kind: 'value', column, testsEmpty: false, test: compareWith(limit, signs[sign] ?? (() => false)) };
  if (!isEquality) return undefined;
  return {
    text,
    kind: 'value',
    column,
    testsEmpty: true,
    test: (value) => failUnless((value === bound) === (sign === '=')),
  };
}

function range(text: string, column: string, min: string, max: string): Rule | undefined {
  const [low, high] = [parseComparable(min), parseComparable(max)];
  if (!low || !high || low.kind !== high.kind) return undefined;
  const [aboveMin, belowMax] = [compareWith(low, (order) => order >= 0), compareWith(high, (order) => order <= 0)];
  return { text, kind: 'value', column, testsEmpty: false, test: (value) => aboveMin(value) ?? belowMax(value) };
}

/** The groups of a pattern in a text, without spaces around them; undefined if it does not match. */
function partsOf(pattern: RegExp, text: string): string[] | undefined {
  const found = pattern.exec(text);
  return found?.slice(1).map((part) => (part ?? '').trim());
}

/**
 * Parses a rule such as `rows >= 1`, `policy_number is unique` or `paid is between 0 and 1000000`.
 * @throws PipewrightError `invalid-input` for an invalid rule
 */
export function parseRule(line: string): Rule {
  const text = line.trim();
  for (const [pattern, create] of Object.values(syntaxes)) {
    const quoted = partsOf(pattern, text);
    const rule = quoted && create(quoted.map(unquoted), text, quoted);
    if (rule) return rule;
  }
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${text.slice(0, 100)}” is not a valid rule.`,
    hint: 'Enter one rule per line, such as: rows >= 1; rows between 1 and 9000; policy exists; policy is not empty; policy is unique; paid is a number; paid is between 0 and 1000; status is in open, closed; client is in table clients.id; email matches ^.+@.+$; updated is within 24 hours; begin is before end; begin to end overlaps start to stop; paid >= 0.',
  });
}

/** Stands for the column in the text of a row: the name of a column may contain any words. */
const placeholder = 'column';

const incomplete = (message: string, hint: string): PipewrightError =>
  new PipewrightError({ code: 'invalid-input', message, hint });

function readRow({ rule: name, column = '', value = '' }: RuleRow): Rule[] {
  if (name === undefined) throw incomplete('A rule is incomplete.', 'Select a rule from the list.');
  const { label, syntax, text, example = '', hasNoColumn = false } = ruleForm(name);
  if (name === 'text') {
    const lines = value.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (lines.length === 0) throw incomplete(`The rule “${label}” has no value.`, `Enter a rule such as: ${example}`);
    return lines.map(parseRule);
  }
  if (!hasNoColumn && column === '')
    throw incomplete(`The rule “${label}” has no column.`, 'Enter a column of the dataset.');
  const [pattern, create] = syntaxes[syntax] ?? [];
  const parts = pattern && partsOf(pattern, text(placeholder, value.trim()));
  const withColumn = (found: string[]): string[] => (hasNoColumn ? found : [column, ...found.slice(1)]);
  const rule = parts && create?.(withColumn(parts.map(unquoted)), text(column, value.trim()), withColumn(parts));
  if (rule) return [rule];
  throw incomplete(
    `“${value.slice(0, 100)}” is not a valid value of the rule “${label}”.`,
    `Enter a value such as: ${example}`,
  );
}

/**
 * Reads a rule that was entered as text or as a row; the row of another rule may have several lines.
 * @throws PipewrightError `invalid-input` for an invalid rule
 */
export function readRules(entry: string | RuleRow): Rule[] {
  return typeof entry === 'string' ? [parseRule(entry)] : readRow(entry);
}

/** The columns that a rule refers to. */
export function columnsOf(rule: Rule): string[] {
  if (rule.kind === 'rows') return [];
  return rule.kind === 'unique' || rule.kind === 'columns' ? rule.columns : [rule.column];
}
