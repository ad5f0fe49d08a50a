import { PipewrightError } from '../../host/error.ts';
import type { LoadMode, LoadRecord } from '../target.ts';

/** The table in which loads are kept, beside the tables that they fill. */
export const loadsTable = 'pipewright_loads';

/** SQL that makes the table; it is the same for every engine. */
export const makeLoads = (name: string, moment: string): string =>
  `CREATE TABLE IF NOT EXISTS ${name} (load_id text NOT NULL, table_name text NOT NULL, mode text NOT NULL, rows bigint NOT NULL, rejected bigint NOT NULL, bytes bigint NOT NULL, seconds double precision NOT NULL, source text NOT NULL, loaded_at ${moment} NOT NULL, PRIMARY KEY (table_name, load_id))`;

/** The table in which rows are kept that were left out. */
export const rejectsTable = 'pipewright_rejects';

/** SQL that makes that table. */
export const makeRejects = (name: string): string =>
  `CREATE TABLE IF NOT EXISTS ${name} (load_id text NOT NULL, table_name text NOT NULL, line bigint NOT NULL, reason text NOT NULL, row_text text NOT NULL)`;

/** The columns in the order in which they are filled. */
export const rejectsColumns = 'load_id, table_name, line, reason, row_text';

/** The columns in the order of `valuesOf`. */
export const loadsColumns = 'load_id, table_name, mode, rows, rejected, bytes, seconds, source, loaded_at';

/** The values of a record. */
export function valuesOf({ loadId, table, mode, rows, rejected, bytes, seconds, source, loadedAt }: LoadRecord): (string | number)[] {
  return [loadId, table, mode, rows, rejected, bytes, seconds, source, loadedAt];
}

/** A row of the table as a record. */
export function readRecord(row: Record<string, unknown>): LoadRecord {
  const moment = row['loaded_at'];
  return {
    loadId: String(row['load_id']),
    table: String(row['table_name']),
    mode: String(row['mode']) as LoadMode,
    rows: Number(row['rows']),
    rejected: Number(row['rejected']),
    bytes: Number(row['bytes']),
    seconds: Number(row['seconds']),
    source: String(row['source']),
    loadedAt: moment instanceof Date ? moment.toISOString() : String(moment),
  };
}

/** The error of a key that does not tell rows apart. */
export function keyError(service: string, key: readonly string[], value: string | undefined): PipewrightError {
  const named = key.map((name) => `“${name}”`).join(', ');
  return new PipewrightError({
    code: 'bad-input',
    service,
    message: value === undefined ? `The key ${named} is empty in a row.` : `The key ${named} is not unique: ${value.slice(0, 100)} stands in more than one row.`,
    hint: 'The table is as it was. Correct the dataset, or choose other columns as the key.',
  });
}
