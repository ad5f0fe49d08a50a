import type { CsvBlock } from './csv-block.ts';
import type { Column } from './infer-types.ts';

/** How a dataset meets a table: makes it, takes the place of its rows, or adds to them. */
export type LoadMode = 'create' | 'replace' | 'append';

/** Which table, and how it is to be loaded. */
export interface TableRequest {
  table: string;
  /** PostgreSQL schema. Default: the first of the search path. */
  schema?: string;
  mode: LoadMode;
}

/** One load that is going on. Nothing of it can be seen by others before `publish` is done. */
export interface TableLoad {
  /** Columns of the table as it stands; undefined when there is none. */
  readonly existing: readonly string[] | undefined;
  /** Makes the staging table for these columns. */
  stage(names: readonly string[]): Promise<void>;
  /** Adds rows to the staging table. */
  write(block: CsvBlock): Promise<void>;
  /** Ends writing; gives the rows that the staging table holds. */
  count(): Promise<number>;
  /** Moves the rows into the table, with everything else in one transaction. */
  publish(columns: readonly Column[]): Promise<void>;
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
