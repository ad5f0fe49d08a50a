import type { DatabaseSync } from 'node:sqlite';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadRecord } from '../../datasets/load/target.ts';
import {
  defineLoads,
  defineRejects,
  loadsColumns,
  loadsTable,
  readRecord,
  rejectsColumns,
  rejectsTable,
  rejectValuesOf,
  valuesOf,
  type RecordTypes,
} from '../load-records.ts';

const types: RecordTypes = { word: 'TEXT', text: 'TEXT', moment: 'TEXT', number: 'REAL' };

const places = (columns: string): string =>
  columns
    .split(', ')
    .map(() => '?')
    .join(', ');

/** The load of a table that is kept under an ID, unless it failed. */
export function findLoad(database: DatabaseSync, table: string, loadId: string): LoadRecord | undefined {
  const there = database.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?").get(loadsTable);
  const row =
    there &&
    database
      .prepare(
        `SELECT ${loadsColumns} FROM main.${loadsTable} WHERE table_name = ? AND load_id = ? AND status <> 'failed'`,
      )
      .get(table, loadId);
  return row && readRecord(row);
}

/** Keeps a load, in place of one that failed, and the rows that it left out. */
export function keepLoad(database: DatabaseSync, record: LoadRecord, rejects: readonly Reject[]): void {
  database.exec(`CREATE TABLE IF NOT EXISTS main.${loadsTable} (${defineLoads(types)})`);
  database
    .prepare(`INSERT OR REPLACE INTO main.${loadsTable} (${loadsColumns}) VALUES (${places(loadsColumns)})`)
    .run(...valuesOf(record));
  if (rejects.length === 0) return;
  database.exec(`CREATE TABLE IF NOT EXISTS main.${rejectsTable} (${defineRejects(types)})`);
  const keep = database.prepare(
    `INSERT INTO main.${rejectsTable} (${rejectsColumns}) VALUES (${places(rejectsColumns)})`,
  );
  for (const reject of rejects) keep.run(...rejectValuesOf(record, reject));
}
