import { PipewrightError } from '../../host/error.ts';
import { canonicalText, compare, parseComparable, type Comparable } from './comparable.ts';
import { columnsOf, differentKinds, notComparable, type Rule } from './rules.ts';

/** What became of a rule. */
export interface RuleResult {
  rule: string;
  passed: boolean;
  /** Rows that break it; of a rule about the whole, 1 when it is broken. */
  failures: number;
  /** What is wrong, in one sentence; empty when nothing is. */
  message: string;
}

/** Values that are remembered at most, to see whether one comes twice; their characters together. */
export const maxDistinct = { values: 2_000_000, characters: 256 * 1024 * 1024 } as const;

const maxShown = 60;
const millisecondsPerHour = 3_600_000;

/** A timestamp without zone can be this far ahead, for it counts as UTC. */
const maxAheadHours = 24;

const shown = (values: readonly (string | null)[]): string =>
  values.map((part) => (part === null ? 'no value' : `“${part.slice(0, maxShown)}”`)).join(' and ');

/** Values that came already. */
class SeenValues {
  readonly #seen = new Set<string>();
  /** Canonical forms of the values that are not written so. */
  readonly #odd = new Set<string>();
  #characters = 0;

  /** Whether a value came before: written the same way, or equal to one that is written in another way. */
  add(key: string, canonical: string, rule: string): 'new' | 'same' | 'equal' {
    if (this.#seen.has(key)) return 'same';
    const isEqual = (canonical !== key && this.#seen.has(canonical)) || this.#odd.has(canonical);
    this.#seen.add(key);
    if (canonical !== key) this.#odd.add(canonical);
    this.#characters += key.length;
    if (this.#seen.size > maxDistinct.values || this.#characters > maxDistinct.characters) {
      throw new PipewrightError({
        code: 'bad-input',
        message: `The dataset has more values than the rule “${rule}” can compare: at most ${maxDistinct.values}, or ${maxDistinct.characters / 1024 / 1024} million characters.`,
        hint: 'Load it into a table with these columns as its Key, which checks the same.',
      });
    }
    return isEqual ? 'equal' : 'new';
  }
}

/** One rule while rows come. */
export class RuleEvaluator {
  readonly rule: Rule;
  /** Places of its columns in a row; -1 for one that the dataset does not have. */
  readonly #places: number[];
  readonly #known: ReadonlySet<string> | undefined;
  readonly #seen = new SeenValues();
  #failures = 0;
  #first = '';
  #newest: number | undefined;
  /** Columns of a unique key with values that are equal, but written in several ways, and what is wrong if they are not text. */
  readonly #oddColumns = new Set<string>();
  #equals = 0;
  #firstEqual = '';

  /** @param known values that a table knows, for a rule about them */
  constructor(rule: Rule, header: readonly string[], known?: ReadonlySet<string>) {
    this.rule = rule;
    this.#known = known;
    this.#places = columnsOf(rule).map((name) => {
      const exact = header.indexOf(name);
      return exact >= 0 ? exact : header.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    });
  }

  /** Takes a row into account; returns whether it breaks the rule. */
  look(row: number, value: (place: number) => string | null): boolean {
    if (this.#places.includes(-1)) return false;
    const values = this.#places.map(value);
    const why = this.#breaks(values, row);
    if (why === undefined) return false;
    this.#failures += 1;
    this.#first ||= `Row ${row}: ${why}`;
    return true;
  }

  /**
   * What became of the rule after all rows.
   * @param isText whether a column holds text, so that `1.0` and `1` are two values
   */
  conclude(rows: number, now: number, isText: (column: string) => boolean): RuleResult {
    const { rule } = this;
    const whole = (passed: boolean, message: string): RuleResult => ({
      rule: rule.text,
      passed,
      failures: passed ? 0 : 1,
      message: passed ? '' : message,
    });
    const missing = columnsOf(rule).filter((_name, index) => this.#places[index] === -1);
    if (missing.length > 0)
      return whole(false, `The dataset has no column ${missing.map((name) => `“${name}”`).join(', ')}.`);
    if (rule.about === 'rows') return whole(rule.passes(rows), `The dataset has ${rows} rows.`);
    if (rule.about === 'column') return whole(true, '');
    if (rule.about === 'fresh' && this.#failures === 0) return whole(...this.#freshness(rule.milliseconds, now));
    const equals = [...this.#oddColumns].every(isText) ? 0 : this.#equals;
    const failures = this.#failures + equals;
    return {
      rule: rule.text,
      passed: failures === 0,
      failures,
      message: this.#first || (equals > 0 ? this.#firstEqual : ''),
    };
  }

  #freshness(milliseconds: number, now: number): [passed: boolean, message: string] {
    if (this.#newest === undefined) return [false, 'No row has a date or a timestamp.'];
    const hours = (now - this.#newest) / millisecondsPerHour;
    if (hours < -maxAheadHours) return [false, `The newest value is ${(-hours).toFixed(1)} hours in the future.`];
    return [now - this.#newest <= milliseconds, `The newest value is ${hours.toFixed(1)} hours old.`];
  }

  /** What is wrong with a row, or undefined. */
  #breaks(values: readonly (string | null)[], row: number): string | undefined {
    const { rule } = this;
    const [one = null] = values;
    const there = (why: string): string => `there is ${shown(values)}${why === '' ? '' : `, ${why}`}.`;
    switch (rule.about) {
      case 'filled':
        return one === null || one === '' ? there('') : undefined;
      case 'value': {
        const why = one === null || (one === '' && !rule.emptyToo) ? undefined : rule.test(one);
        return why === undefined ? undefined : there(why);
      }
      case 'values':
        return this.#breaksTogether(rule, values);
      case 'known':
        return one === null || this.#known?.has(one)
          ? undefined
          : there(`which the table “${rule.table}” does not have`);
      case 'unique':
        return this.#repeats(rule, values, row);
      case 'fresh':
        return this.#notAnInstant(one);
      case 'rows':
      case 'column':
        return undefined;
      default:
        return rule satisfies never;
    }
  }

  #breaksTogether(rule: Rule & { about: 'values' }, values: readonly (string | null)[]): string | undefined {
    const filled = values.filter((part) => part !== null && part !== '');
    const wrong = filled.find((part) => parseComparable(part ?? '') === undefined);
    if (wrong !== undefined) return `there is ${shown([wrong])}, ${notComparable}.`;
    if (filled.length < values.length) return undefined;
    const read = filled.map((part) => parseComparable(part ?? '') as Comparable);
    if (read.some((part) => compare(part, read[0] as Comparable) === undefined))
      return `there is ${shown(values)}, ${differentKinds}.`;
    return rule.test(read) ? undefined : `there is ${shown(values)}.`;
  }

  #repeats(rule: Rule & { about: 'unique' }, values: readonly (string | null)[], row: number): string | undefined {
    if (values.every((part) => part === null)) return undefined;
    const canonical = values.map((part) => (part === null ? null : canonicalText(part)));
    const keyOf = (parts: readonly (string | null)[]): string =>
      parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
    rule.columns.forEach((name, index) => {
      if (canonical[index] !== values[index]) this.#oddColumns.add(name);
    });
    const found = this.#seen.add(keyOf(values), keyOf(canonical), rule.text);
    if (found === 'equal') {
      this.#equals += 1;
      this.#firstEqual ||= `Row ${row}: ${shown(values)} equals the value of an earlier row, written in another way.`;
    }
    return found === 'same' ? `${shown(values)} is also in an earlier row.` : undefined;
  }

  #notAnInstant(value: string | null): string | undefined {
    if (value === null || value === '') return undefined;
    const read = parseComparable(value);
    if (read?.kind !== 'date') return `there is ${shown([value])}, which is not a date or a timestamp.`;
    const milliseconds = read.seconds * 1000;
    if (this.#newest === undefined || milliseconds > this.#newest) this.#newest = milliseconds;
    return undefined;
  }
}
