import type { Reject } from '../formats/csv-scanner.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import type { Column, ColumnType } from '../types/column.ts';
import type { ReadOptions } from '../types/converted-rows.ts';
import type { SchemaChangePolicy } from './check-columns.ts';
import type { LoadProgress } from './load-progress.ts';
import type { LoadMode } from './load-mode.ts';

/** How to load a dataset. */
export interface LoadOptions extends ReadOptions {
  table: string;
  /** Schema of PostgreSQL or SQL Server, database of MySQL. */
  schema?: string;
  mode: LoadMode;
  /** Rejected rows to skip; one more fails the load. Default: 0. */
  maxRejectedRows?: number;
  /** Whether to save rejected rows in `pipewright_rejects`. Default: false. */
  saveRejectedRows?: boolean;
  /** Whether to load a dataset without rows. Default: false. */
  allowEmpty?: boolean;
  /** Columns that together identify a row: must be unique and not NULL in every mode; required for `upsert`. */
  key?: readonly string[];
  /** Maximum change of the row count of a replaced table, in percent. Default: unlimited. */
  maxChangePercent?: number;
  /** Idempotency key: a repeated load with the same key changes nothing and returns the result of the first one. */
  loadKey?: string;
  /** Values to load as NULL, such as `N/A`, quoted or not; `""` for the empty string. Default: none. */
  nullValues?: readonly string[];
  /** What to do when the columns of the dataset differ from those of the table or the contract. Default: `fail`. */
  onSchemaChange?: SchemaChangePolicy;
  /** The expected columns, as an earlier load returned them. Default: none. */
  contract?: readonly Column[];
  /** Connections for loading a new table in parallel, in no particular order, where the engine supports it. Default: 1. */
  parallelConnections?: number;
  /** Whether to add the columns of `metadataColumnNames` to each row. Default: false. */
  addLoadMetadata?: boolean;
  /** Whether to record the load in `pipewright_loads`; always done with a load key. Default: false. */
  saveLoadRecord?: boolean;
  /** Where the dataset comes from, for the load record; credentials and the query string of a URL are removed. */
  source?: string;
  /** ID of the event that triggered the load, for the load record. */
  sourceEventId?: string;
  /** Whether to shorten column names that are too long for the database and append a hash; otherwise they are refused. Default: false. */
  shortenNames?: boolean;
  /** Names of columns in the table, by their name in the dataset; the empty string leaves a column out. Default: the names of the dataset. */
  columnNames?: Readonly<Record<string, string>>;
  /** Types of columns of a new table, by name, in place of the inferred ones. An existing table keeps its types. */
  columnTypes?: Readonly<Record<string, ColumnType>>;
  /** Expected length of the source in bytes; any other length is an error. */
  expectedBytes?: number;
  /** Stops the load; the table is not changed. */
  signal?: AbortSignal;
  /** Called about every 32 MB. */
  onProgress?(progress: LoadProgress): void;
}

/** The result of a load. */
export interface LoadResult {
  table: string;
  mode: LoadMode;
  rows: number;
  bytes: number;
  /** Number of rejected rows, and the first twenty of them. */
  rejected: number;
  rejects: Reject[];
  seconds: number;
  /** Upsert only: updated and inserted rows. */
  updated?: number;
  inserted?: number;
  /** ID of the load in `pipewright_loads`. */
  loadId?: string;
  /** Whether an earlier load with the same key already loaded the dataset, so that nothing was done. */
  repeated?: boolean;
  /** The columns of the dataset, with their types in the table. */
  columns: Column[];
  /** What was detected in the file; undefined where nothing was read. */
  detected?: DetectedFormat | undefined;
}
