import { PipewrightError } from '../host/error.ts';
import type { Reject } from '../datasets/formats/csv-scanner.ts';
import type { LoadMode, LoadRecord, LoadStatus } from '../datasets/load/target.ts';

/** The table in which loads are kept, beside the tables that they fill. */
export const loadsTable = 'pipewright_loads';

/** The table in which rows are kept that were left out. */
export const rejectsTable = 'pipewright_rejects';

/** What an engine calls the types of those two tables. */
export interface RecordTypes {
  /** A text that can be part of a key. */
  word: string;
  /** A text of any length. */
  text: string;
  /** A moment that is given as ISO 8601. */
  moment: string;
  /** A number with a fraction. */
  number: string;
}

const columnsOf: Record<string, (types: RecordTypes) => string> = {
  load_id: ({ word }) => word,
  table_name: ({ word }) => word,
  mode: ({ word }) => word,
  status: ({ word }) => word,
  row_count: () => 'bigint',
  rejected: () => 'bigint',
  bytes: () => 'bigint',
  seconds: ({ number }) => number,
  source: ({ text }) => text,
  source_event_id: ({ text }) => text,
  checksum: ({ text }) => text,
  loaded_at: ({ moment }) => moment,
};

/** The columns of the table of loads, in the order of `valuesOf`; none is a reserved word of any engine. */
export const loadsColumns = Object.keys(columnsOf).join(', ');

/** The definitions of those columns, as they stand in CREATE TABLE. */
export function defineLoads(types: RecordTypes): string {
  const list = Object.entries(columnsOf).map(([name, typeOf]) => `${name} ${typeOf(types)} NOT NULL`);
  return `${list.join(', ')}, PRIMARY KEY (table_name, load_id)`;
}

/** The columns of the table of rejects, in the order of `rejectValuesOf`. */
export const rejectsColumns = 'load_id, table_name, line, reason, column_name, value, row_text';

/** The definitions of those columns, as they stand in CREATE TABLE. */
export function defineRejects({ word, text }: RecordTypes): string {
  return `load_id ${word} NOT NULL, table_name ${word} NOT NULL, line bigint NOT NULL, reason ${text} NOT NULL, column_name ${text}, value ${text}, row_text ${text} NOT NULL`;
}

/** The values of a record. */
export function valuesOf({
  loadId,
  table,
  mode,
  status,
  rows,
  rejected,
  bytes,
  seconds,
  source,
  sourceEventId,
  checksum,
  loadedAt,
}: LoadRecord): (string | number)[] {
  return [loadId, table, mode, status, rows, rejected, bytes, seconds, source, sourceEventId, checksum, loadedAt];
}

/** The values of a row that was left out. */
export function rejectValuesOf(
  { loadId, table }: LoadRecord,
  { line, reason, column, value, text }: Reject,
): (string | number | null)[] {
  return [loadId, table, line, reason, column ?? null, value ?? null, text];
}

/** A row of the table as a record. */
export function readRecord(row: Record<string, unknown>): LoadRecord {
  const moment = row['loaded_at'];
  return {
    loadId: String(row['load_id']),
    table: String(row['table_name']),
    mode: String(row['mode']) as LoadMode,
    status: String(row['status']) as LoadStatus,
    rows: Number(row['row_count']),
    rejected: Number(row['rejected']),
    bytes: Number(row['bytes']),
    seconds: Number(row['seconds']),
    source: String(row['source']),
    sourceEventId: String(row['source_event_id']),
    checksum: String(row['checksum']),
    loadedAt: moment instanceof Date ? moment.toISOString() : String(moment),
  };
}

/** The error of a key that does not tell rows apart. */
export function keyError(service: string, key: readonly string[], value: string | undefined): PipewrightError {
  const named = key.map((name) => `“${name}”`).join(', ');
  return new PipewrightError({
    code: 'bad-input',
    service,
    message:
      value === undefined
        ? `The key ${named} is empty in a row.`
        : `The key ${named} is not unique: ${value.slice(0, 100)} is in more than one row.`,
    hint: 'The table was not changed. Correct the dataset, or choose other columns as the key.',
  });
}
