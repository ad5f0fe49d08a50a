import type { ColumnType } from '../types/column.ts';

/** How the texts of an exported column are to be understood. */
export type ExportKind = ColumnType | 'float' | 'json';

/** A column of exported rows. */
export interface ExportColumn {
  name: string;
  kind: ExportKind;
  /** Decimal: digits after the decimal point, if the type fixes them. */
  scale?: number;
  /** Decimal: total number of digits, if the type fixes it. */
  precision?: number;
  /** Integer: whether the type is unsigned and has 64 bits. Default: false. */
  isUnsigned?: boolean;
}

/**
 * A value of an exported row: text as Load Dataset reads it for the kind of the column (`12.50`, `true`, `2026-11-20 10:00:00.5`,
 * with time zone `…Z` or `…+01:00`), or a number where the engine stores a type per value. Text that does not have the form of
 * its kind, such as `infinity` in a date column, is text.
 */
export type ExportValue = string | number | bigint | null;

/** A row, in the order of the columns. */
export type ExportRow = readonly ExportValue[];

/** What to export: a table or view, or the result of one statement that returns rows. */
export type RowsRequest = { table: string; schema?: string } | { query: string };

/** Rows that a database is sending, as fast as they are read. */
export interface OpenedRows {
  readonly columns: readonly ExportColumn[];
  /**
   * The next rows, about a megabyte or fewer; undefined after the last row.
   * @throws PipewrightError the explained error of the database
   */
  next(): Promise<readonly ExportRow[] | undefined>;
  /** Stops the query, which changed nothing, and releases its transaction. Can be called at any time, also twice. */
  close(): Promise<void>;
}
