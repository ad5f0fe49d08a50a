import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { closeUnread } from '../../http/close-stream.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';
import { lineOf, readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import { ConvertedRows, type ReadOptions } from '../types/converted-rows.ts';
import { TypeInference } from '../types/infer-types.ts';
import { maxDistinct, RuleEvaluator, type RuleResult } from './rule-evaluator.ts';
import type { RuleRow } from './rule-row.ts';
import { readRules, type Rule } from './rules.ts';

/** The result of a check. */
export interface CheckResult {
  passed: boolean;
  rows: number;
  results: RuleResult[];
  /** The first rows that fail a rule as CSV, each preceded by the rule and its line: up to 1,000 rows and 8 MB. */
  failingRows: string;
  /** What was detected in the file. */
  detected: DetectedFormat | undefined;
}

/** How to check a dataset. */
export interface RuleOptions extends ReadOptions {
  /** Rules as text or as rows; see `readRules`. */
  rules: readonly (string | RuleRow)[];
  /** Milliseconds since 1970. */
  now: number;
  /** Reads the values of a table column, for lookup rules. */
  readColumn?(table: string, column: string): AsyncIterable<string>;
  signal?: AbortSignal;
}

/** Limits for the failing rows in the result. */
const maxFailing = { rows: 1_000, characters: 8 * 1024 * 1024 } as const;

const toCsv = (value: string | null): string =>
  value === null ? '' : value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/**
 * Streams a dataset and evaluates rules on it. A value that a rule cannot interpret fails the rule.
 * @throws PipewrightError `invalid-input` for an invalid rule or a file that is not a table, and errors of `ConvertedRows`
 */
export async function evaluateRules(source: Bytes, options: RuleOptions): Promise<CheckResult> {
  const lookups = new Map<Rule, Set<string>>();
  let rules: Rule[];
  try {
    rules = options.rules.flatMap(readRules);
    for (const rule of rules) if (rule.kind === 'lookup') lookups.set(rule, await readLookup(rule, options));
  } catch (error) {
    closeUnread(source);
    throw error;
  }
  return new CheckInProgress(readUntilAborted(source, options.signal), rules, lookups, options).run(options.now);
}

/** A check while rows arrive. */
class CheckInProgress {
  readonly #reader: ConvertedRows;
  readonly #rules: readonly Rule[];
  readonly #lookups: ReadonlyMap<Rule, ReadonlySet<string>>;
  #evaluators: RuleEvaluator[] | undefined;
  #inference: TypeInference | undefined;
  #rows = 0;
  #firstReject = '';
  #rejects = 0;
  readonly #failing: string[] = [];
  #failingCharacters = 0;

  constructor(
    source: Bytes,
    rules: readonly Rule[],
    lookups: ReadonlyMap<Rule, ReadonlySet<string>>,
    options: RuleOptions,
  ) {
    this.#rules = rules;
    this.#lookups = lookups;
    this.#reader = new ConvertedRows(source, options, ({ line, reason }) => {
      this.#rejects += 1;
      this.#firstReject ||= `${this.#place(line)} ${reason}.`;
    });
  }

  async run(now: number): Promise<CheckResult> {
    for await (const block of this.#reader.blocks()) this.#evaluate(block);
    const { header } = this.#reader;
    if (!header)
      throw new PipewrightError({
        code: 'empty-dataset',
        message: 'The dataset is empty.',
        hint: 'A dataset needs at least a header.',
      });
    const types = new Map(this.#inference?.columns().map(({ name, type }) => [name.toLowerCase(), type]));
    const isText = (column: string): boolean => types.get(column.toLowerCase()) === 'text';
    const readable: RuleResult[] =
      this.#rejects > 0
        ? [{ rule: 'every row can be read', passed: false, failures: this.#rejects, message: this.#firstReject }]
        : [];
    const evaluated = (this.#evaluators ?? []).map((evaluator) => evaluator.result(this.#rows, now, isText));
    const results = [...readable, ...evaluated];
    const head = ['_rule', '_line', ...header].map(toCsv).join(',');
    return {
      passed: results.every(({ passed }) => passed),
      rows: this.#rows,
      results,
      failingRows: this.#failing.length > 0 ? `${head}\n${this.#failing.join('\n')}\n` : '',
      detected: this.#reader.detected,
    };
  }

  #place(line: number): string {
    return `${this.#reader.unit === 'row' ? 'Row' : 'Line'} ${line}`;
  }

  #evaluate(block: CsvBlock): void {
    const { header } = this.#reader;
    if (!header) return;
    this.#evaluators ??= this.#rules.map((rule) => new RuleEvaluator(rule, header, this.#lookups.get(rule)));
    // Only uniqueness depends on the column types.
    if (this.#rules.some(({ kind }) => kind === 'unique'))
      (this.#inference ??= new TypeInference(header, {}, {}, true, this.#reader.quotedIsText, this.#reader.types)).add(
        block,
      );
    for (let row = 0; row < block.rows; row += 1) {
      const first = row * block.width;
      const value = (place: number): string | null => readValue(block, first + place);
      const line = (): number => lineOf(block, row);
      this.#rows += 1;
      for (const evaluator of this.#evaluators)
        if (evaluator.check(() => this.#place(line()), value)) this.#keep(evaluator.rule, line, header, value);
    }
  }

  #keep(rule: Rule, line: () => number, header: readonly string[], value: (place: number) => string | null): void {
    if (this.#failing.length >= maxFailing.rows || this.#failingCharacters > maxFailing.characters) return;
    const row = `${toCsv(rule.text)},${line()},${header.map((_name, place) => toCsv(value(place))).join(',')}`;
    this.#failing.push(row);
    this.#failingCharacters += row.length;
  }
}

/** All values of a table column. */
async function readLookup(
  { table, tableColumn, text }: Rule & { kind: 'lookup' },
  { readColumn }: RuleOptions,
): Promise<Set<string>> {
  if (!readColumn)
    throw new PipewrightError({
      code: 'invalid-input',
      message: `The rule “${text}” needs a database.`,
      hint: 'Use Check Dataset of SQL Table, which connects to a database.',
    });
  const values = new Set<string>();
  let characters = 0;
  for await (const value of readColumn(table, tableColumn)) {
    values.add(value);
    characters += value.length;
    if (values.size > maxDistinct.values || characters > maxDistinct.characters)
      throw new PipewrightError({
        code: 'invalid-input',
        message: `The column “${tableColumn}” of the table “${table}” has more than ${maxDistinct.values} values, too many for the rule “${text}”.`,
        hint: 'Compare the values in the database after loading the dataset.',
      });
  }
  return values;
}
