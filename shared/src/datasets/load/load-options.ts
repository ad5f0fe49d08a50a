import type { DatasetFormat } from '../formats/decode-dataset.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import type { Column, ColumnType } from '../types/column.ts';
import type { SchemaChangePolicy } from './check-columns.ts';
import type { LoadProgress } from './load-progress.ts';
import type { LoadMode } from './target.ts';

/** How a dataset is to be loaded. */
export interface LoadOptions extends CsvFormat, DatasetFormat {
  table: string;
  /** Schema of PostgreSQL or SQL Server. */
  schema?: string;
  mode: LoadMode;
  /** Rows that may be left out because they do not fit; one more and nothing is loaded. Default: 0. */
  maxRejectedRows?: number;
  /** Whether rows that are left out are kept in `pipewright_rejects`. Default: false. */
  saveRejectedRows?: boolean;
  /** Whether a dataset without rows may be loaded. Default: false. */
  allowEmpty?: boolean;
  /** Columns that together tell one row from every other: checked in every mode, and needed for `upsert`. */
  key?: readonly string[];
  /** Percent by which the number of rows of a replaced table may change. Default: any. */
  maxChangePercent?: number;
  /** A dataset is loaded once under this key: a repeated load is left out and gives what the first one gave. */
  loadKey?: string;
  /** Values that stand for nothing, such as `N/A`, quoted or not; `""` for an empty text. Default: none. */
  nullValues?: readonly string[];
  /** What happens when the columns of the dataset are not those of the table, or of the contract. Default: `refuse`. */
  onSchemaChange?: SchemaChangePolicy;
  /** The columns that an earlier load gave, which this dataset must have, too. Default: none are agreed upon. */
  contract?: readonly Column[];
  /** Connections over which the rows of a new table may come at once, in any order, where the engine can. Default: 1. */
  parallelConnections?: number;
  /** Whether every row says from which load it is, in the columns of `loadColumnNames`. Default: false. */
  addLoadMetadata?: boolean;
  /** Whether the load is kept in `pipewright_loads`; with a key it always is. Default: false. */
  saveLoadRecord?: boolean;
  /** Where the dataset comes from, for that record; of an address, its login and query are left out. */
  source?: string;
  /** ID of the event with which it began, for that record. */
  sourceEventId?: string;
  /** Whether column names that are too long for the database are shortened, with a hash at their end; otherwise they are refused. Default: false. */
  shortenNames?: boolean;
  /** Types for columns of a new table, by name, where the values shall not decide. A table that exists has its own. */
  columnTypes?: Readonly<Record<string, ColumnType>>;
  /** Length of the source in bytes, where it is known: another length is an error. */
  expectedBytes?: number;
  /** Stops the load; the table is not changed. */
  signal?: AbortSignal;
  /** Called about every 32 MB. */
  onProgress?(progress: LoadProgress): void;
}

/** What was loaded. */
export interface LoadResult {
  table: string;
  mode: LoadMode;
  rows: number;
  bytes: number;
  /** Rows left out, and the first twenty of them. */
  rejected: number;
  rejects: Reject[];
  seconds: number;
  /** Of an upsert: rows that were changed, and that were added. */
  updated?: number;
  inserted?: number;
  /** Under which it is kept in `pipewright_loads`. */
  loadId?: string;
  /** Whether it was loaded under this key before, and is not loaded again. */
  repeated?: boolean;
  /** The columns of the dataset, with the types that they have in the table. */
  columns: Column[];
}
