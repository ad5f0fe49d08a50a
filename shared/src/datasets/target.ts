import type { ColumnType, InferredColumn } from './column.ts';
import type { CsvBlock } from './csv-block.ts';

/** How a dataset meets a table: makes it, takes the place of its rows, or adds to them. */
export type LoadMode = 'create' | 'replace' | 'append';

/** Which table, and how it is to be loaded. */
export interface TableRequest {
  table: string;
  /** PostgreSQL schema. Default: the first of the search path. */
  schema?: string;
  mode: LoadMode;
}

/** A column of a table that is there already. */
export interface ExistingColumn {
  name: string;
  type: ColumnType;
  /** Whether a row can do without it: it has a default, or the database numbers it. */
  optional: boolean;
}

/** One load that is going on. Nothing of it can be seen by others before `publish` is done. */
export interface TableLoad {
  /** Columns of the table as it stands; undefined when there is none. */
  readonly existing: readonly ExistingColumn[] | undefined;
  /**
   * Makes the place for the rows.
   * @param columns what the first rows are like; the types of a table that exists are its own
   */
  stage(columns: readonly InferredColumn[]): Promise<void>;
  /**
   * Adds rows.
   * @param columns what all rows are like, these ones included
   */
  write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void>;
  /** Ends writing; gives the rows that the database took. */
  count(): Promise<number>;
  /**
   * Makes the table and its rows visible, all at once.
   * @param columns what all rows are like
   */
  publish(columns: readonly InferredColumn[]): Promise<void>;
  /** Takes everything back; safe to call at any time. */
  abort(): Promise<void>;
}

/** A database into which tables are loaded: the port that each engine implements. */
export interface TableTarget {
  /** Reads something small; gives a name of the database for people. */
  describe(): Promise<string>;
  /** Begins a load; two loads into one table wait for each other. */
  begin(request: TableRequest): Promise<TableLoad>;
  close(): Promise<void>;
}
