import { PipewrightError } from '../../host/error.ts';
import { isDay, noForm, timestampForm } from '../types/value-forms.ts';

/** What a rule says of one value; a value that is not there passes every rule but that it must be there. */
export type ValueTest = (value: string | null) => boolean;

/** A rule that a dataset must meet, as a person writes it on a line. */
export type Rule = { text: string } & (
  | { about: 'rows'; passes(rows: number): boolean }
  | { about: 'column'; column: string }
  | { about: 'value'; column: string; passes: ValueTest }
  | { about: 'values'; columns: string[]; passes(values: string[]): boolean }
  | { about: 'known'; column: string; table: string; of: string }
  | { about: 'unique'; columns: string[] }
  | { about: 'fresh'; column: string; milliseconds: number }
);

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
};

const number = String.raw`[-+]?\d+(?:\.\d+)?`;
const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A number, or the moment of a day or a timestamp, so that both can be compared; NaN for anything else. */
export function comparable(value: string): number {
  if (new RegExp(`^${number}$`).test(value)) return Number(value);
  return isMoment(value) ? Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(value) || value.length === 10 ? value.replace(' ', 'T') : `${value.replace(' ', 'T')}Z`) : NaN;
}

function isMoment(value: string): boolean {
  const bytes = Buffer.from(value, 'latin1');
  return (bytes.length === 10 && isDay(bytes, 0)) || timestampForm(bytes, 0, bytes.length) !== noForm;
}

const types: Record<string, (value: string) => boolean> = {
  integer: (value) => /^[-+]?\d+$/.test(value),
  number: (value) => new RegExp(`^${number}$`).test(value),
  date: (value) => value.length === 10 && isMoment(value),
  timestamp: (value) => value.length > 10 && isMoment(value),
  boolean: (value) => /^(true|false)$/i.test(value),
};

const unlessNothing = (test: (value: string) => boolean): ValueTest => (value) => value === null || test(value);

const words = (list: string): string[] => list.split(',').map((word) => word.trim().replace(/^"(.*)"$/, '$1')).filter((word) => word !== '');

function patternOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined;
  }
}

/** How each kind of rule is written, the special ones first. */
const forms: [RegExp, (found: string[], text: string) => Rule | undefined][] = [
  [new RegExp(String.raw`^rows\s*(>=|<=|!=|=|>|<)\s*(\d+)$`, 'i'), ([sign = '', count = ''], text) => ({ text, about: 'rows', passes: (rows) => comparisons[sign]?.(rows, Number(count)) ?? false })],
  [/^rows\s+between\s+(\d+)\s+and\s+(\d+)$/i, ([least = '', most = ''], text) => ({ text, about: 'rows', passes: (rows) => rows >= Number(least) && rows <= Number(most) })],
  [/^(.+?)\s+exists$/i, ([column = ''], text) => ({ text, about: 'column', column })],
  [/^(.+?)\s+(?:is|are)\s+not\s+empty$/i, ([column = ''], text) => ({ text, about: 'value', column, passes: (value) => value !== null && value !== '' })],
  [/^(.+?)\s+(?:is|are)\s+unique$/i, ([columns = ''], text) => ({ text, about: 'unique', columns: words(columns) })],
  [/^(.+?)\s+is\s+an?\s+(integer|number|date|timestamp|boolean)$/i, ([column = '', type = ''], text) => ({ text, about: 'value', column, passes: unlessNothing((value) => types[type.toLowerCase()]?.(value) ?? false) })],
  [new RegExp(String.raw`^(.+?)\s+is\s+between\s+(\S+)\s+and\s+(\S+)$`, 'i'), ([column = '', least = '', most = ''], text) => range(text, column, least, most)],
  [/^(.+?)\s+is\s+in\s+table\s+(.+)\."?([^".]+)"?$/i, ([column = '', table = '', of = ''], text) => ({ text, about: 'known', column, table: table.replaceAll('"', ''), of })],
  [/^(.+?)\s+is\s+in\s+(.+)$/i, ([column = '', list = ''], text) => {
    const allowed = new Set(words(list));
    return { text, about: 'value', column, passes: unlessNothing((value) => allowed.has(value)) };
  }],
  [/^(.+?)\s+matches\s+(.+)$/i, ([column = '', source = ''], text) => {
    const pattern = patternOf(source);
    return pattern && { text, about: 'value', column, passes: unlessNothing((value) => pattern.test(value.slice(0, 10_000))) };
  }],
  [/^(.+?)\s+is\s+within\s+(\d+)\s+(minute|hour|day)s?$/i, ([column = '', count = '', unit = ''], text) => ({ text, about: 'fresh', column, milliseconds: Number(count) * (units[unit.toLowerCase()] ?? 0) })],
  [/^(.+?)\s+is\s+(not\s+)?(before|after)\s+(.+)$/i, ([column = '', not = '', order = '', other = ''], text) => {
    const wanted = order.toLowerCase() === 'before';
    return { text, about: 'values', columns: [column, other], passes: ([a = '', b = '']) => (wanted ? comparable(a) < comparable(b) : comparable(a) > comparable(b)) !== (not !== '') };
  }],
  [/^(.+?)\s+to\s+(.+?)\s+(overlaps|does\s+not\s+overlap)\s+(.+?)\s+to\s+(.+)$/i, ([begin = '', end = '', word = '', otherBegin = '', otherEnd = ''], text) => ({
    text,
    about: 'values',
    columns: [begin, end, otherBegin, otherEnd],
    passes: ([a = '', b = '', c = '', d = '']) => (comparable(a) <= comparable(d) && comparable(c) <= comparable(b)) === (word.toLowerCase() === 'overlaps'),
  })],
  [/^(.+?)\s*(>=|<=|!=|=|>|<)\s*(.+)$/, ([column = '', sign = '', bound = ''], text) => {
    const limit = comparable(bound);
    if (!Number.isNaN(limit)) return { text, about: 'value', column, passes: unlessNothing((value) => comparisons[sign]?.(comparable(value), limit) ?? false) };
    if (sign !== '=' && sign !== '!=') return undefined;
    return { text, about: 'value', column, passes: unlessNothing((value) => (value === bound) === (sign === '=')) };
  }],
];

function range(text: string, column: string, least: string, most: string): Rule | undefined {
  const [low, high] = [comparable(least), comparable(most)];
  if (Number.isNaN(low) || Number.isNaN(high)) return undefined;
  return { text, about: 'value', column, passes: unlessNothing((value) => comparable(value) >= low && comparable(value) <= high) };
}

/**
 * Reads a rule such as `rows >= 1`, `policy_number is unique` or `paid is between 0 and 1000000`.
 * @throws PipewrightError `bad-input` for what is none
 */
export function parseRule(line: string): Rule {
  const text = line.trim();
  for (const [pattern, make] of forms) {
    const found = pattern.exec(text);
    const rule = found && make(found.slice(1).map((part) => (part ?? '').trim().replace(/^"(.*)"$/, '$1')), text);
    if (rule) return rule;
  }
  throw new PipewrightError({
    code: 'bad-input',
    message: `“${text.slice(0, 100)}” is no rule.`,
    hint: 'Write one of these on a line: rows >= 1; rows between 1 and 9000; policy exists; policy is not empty; policy is unique; paid is a number; paid is between 0 and 1000; status is in open, closed; client is in table clients.id; email matches ^.+@.+$; updated is within 24 hours; begin is before end; begin to end overlaps start to stop; paid >= 0.',
  });
}

/** The columns that a rule is about. */
export function columnsOf(rule: Rule): string[] {
  if (rule.about === 'rows') return [];
  return rule.about === 'unique' || rule.about === 'values' ? rule.columns : [rule.column];
}
