import type { ColumnType, InferredColumn } from '../types/column.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';

/** How a dataset meets a table: makes it, takes the place of its rows, adds to them, or changes those with the same key and adds the others. */
export const loadModes = ['create', 'replace', 'append', 'upsert'] as const;

/** One of `loadModes`. */
export type LoadMode = (typeof loadModes)[number];

/** Which table, and how it is to be loaded. */
export interface TableRequest {
  table: string;
  /** Schema of PostgreSQL or SQL Server, or database of MySQL. Default: the first of the search path; the user's own; the connection's. */
  schema?: string;
  mode: LoadMode;
  /** What stands between two values in the blocks that are written. Default: comma. */
  delimiter?: string;
  /**
   * Columns that together tell one row from every other. From `stage` on the names are spelled as those of the columns
   * are; they may be spelled in another way before.
   */
  key?: readonly string[];
  /** Under this key a dataset is loaded into the table once. */
  loadKey?: string;
  /** Whether the table may get columns that it lacks, and wider types for those that it has. Default: false. */
  evolve?: boolean;
  /** Connections over which rows may come at once, where the engine can and the order of rows does not matter. Default: 1. */
  parallelConnections?: number;
}

/**
 * What became of a load: its rows can be seen; nothing of it can; or, where an engine cannot write the record and
 * the rows in one transaction, it is about to be published.
 */
export type LoadStatus = 'done' | 'failed' | 'publishing';

/** A load as it is kept in the table `pipewright_loads` beside the rows that it made visible. */
export interface LoadRecord {
  loadId: string;
  table: string;
  mode: LoadMode;
  status: LoadStatus;
  rows: number;
  rejected: number;
  bytes: number;
  seconds: number;
  /** Where the dataset came from, for people. */
  source: string;
  /** ID of the event with which it began; empty where nobody gave one. */
  sourceEventId: string;
  /** SHA-256 of the bytes as they came, in hex; empty for a load that failed. */
  checksum: string;
  /** When it began, ISO 8601. */
  loadedAt: string;
}

/** What became of rows that met others with the same key. */
export interface UpsertCounts {
  updated: number;
  inserted: number;
}

/** A column of a table that is there already. */
export interface ExistingColumn {
  name: string;
  type: ColumnType;
  /** A second type whose values the column takes, too: 1 and 0 as a boolean, or a moment without a zone, which is UTC. */
  alternativeType?: ColumnType;
  /** Whether a row can do without it: it has a default, or the database numbers it. */
  optional: boolean;
  /** Whether a row may have nothing there. */
  nullable: boolean;
  /** Of a text: characters that it may have at most. Undefined: any number. */
  maxLength?: number;
  /** Whether `longest` counts units of UTF-16, of which a letter beyond the first 65,536 takes two. Default: false. */
  countsUtf16?: boolean;
  /** Of an integer: the least and the greatest; a bigint where a number does not hold them exactly. Undefined: those of 64 bits. */
  min?: number | bigint;
  max?: number | bigint;
  /** Of a decimal: digits before the point and behind it. Undefined: 38 in all. */
  wholeDigits?: number;
  scale?: number;
  /** Of a timestamp: digits that the fraction of a second may have, zeros at the end not counted. Undefined: 6. */
  fractionDigits?: number;
  /** Whether an empty text, `""`, is NULL: the database has no empty value of the type. Default: unless `type` is text. */
  emptyIsNull?: boolean;
  /** Whether the type stays as it is although the table evolves: values that do not fit are refused. Default: false. */
  fixed?: boolean;
  /** What else the type of the database asks of a value: range, enum, element of an array, domain, floating point. */
  rules?: readonly ValueRule[];
}

/** A rule that every value of a column must meet, beyond those that `ExistingColumn` has a property for. NULL meets every rule. */
export interface ValueRule {
  /** What is wrong with a value that fails, to follow "a value in the column “paid” that": "is not a time of day". */
  reason: string;
  /** Whether the database would change, cut, round or refuse the value. */
  fails(text: string): boolean;
  /** Of a decimal: a value with at most so many digits on each side of the point meets the rule and is not asked. Default: every value is. */
  safeDigits?: number;
}

/** One load that is going on. Nothing of it can be seen by others before `publish` is done. */
export interface TableLoad {
  /** Columns of the table as it stands; undefined when there is none. */
  readonly existing: readonly ExistingColumn[] | undefined;
  /** The load that was done under the same key before; one that failed is none. */
  readonly previousLoad: LoadRecord | undefined;
  /** Columns of the table that the database calculates, so that no dataset can bring them. Default: none. */
  readonly generatedColumns?: readonly string[];
  /** Whether the engine makes NULL of an empty text in columns that have `blanks`. Default: false; `""` makes a new column text. */
  readonly emptyIsNull?: boolean;
  /** Rows of the table as it stands. */
  countExistingRows(): Promise<number>;
  /**
   * Makes the place for the rows.
   * @param columns what the first rows are like; the types of a table that exists are its own, unless it evolves. Every
   * value of a column whose type is known then fits it and is written as all databases read it: `5`, not `+5`; but in a
   * table that evolves values come as the dataset has them, for their column may still become text (except those of a
   * column that is `fixed`). There `+5`, `1.0` in an integer, `t`, `2026-11-20 08:00:00 UTC` and, in a column that is not
   * text, `""` fit too, and are converted once all rows are there.
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
   * Makes the table and its rows visible, all at once, and with them the record of the load. A table that evolves gets
   * the columns that it lacks, and the wider types. Before that, the engine makes sure that the table holds what the
   * result will say, and calls `confirmRows` with the rows of this load that the server counts in the table: all of them
   * where triggers or rules could have dropped, moved or changed some, else as the server's statements said. Values that
   * a trigger changed are refused like rows that it dropped.
   * @param columns what all rows are like
   * @param rejects rows that are kept apart, under the record
   * @returns what became of the rows where they were merged into others
   * @throws PipewrightError `bad-input` when the key is empty in a row, or the same in two
   */
  publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects?: readonly Reject[],
  ): Promise<UpsertCounts | undefined>;
  /**
   * Takes everything back; safe to call at any time.
   * @param record what is kept of the failure, in place of an earlier failure with the same ID
   */
  abort(record?: LoadRecord): Promise<void>;
}

/** What a database asks of the names of columns. */
export interface NameLimits {
  /** Bytes of UTF-8, or units of UTF-16, that a name has at most. Undefined: any number. */
  maxBytes?: number;
  maxLength?: number;
  /** Names that the database keeps for itself, spelled as it does. */
  reserved?: readonly string[];
}

/** A database into which tables are loaded: the port that each engine implements. */
export interface TableTarget {
  /** What the names of new columns must be. Default: anything. */
  readonly names?: NameLimits;
  /** Reads something small; gives a name of the database for people. */
  describe(): Promise<string>;
  /**
   * The values of a column as text, each once; NULL is left out.
   * @param table its name, with the schema and a point before it where it is not the usual one
   * @throws PipewrightError `table-missing` or `columns-missing`
   */
  readColumn(table: string, column: string): AsyncIterable<string>;
  /** Begins a load; two loads into one table wait for each other. */
  begin(request: TableRequest): Promise<TableLoad>;
  close(): Promise<void>;
}
