/** What the values of a column mean, and so how one that was read is compared with the one that was written. */
export type Family =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamp-with-zone'
  | 'time'
  | 'uuid'
  | 'text'
  | 'json'
  | 'other';

/** A type of a column that an engine offers, and the values that it surely takes. */
export interface PropertyType {
  /** As CREATE TABLE has it: `numeric(10,2)`. */
  declaration: string;
  family: Family;
  /** Of an integer: the least and the greatest. */
  least?: bigint;
  most?: bigint;
  /** Of a decimal: digits before the point and behind it. */
  whole?: number;
  scale?: number;
  /** Of a float: decimal digits that it surely keeps. */
  floatDigits?: number;
  /** Of a text: characters that it takes. */
  length?: number;
  /** Whether the database fills a text up with spaces, or cuts those at its end. Default: false. */
  padded?: boolean;
  /** Letters that a text may have. Default: any of Unicode. */
  alphabet?: string;
  /** Of a moment: digits of the fraction of a second. Default: 6. */
  fraction?: number;
  /** Of a moment: the first and last year. Default: 1 and 9999. */
  years?: readonly [first: number, last: number];
  /** Values that are surely taken, where the family cannot make some: those of an enum, an interval, an array. */
  samples?: readonly string[];
  /** One form of what can be written in several ways; undefined for what is not of the type. Default: that of the family. */
  normal?(text: string): string | undefined;
  /** Whether the engine refuses a whole load for one bad value of the type, so that few rows are loaded at once. Default: false. */
  refusesWhole?: boolean;
}

/** A database under the property test. */
export interface PropertyEngine {
  /** For names of tests. */
  name: string;
  /** Of the database, for `openTarget`. */
  address: string;
  types: readonly PropertyType[];
  /** Whether columns can become wider (evolve); otherwise new columns only. */
  widens: boolean;
  /** Runs a statement by the database's own client, not by Pipewright. */
  run(sql: string): Promise<void>;
  quote(name: string): string;
  /** DDL for the columns of a new table; `row` is a bigint and unique. Default: `"row" bigint PRIMARY KEY, "c1" …`. */
  createTable?(table: string, columns: readonly (PropertyType & { name: string })[]): string;
  /**
   * All rows in the order of the column `row`, as text: the number of the row, then the named columns. Booleans are `true`
   * and `false`, moments `2026-11-20 10:00:00.5`, those with a zone in UTC and with `Z`, NULL is null, texts are exact.
   */
  read(table: string, columns: readonly string[]): Promise<(string | null)[][]>;
}
