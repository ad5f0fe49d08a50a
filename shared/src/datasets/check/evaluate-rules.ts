import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { closeUnread } from '../../http/close-stream.ts';
import { decodeDataset, type DatasetFormat } from '../formats/decode-dataset.ts';
import { readValue, type CsvBlock } from '../formats/csv-block.ts';
import type { CsvFormat } from '../formats/csv-scanner.ts';
import { DatasetScanner } from '../formats/dataset-scanner.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';
import { TypeInference } from '../types/infer-types.ts';
import { parseRule, type Rule } from './rules.ts';
import { limits, Watch, type RuleResult } from './watch.ts';

/** What became of a dataset. */
export interface CheckResult {
  passed: boolean;
  rows: number;
  results: RuleResult[];
  /** The first rows that break a rule, as CSV with the rule before the values: at most 1,000 rows and 8 MB. */
  failingRows: string;
}

/** How a dataset is checked. */
export interface RuleOptions extends CsvFormat, DatasetFormat {
  /** As people write them; see `parseRule`. */
  rules: readonly string[];
  /** Milliseconds since 1970. */
  now: number;
  /** Reads the values of a column of a table, for rules about what is known there. */
  readColumn?(table: string, column: string): AsyncIterable<string>;
  signal?: AbortSignal;
}

/** Failing rows that are returned at most, and their characters together. */
const maxFailing = { rows: 1_000, characters: 8 * 1024 * 1024 } as const;

const quoted = (value: string | null): string =>
  value === null ? '' : value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/**
 * Streams a dataset and reports which rules it meets. A rule whose values cannot be read for it is broken.
 * @throws PipewrightError `bad-input` for what is not a rule, and for a file that is not a table; `bad-csv` and others that `DatasetScanner` and `asCsv` throw
 */
export async function evaluateRules(source: Bytes, options: RuleOptions): Promise<CheckResult> {
  const known = new Map<Rule, Set<string>>();
  let rules: Rule[];
  try {
    rules = options.rules.map(parseRule);
    for (const rule of rules) if (rule.about === 'known') known.set(rule, await readKnown(rule, options));
  } catch (error) {
    closeUnread(source);
    throw error;
  }
  const check = new CheckInProgress(rules, known, options);
  for await (const piece of decodeDataset(readUntilAborted(source, options.signal), options)) check.take(piece);
  return check.finish(options.now);
}

/** A check while rows come. */
class CheckInProgress {
  readonly #scanner: DatasetScanner;
  readonly #rules: readonly Rule[];
  readonly #known: ReadonlyMap<Rule, ReadonlySet<string>>;
  #watches: Watch[] | undefined;
  #inference: TypeInference | undefined;
  #rows = 0;
  #firstReject = '';
  #rejects = 0;
  readonly #failing: string[] = [];
  #failingCharacters = 0;

  constructor(rules: readonly Rule[], known: ReadonlyMap<Rule, ReadonlySet<string>>, options: RuleOptions) {
    this.#rules = rules;
    this.#known = known;
    this.#scanner = new DatasetScanner(options, ({ line, reason }) => {
      this.#rejects += 1;
      this.#firstReject ||= `Line ${line} ${reason}.`;
    });
  }

  take(piece: Uint8Array): void {
    this.#look(this.#scanner.push(piece));
  }

  finish(now: number): CheckResult {
    this.#look(this.#scanner.end());
    const { header } = this.#scanner;
    if (!header)
      throw new PipewrightError({
        code: 'empty-dataset',
        message: 'The dataset is empty.',
        hint: 'A dataset needs at least a header.',
      });
    const types = new Map(this.#inference?.columns().map(({ name, type }) => [name.toLowerCase(), type]));
    const shape: RuleResult[] =
      this.#rejects > 0
        ? [{ rule: 'every row can be read', passed: false, failures: this.#rejects, message: this.#firstReject }]
        : [];
    const results = [
      ...shape,
      ...(this.#watches ?? []).map((watch) =>
        watch.conclude(this.#rows, now, (column) => types.get(column.toLowerCase()) === 'text'),
      ),
    ];
    const head = ['_rule', '_row', ...header].map(quoted).join(',');
    return {
      passed: results.every(({ passed }) => passed),
      rows: this.#rows,
      results,
      failingRows: this.#failing.length > 0 ? `${head}\n${this.#failing.join('\n')}\n` : '',
    };
  }

  #look(block: CsvBlock): void {
    const { header } = this.#scanner;
    if (!header) return;
    this.#watches ??= this.#rules.map((rule) => new Watch(rule, header, this.#known.get(rule)));
    // Only whether values are unique depends on the types.
    if (this.#rules.some(({ about }) => about === 'unique'))
      (this.#inference ??= new TypeInference(header, {}, {}, true, this.#scanner.quotedIsText)).look(block);
    for (let row = 0; row < block.rows; row += 1) {
      const first = row * block.width;
      const value = (place: number): string | null => readValue(block, first + place);
      this.#rows += 1;
      for (const watch of this.#watches) if (watch.look(this.#rows, value)) this.#keep(watch.rule, header, value);
    }
  }

  #keep(rule: Rule, header: readonly string[], value: (place: number) => string | null): void {
    if (this.#failing.length >= maxFailing.rows || this.#failingCharacters > maxFailing.characters) return;
    const row = `${quoted(rule.text)},${this.#rows},${header.map((_name, place) => quoted(value(place))).join(',')}`;
    this.#failing.push(row);
    this.#failingCharacters += row.length;
  }
}

/** All values of a column of a table. */
async function readKnown(
  { table, of, text }: Rule & { about: 'known' },
  { readColumn }: RuleOptions,
): Promise<Set<string>> {
  if (!readColumn)
    throw new PipewrightError({
      code: 'bad-input',
      message: `The rule “${text}” needs a database.`,
      hint: 'Check the dataset with SQL Table, whose connection leads to the database.',
    });
  const values = new Set<string>();
  let characters = 0;
  for await (const value of readColumn(table, of)) {
    values.add(value);
    characters += value.length;
    if (values.size > limits.values || characters > limits.characters)
      throw new PipewrightError({
        code: 'bad-input',
        message: `The column “${of}” of the table “${table}” has more than ${limits.values} values, too many for the rule “${text}”.`,
        hint: 'Compare them in the database, after the dataset is loaded.',
      });
  }
  return values;
}
