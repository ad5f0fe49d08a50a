import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { LoadRecord, TableRequest, TableTarget } from '../target.ts';
import { loadsColumns, loadsTable, readRecord } from './load-records.ts';
import { inSqlite, whenFree } from './sqlite-error.ts';
import { SqliteLoad } from './sqlite-load.ts';
import { readSqliteColumns } from './sqlite-table.ts';

/**
 * An SQLite database file; it is made when it is missing, its folder is not. Its journal mode stays as it is.
 * @param path of the file; who calls decides which folders are allowed
 * @throws PipewrightError `bad-input`, `not-found` (the folder), `unavailable` (no database, or a Node without SQLite)
 */
export async function openSqlite(path: string): Promise<TableTarget> {
  await checkPath(path);
  const { DatabaseSync } = await loadDriver();
  const database = inSqlite(() => new DatabaseSync(path));
  inSqlite(() => database.exec('PRAGMA temp_store = FILE'));
  return {
    async describe() {
      await whenFree(() => database.prepare('SELECT count(*) FROM sqlite_schema').get());
      return basename(path);
    },
    async begin({ table, mode, schema, key = [], loadKey }) {
      checkName(table, schema);
      const existing = await whenFree(() => readSqliteColumns(database, table));
      const earlier = loadKey === undefined ? undefined : await whenFree(() => readLoad(database, table, loadKey));
      return new SqliteLoad(database, { table, mode, key, existing, earlier });
    },
    async close() {
      database.close();
    },
  };
}

/** The load that was done under a key; undefined when there is none. */
function readLoad(database: DatabaseSync, table: string, loadKey: string): LoadRecord | undefined {
  const there = database.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?").get(loadsTable);
  const row = there && database.prepare(`SELECT ${loadsColumns} FROM main.${loadsTable} WHERE table_name = ? AND load_id = ?`).get(table, loadKey);
  return row && readRecord(row);
}

async function checkPath(path: string): Promise<void> {
  if (path === '') {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: 'The path of the SQLite file is missing.',
      hint: 'Write it behind sqlite:, such as sqlite:datasets.db.',
    });
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory()) return;
  throw new PipewrightError({
    code: 'not-found',
    service: 'SQLite',
    message: 'The folder of the SQLite file does not exist.',
    hint: 'Make the folder, or correct the path.',
  });
}

async function loadDriver(): Promise<{ DatabaseSync: new (path: string) => DatabaseSync }> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new PipewrightError({
      code: 'unavailable',
      service: 'SQLite',
      message: `Node ${process.versions.node} has no SQLite.`,
      hint: 'Use Node 22.13 or later, or load into PostgreSQL.',
      cause,
    });
  }
}

function checkName(table: string, schema: TableRequest['schema']): void {
  if (schema !== undefined && schema !== 'main') {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: 'SQLite has no schemas.',
      hint: 'Leave the schema empty.',
    });
  }
  if (/^sqlite_/i.test(table)) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: 'Names that begin with sqlite_ belong to SQLite.',
      hint: 'Choose another name for the table.',
    });
  }
}
