import type { CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import type { InferredColumn } from '../types/column.ts';
import type { ExistingColumn } from './existing-column.ts';
import type { LoadRecord } from './load-record.ts';

/** The number of rows that an upsert updated and inserted. */
export interface UpsertCounts {
  updated: number;
  inserted: number;
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
