import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/host.ts';
import { leave } from '../../http/let-go.ts';
import { asCsv, type DatasetFormat } from '../csv/as-csv.ts';
import { readValue, type CsvBlock } from '../csv/csv-block.ts';
import type { CsvFormat } from '../csv/csv-scanner.ts';
import { DatasetScanner } from '../csv/dataset-scanner.ts';
import { readUntil } from '../bytes/read-until.ts';
import { columnsOf, comparable, parseRule, type Rule } from './rules.ts';

/** What became of a rule. */
export interface RuleResult {
  rule: string;
  passed: boolean;
  /** Rows that break it; of a rule about the whole, 1 when it is broken. */
  failures: number;
  /** What is wrong, in one sentence; empty when nothing is. */
  message: string;
}

/** What became of a dataset. */
export interface CheckResult {
  passed: boolean;
  rows: number;
  results: RuleResult[];
  /** The first rows that break a rule, as CSV with the rule before the values. */
  failingRows: string;
}

/** How a dataset is checked. */
export interface CheckOptions extends CsvFormat, DatasetFormat {
  /** As people write them; see `parseRule`. */
  rules: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** Reads the values of a column of a table, for rules about what is known there. */
  readColumn?(table: string, column: string): AsyncIterable<string>;
  signal?: AbortSignal;
}

/** Rows that are given back at most. */
const mostRows = 1_000;

/** Values that can be remembered to see whether one comes twice. */
const mostValues = 2_000_000;

/** One rule while rows come. */
interface Watch {
  rule: Rule;
  places: number[];
  failures: number;
  first: string;
  /** Values that came already, or those that a table knows. */
  seen?: Set<string>;
  newest: number;
}

const quoted = (value: string | null): string => (value === null ? '' : value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/**
 * Streams a dataset and says which rules it meets.
 * @throws PipewrightError `bad-input` for what is no rule, `bad-csv` for what is no dataset
 */
export async function checkDataset(source: Bytes, options: CheckOptions): Promise<CheckResult> {
  const rules = options.rules.map(parseRule);
  const known = new Map<Rule, Set<string>>();
  try {
    for (const rule of rules) if (rule.about === 'known') known.set(rule, await readKnown(rule, options));
  } catch (error) {
    leave(source);
    throw error;
  }
  let ragged = '';
  let raggedRows = 0;
  const scanner = new DatasetScanner(options, ({ line, reason }) => {
    raggedRows += 1;
    ragged ||= `Line ${line} ${reason}.`;
  });
  const watches: Watch[] = [];
  const failing: string[] = [];
  let rows = 0;
  const look = (block: CsvBlock): void => {
    const { header } = scanner;
    if (!header) return;
    if (watches.length === 0) watches.push(...rules.map((rule) => watchOf(rule, header, known.get(rule))));
    for (let row = 0; row < block.rows; row += 1) {
      const first = row * block.width;
      const value = (place: number): string | null => readValue(block, first + place);
      rows += 1;
      for (const watch of watches) {
        const broken = breaks(watch, value);
        if (broken === undefined) continue;
        watch.failures += 1;
        watch.first ||= `Row ${rows}: ${broken}`;
        if (failing.length < mostRows) failing.push(`${quoted(watch.rule.text)},${rows},${header.map((_name, place) => quoted(value(place))).join(',')}`);
      }
    }
  };
  for await (const piece of asCsv(readUntil(source, options.signal), options)) look(scanner.push(piece));
  look(scanner.end());
  const { header } = scanner;
  if (!header) throw new PipewrightError({ code: 'empty-dataset', message: 'The dataset is empty.', hint: 'A dataset needs at least a header.' });
  if (watches.length === 0) watches.push(...rules.map((rule) => watchOf(rule, header, known.get(rule))));
  const shape: RuleResult[] = raggedRows > 0 ? [{ rule: 'every row has as many values as the header', passed: false, failures: raggedRows, message: ragged }] : [];
  const results = [...shape, ...watches.map((watch) => conclude(watch, rows, options.now))];
  const head = ['_rule', '_row', ...header].map(quoted).join(',');
  return { passed: results.every(({ passed }) => passed), rows, results, failingRows: failing.length > 0 ? `${head}\n${failing.join('\n')}\n` : '' };
}

/** All values of a column of a table. */
async function readKnown({ table, of, text }: Rule & { about: 'known' }, { readColumn }: CheckOptions): Promise<Set<string>> {
  if (!readColumn) throw new PipewrightError({ code: 'bad-input', message: `The rule “${text}” needs a database.`, hint: 'Check the dataset by the step of SQL Table, whose connection leads to the database.' });
  const values = new Set<string>();
  for await (const value of readColumn(table, of)) {
    values.add(value);
    if (values.size > mostValues) throw new PipewrightError({ code: 'bad-input', message: `The column “${of}” of the table “${table}” has more than ${mostValues} values, too many for the rule “${text}”.`, hint: 'Compare them in the database, after the dataset is loaded.' });
  }
  return values;
}

function watchOf(rule: Rule, header: readonly string[], known?: Set<string>): Watch {
  const places = columnsOf(rule).map((name) => header.findIndex((known) => known.toLowerCase() === name.toLowerCase()));
  return { rule, places, failures: 0, first: '', newest: -Infinity, ...(rule.about === 'unique' ? { seen: new Set<string>() } : known ? { seen: known } : {}) };
}

/** What is wrong with a row, or undefined. */
function breaks(watch: Watch, value: (place: number) => string | null): string | undefined {
  const { rule, places } = watch;
  if (places.includes(-1)) return undefined;
  const own = places.map(value);
  const [one = null] = own;
  const shown = own.map((part) => (part === null ? 'nothing' : `“${part.slice(0, 60)}”`)).join(' and ');
  switch (rule.about) {
    case 'value':
      return rule.passes(one) ? undefined : `there is ${shown}.`;
    case 'values': {
      const filled = own.filter((part) => part !== null);
      return filled.length < own.length || rule.passes(filled) ? undefined : `there is ${shown}.`;
    }
    case 'known':
      return one === null || watch.seen?.has(one) ? undefined : `there is ${shown}, which the table “${rule.table}” does not have.`;
    case 'unique': {
      const key = own.length === 1 ? String(one) : JSON.stringify(own);
      if (own.every((part) => part === null)) return undefined;
      if (watch.seen?.has(key)) return `${shown} stands in an earlier row too.`;
      if ((watch.seen?.size ?? 0) >= mostValues) throw new PipewrightError({ code: 'bad-input', message: `The dataset has more than ${mostValues} rows, too many for the rule “${rule.text}”.`, hint: 'Load it into a table with these columns as its Key, which checks the same.' });
      watch.seen?.add(key);
      return undefined;
    }
    case 'fresh':
      if (one !== null) watch.newest = Math.max(watch.newest, comparable(one) || -Infinity);
      return undefined;
    case 'rows':
    case 'column':
      return undefined;
    default:
      return rule satisfies never;
  }
}

function conclude(watch: Watch, rows: number, now: number): RuleResult {
  const { rule, failures, first, places } = watch;
  const whole = (passed: boolean, message: string): RuleResult => ({ rule: rule.text, passed, failures: passed ? 0 : 1, message: passed ? '' : message });
  const missing = columnsOf(rule).filter((_name, index) => places[index] === -1);
  if (missing.length > 0) return whole(false, `The dataset has no column ${missing.map((name) => `“${name}”`).join(', ')}.`);
  if (rule.about === 'rows') return whole(rule.passes(rows), `The dataset has ${rows} rows.`);
  if (rule.about === 'column') return whole(true, '');
  if (rule.about === 'fresh') {
    const age = now - watch.newest;
    return whole(age <= rule.milliseconds, Number.isFinite(age) ? `The newest value is ${(age / 3_600_000).toFixed(1)} hours old.` : 'No value is a date or a timestamp.');
  }
  return { rule: rule.text, passed: failures === 0, failures, message: first };
}
