import type { OpenedRows, RowsRequest } from '../export/row-source.ts';
import type { LoadMode } from './load-mode.ts';
import type { TableLoad } from './table-load.ts';

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
