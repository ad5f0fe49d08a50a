import type { OpenedRows, RowsRequest } from '../export/row-source.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import type { ColumnType, InferredColumn } from '../types/column.ts';

/** How rows are loaded: create a table, replace its rows, append rows, or update rows with the same key and insert the others. */
export const loadModes = ['create', 'replace', 'append', 'upsert'] as const;

/** One of `loadModes`. */
export type LoadMode = (typeof loadModes)[number];

/** Which table to load, and how. */
export interface TableRequest {
  table: string;
  /** Schema of PostgreSQL or SQL Server, or database of MySQL. Default: the first of the search path; the user's default; the connection's. */
  schema?: string;
  mode: LoadMode;
  /** Columns that together identify a row. Only from `stage` on are the names spelled like those of the columns. */
  key?: readonly string[];
  /** Idempotency key: a dataset is loaded into the table once per key. */
  loadKey?: string;
  /** Whether to add missing columns to the table and widen the types of existing ones. Default: false. */
  evolve?: boolean;
  /** Connections for loading rows in parallel and in no particular order, where the engine supports it. Default: 1. */
  parallelConnections?: number;
}

/**
 * Status of a load: its rows are visible; it failed and changed nothing; or it is about to be published, where an engine
 * cannot write the record and the rows in one transaction.
 */
export type LoadStatus = 'done' | 'failed' | 'publishing';

/** A load as recorded in the table `pipewright_loads`, next to the table it was loaded into. */
export interface LoadRecord {
  loadId: string;
  table: string;
  mode: LoadMode;
  status: LoadStatus;
  rows: number;
  rejected: number;
  bytes: number;
  seconds: number;
  /** Where the dataset came from. */
  source: string;
  /** ID of the event that triggered the load; empty if unknown. */
  sourceEventId: string;
  /** SHA-256 of the bytes as received, in hex; empty for a failed load. */
  checksum: string;
  /** Start of the load, ISO 8601. */
  loadedAt: string;
}

/** The number of rows that an upsert updated and inserted. */
export interface UpsertCounts {
  updated: number;
  inserted: number;
}

/** A column of an existing table. */
export interface ExistingColumn {
  name: string;
  type: ColumnType;
  /** A second type the column accepts: 1 and 0 as booleans, or a timestamp without time zone, which is UTC. */
  alternativeType?: ColumnType;
  /** Whether the column can be omitted: it has a default, or the database numbers it. */
  optional: boolean;
  /** Whether the column accepts NULL. */
  nullable: boolean;
  /** Text: maximum number of characters. Undefined: unlimited. */
  maxLength?: number;
  /** Whether `maxLength` counts UTF-16 code units instead of characters. Default: false. */
  countsUtf16?: boolean;
  /** Integer: minimum and maximum; a bigint where a number is not exact. Undefined: 64 bits. */
  min?: number | bigint;
  max?: number | bigint;
  /** Decimal: maximum number of digits before and after the decimal point. Undefined: 38 in total. */
  wholeDigits?: number;
  scale?: number;
  /** Timestamp: maximum number of fractional second digits, trailing zeros not counted. Undefined: 6. */
  fractionDigits?: number;
  /** Whether the empty string is NULL, because the database type has no empty value. Default: true unless `type` is text. */
  emptyIsNull?: boolean;
  /** Whether the type stays the same when the table evolves: values that do not fit are rejected. Default: false. */
  fixed?: boolean;
  /** Further rules of the database type: range, enum, array element, domain, floating point. */
  rules?: readonly ValueRule[];
}

/** A rule that every value of a column must meet, in addition to the limits of `ExistingColumn`. NULL meets every rule. */
export interface ValueRule {
  /** What is wrong with a value that fails, to follow "a value in the column “paid” that": "is not a time of day". */
  reason: string;
  /** Whether the database would change, truncate, round or refuse the value. */
  fails(text: string): boolean;
  /** Decimal: values with at most this many digits on each side of the point always meet the rule, so it is not called. Default: it is always called. */
  safeDigits?: number;
}

/** A load in progress. Nothing is visible to others before `publish` resolves. */
export interface TableLoad {
  /** Columns of the existing table; undefined when there is no table. */
  readonly existing: readonly ExistingColumn[] | undefined;
  /** The completed load with the same load key; failed loads do not count. */
  readonly previousLoad: LoadRecord | undefined;
  /** Columns whose values the database generates, so that no dataset can provide them. Default: none. */
  readonly generatedColumns?: readonly string[];
  /** Whether the engine turns empty strings into NULL in columns with `hasEmptyStrings`. Default: false; `""` makes a new column text. */
  readonly emptyIsNull?: boolean;
  /** Why the engine cannot change the types of existing columns when the table evolves. Default: it can. */
  readonly cannotWiden?: string | undefined;
  /** Number of rows of the table before the load. */
  countExistingRows(): Promise<number>;
  /**
   * Creates the staging area for the rows.
   * @param columns the columns inferred from the first rows; an existing table keeps its types unless it evolves. Values
   * of a column with a known type fit it and are normalized: `5`, not `+5`. In a table that evolves, values arrive
   * unchanged because their column may still become text (except columns that are `fixed`): `+5`, `1.0` in an integer
   * column, `t`, `2026-11-20 08:00:00 UTC` and, in columns other than text, `""` fit too and are converted once all rows
   * have arrived.
   */
  stage(columns: readonly InferredColumn[]): Promise<void>;
  /**
   * Adds rows.
   * @param columns the columns with the types of all rows so far, including these
   */
  write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void>;
  /** Completes writing; resolves to the number of rows the database received. */
  count(): Promise<number>;
  /**
   * Makes all rows visible at once, together with the record of the load. A table that evolves gets its new columns and
   * wider types. Before that, the engine verifies that the table contains what the result reports: it calls
   * `verifyRowCount` with the number of rows of this load in the table. It counts them where triggers or rules could have
   * dropped, moved or changed rows, and relies on the statement results otherwise. Values changed by a trigger are
   * refused like dropped rows.
   * @param columns the columns with the types of all rows
   * @param rejects rejected rows to save with the record
   * @returns the numbers of updated and inserted rows of an upsert
   * @throws PipewrightError `invalid-input` when the key is NULL in a row or not unique
   */
  publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects?: readonly Reject[],
  ): Promise<UpsertCounts | undefined>;
  /**
   * Rolls everything back; can be called at any time.
   * @param record the failure to record, which replaces an earlier failure with the same ID
   */
  abort(record?: LoadRecord): Promise<void>;
}

/** What a database requires of column names. */
export interface NameLimits {
  /** Maximum length in bytes of UTF-8, or in UTF-16 code units. Undefined: unlimited. */
  maxBytes?: number;
  maxLength?: number;
  /** Names that the database reserves, in its spelling. */
  reserved?: readonly string[];
}

/** A database to load tables into and to export rows from: the port that each engine implements. */
export interface TableTarget {
  /** What names of new columns must be like. Default: anything. */
  readonly names?: NameLimits;
  /** Runs a small query; resolves to a display name of the database. */
  describe(): Promise<string>;
  /**
   * The names of the tables, in alphabetical order, without views and without tables that Pipewright manages.
   * @param schema see `TableRequest`
   */
  listTables(schema?: string): Promise<string[]>;
  /**
   * The names of the columns of a table that a load can fill, in their order: without those whose values the database
   * generates. None if the table does not exist.
   * @param schema see `TableRequest`
   */
  listColumns(table: string, schema?: string): Promise<string[]>;
  /** The names of the schemas (MySQL: databases) without those of the system, in alphabetical order; none if there are no schemas. */
  listSchemas(): Promise<string[]>;
  /**
   * The distinct values of a column as text, without NULL.
   * @param table name of the table, qualified with its schema if that is not the default one
   * @throws PipewrightError `table-missing` or `columns-missing`
   */
  readColumn(table: string, column: string): AsyncIterable<string>;
  /**
   * Opens the rows of a table or query for an export, in a read-only transaction where the engine has one. The rows must be
   * closed before the target.
   * @throws PipewrightError `table-missing`; `invalid-input` for a query that does not only read
   */
  openRows(request: RowsRequest): Promise<OpenedRows>;
  /** Starts a load. On most engines, two loads into the same table wait for each other (`concurrentLoads` in the capabilities). */
  begin(request: TableRequest): Promise<TableLoad>;
  close(): Promise<void>;
}
