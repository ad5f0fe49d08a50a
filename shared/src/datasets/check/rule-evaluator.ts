import { PipewrightError } from '../../host/error.ts';
import { canonicalText, compare, parseComparable, type Comparable } from './comparable.ts';
import { columnsOf, differentKinds, notComparable, type Rule } from './rules.ts';

/** The result of a rule. */
export interface RuleResult {
  rule: string;
  passed: boolean;
  /** Number of rows that fail; 1 for a failed rule about the whole dataset. */
  failures: number;
  /** What is wrong, in one sentence; empty if the rule passed. */
  message: string;
}

/** Limits for the distinct values of a column that are kept in memory, and for their total length. */
export const maxDistinct = { values: 2_000_000, characters: 256 * 1024 * 1024 } as const;

const maxShown = 60;
const millisecondsPerHour = 3_600_000;

/** A timestamp without time zone can be this far in the future, because it counts as UTC. */
const maxAheadHours = 24;

const shown = (values: readonly (string | null)[]): string =>
  values.map((part) => (part === null ? 'no value' : `“${part.slice(0, maxShown)}”`)).join(' and ');

/** The values of earlier rows. */
class SeenValues {
  readonly #seen = new Set<string>();
  /** Canonical forms of the values that are written differently. */
  readonly #canonical = new Set<string>();
  #characters = 0;

  /** Adds a value and returns whether an earlier row has the same text, or an equal value written differently. */
  add(key: string, canonical: string, rule: string): 'new' | 'same' | 'equal' {
    if (this.#seen.has(key)) return 'same';
    const isEqual = (canonical !== key && this.#seen.has(canonical)) || this.#canonical.has(canonical);
    this.#seen.add(key);
    if (canonical !== key) this.#canonical.add(canonical);
    this.#characters += key.length;
    if (this.#seen.size > maxDistinct.values || this.#characters > maxDistinct.characters) {
      throw new PipewrightError({
        code: 'invalid-input',
        message: `The dataset has too many values for the rule “${rule}”: the maximum is ${maxDistinct.values} values or ${maxDistinct.characters / 1024 / 1024} million characters.`,
        hint: 'Load the dataset with these columns as Key Columns instead, which checks the same.',
      });
    }
    return isEqual ? 'equal' : 'new';
  }
}

/** Evaluates one rule while rows arrive. */
export class RuleEvaluator {
  readonly rule: Rule;
  /** Positions of its columns in a row; -1 for a missing column. */
  readonly #places: number[];
  readonly #lookup: ReadonlySet<string> | undefined;
  readonly #seen = new SeenValues();
  #failures = 0;
  #first = '';
  #newest: number | undefined;
  /** Columns of a unique rule with values that are not in canonical form: repeats of equal values count unless all these columns are text. */
  readonly #nonCanonicalColumns = new Set<string>();
  #equals = 0;
  #firstEqual = '';

  /** @param lookup values of the table column of a lookup rule */
  constructor(rule: Rule, header: readonly string[], lookup?: ReadonlySet<string>) {
    this.rule = rule;
    this.#lookup = lookup;
    this.#places = columnsOf(rule).map((name) => {
      const exact = header.indexOf(name);
      return exact >= 0 ? exact : header.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    });
  }

  /**
   * Checks a row; returns whether it fails the rule.
   * @param placeOf finds the place of the row, such as `Line 18`, for the message
   */
  check(placeOf: () => string, value: (place: number) => string | null): boolean {
    if (this.#places.includes(-1)) return false;
    const values = this.#places.map(value);
    const why = this.#failure(values, placeOf);
    if (why === undefined) return false;
    this.#failures += 1;
    this.#first ||= `${placeOf()}: ${why}`;
    return true;
  }

  /**
   * The result after all rows.
   * @param isText whether a column is text, so that `1.0` and `1` are different values
   */
  result(rows: number, now: number, isText: (column: string) => boolean): RuleResult {
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
    if (rule.kind === 'rows')
      return whole(rule.passes(rows), `The dataset has ${rows} ${rows === 1 ? 'row' : 'rows'}.`);
    if (rule.kind === 'exists') return whole(true, '');
    if (rule.kind === 'fresh' && this.#failures === 0) return whole(...this.#freshness(rule.maxAgeMs, now));
    const equals = [...this.#nonCanonicalColumns].every(isText) ? 0 : this.#equals;
    const failures = this.#failures + equals;
    return {
      rule: rule.text,
      passed: failures === 0,
      failures,
      message: this.#first || (equals > 0 ? this.#firstEqual : ''),
    };
  }

  #freshness(maxAgeMs: number, now: number): [passed: boolean, message: string] {
    if (this.#newest === undefined) return [false, 'No row has a date or timestamp.'];
    const hours = (now - this.#newest) / millisecondsPerHour;
    if (hours < -maxAheadHours) return [false, `The newest value is ${(-hours).toFixed(1)} hours in the future.`];
    return [now - this.#newest <= maxAgeMs, `The newest value is ${hours.toFixed(1)} hours old.`];
  }

  /** Why a row fails, or undefined. */
  #failure(values: readonly (string | null)[], placeOf: () => string): string | undefined {
    const { rule } = this;
    const [one = null] = values;
    const found = (why: string): string => `found ${shown(values)}${why === '' ? '' : `, ${why}`}.`;
    switch (rule.kind) {
      case 'notEmpty':
        return one === null || one === '' ? found('') : undefined;
      case 'value': {
        const why = one === null || (one === '' && !rule.testsEmpty) ? undefined : rule.test(one);
        return why === undefined ? undefined : found(why);
      }
      case 'columns':
        return this.#columnsFailure(rule, values);
      case 'lookup':
        return one === null || this.#lookup?.has(one) ? undefined : found(`which is not in the table “${rule.table}”`);
      case 'unique':
        return this.#repeatFailure(rule, values, placeOf);
      case 'fresh':
        return this.#instantFailure(one);
      case 'rows':
      case 'exists':
        return undefined;
      default:
        return rule satisfies never;
    }
  }

  #columnsFailure(rule: Rule & { kind: 'columns' }, values: readonly (string | null)[]): string | undefined {
    const filled = values.filter((part) => part !== null && part !== '');
    const wrong = filled.find((part) => parseComparable(part ?? '') === undefined);
    if (wrong !== undefined) return `found ${shown([wrong])}, ${notComparable}.`;
    if (filled.length < values.length) return undefined;
    const read = filled.map((part) => parseComparable(part ?? '') as Comparable);
    if (read.some((part) => compare(part, read[0] as Comparable) === undefined))
      return `found ${shown(values)}, ${differentKinds}.`;
    return rule.test(read) ? undefined : `found ${shown(values)}.`;
  }

  #repeatFailure(
    rule: Rule & { kind: 'unique' },
    values: readonly (string | null)[],
    placeOf: () => string,
  ): string | undefined {
    if (values.every((part) => part === null)) return undefined;
    const canonical = values.map((part) => (part === null ? null : canonicalText(part)));
    const keyOf = (parts: readonly (string | null)[]): string =>
      parts.length === 1 ? String(parts[0]) : JSON.stringify(parts);
    rule.columns.forEach((name, index) => {
      if (canonical[index] !== values[index]) this.#nonCanonicalColumns.add(name);
    });
    const found = this.#seen.add(keyOf(values), keyOf(canonical), rule.text);
    if (found === 'equal') {
      this.#equals += 1;
      this.#firstEqual ||= `${placeOf()}: ${shown(values)} equals a value of an earlier row that is written differently.`;
    }
    return found === 'same' ? `${shown(values)} is also in an earlier row.` : undefined;
  }

  #instantFailure(value: string | null): string | undefined {
    if (value === null || value === '') return undefined;
    const read = parseComparable(value);
    if (read?.kind !== 'date') return `found ${shown([value])}, which is not a date or timestamp.`;
    const milliseconds = read.seconds * 1000;
    if (this.#newest === undefined || milliseconds > this.#newest) this.#newest = milliseconds;
    return undefined;
  }
}
