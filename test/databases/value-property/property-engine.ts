/** The family of a column type, which decides how read and written values are compared. */
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

/** A column type of an engine, and the values that it must accept. */
export interface PropertyType {
  /** As CREATE TABLE writes it: `numeric(10,2)`. */
  declaration: string;
  family: Family;
  /** Bounds of an integer. */
  least?: bigint;
  most?: bigint;
  /** Digits of a decimal before and after the decimal point. */
  whole?: number;
  scale?: number;
  /** Decimal digits that a floating-point number always preserves. */
  floatDigits?: number;
  /** Length of a text, in characters. */
  length?: number;
  /** Whether the database pads a text with spaces, or truncates trailing ones. Default: false. */
  padded?: boolean;
  /** Characters of a text. Default: all of Unicode. */
  alphabet?: string;
  /** Fraction digits of a timestamp. Default: 6. */
  fraction?: number;
  /** First and last year of a timestamp. Default: 1 and 9999. */
  years?: readonly [first: number, last: number];
  /** Values that must be accepted, where the family cannot generate any: of an enum, an interval, an array. */
  samples?: readonly string[];
  /** The canonical form of a value; undefined for one that is not of the type. Default: that of the family. */
  normal?(text: string): string | undefined;
  /** Whether the engine refuses a whole load for one bad value of the type; then few rows are loaded at once. Default: false. */
  refusesWhole?: boolean;
}

/** A database under the property test. */
export interface PropertyEngine {
  /** Its name in test titles. */
  name: string;
  /** The address for `openTarget`. */
  address: string;
  types: readonly PropertyType[];
  /** Whether Evolve Table widens columns; otherwise it only adds them. */
  widens: boolean;
  /** Runs a statement with the driver, not through Pipewright. */
  run(sql: string): Promise<void>;
  quote(name: string): string;
  /** DDL for the columns of a new table; `row` is a bigint and unique. Default: `"row" bigint PRIMARY KEY, "c1" …`. */
  createTable?(table: string, columns: readonly (PropertyType & { name: string })[]): string;
  /**
   * All rows in the order of the column `row`, as text: the row number, then the named columns. Booleans are `true`
   * and `false`, timestamps `2026-11-20 10:00:00.5`, with time zone in UTC and with `Z`; NULL is null, texts are exact.
   */
  read(table: string, columns: readonly string[]): Promise<(string | null)[][]>;
}
