import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { TableRequest, TableTarget } from '../../datasets/load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../read-column.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { inSqlite, whenFree } from './sqlite-error.ts';
import { SqliteLoad } from './sqlite-load.ts';
import { findLoad } from './sqlite-records.ts';
import { readCollations } from './sqlite-collations.ts';
import { readSqliteTable } from './sqlite-table.ts';

/**
 * Opens an SQLite database file, and creates it when it is missing; its folder must exist. Its journal mode stays as it is.
 * @param path of the file; the caller decides which folders are allowed
 * @throws PipewrightError `bad-input`, `not-found` (the folder), `unavailable` (no database, or a Node without SQLite)
 */
export async function openSqlite(path: string): Promise<TableTarget> {
  await checkPath(path);
  const { DatabaseSync } = await loadDriver();
  // An absolute path is never read as a URI, whose parameters could keep the database in memory.
  const database = inSqlite(() => new DatabaseSync(resolve(path)));
  inSqlite(() => database.exec('PRAGMA temp_store = FILE'));
  return {
    async describe() {
      await whenFree(() => database.prepare('SELECT count(*) FROM sqlite_schema').get());
      return basename(path);
    },
    async *readColumn(table, column) {
      const columns = await whenFree(() =>
        database.prepare("SELECT name FROM pragma_table_info(?, 'main')").all(table),
      );
      if (columns.length === 0) throw tableMissing('SQLite', table);
      const name = columns
        .map((row) => String(row['name']))
        .find((known) => known.toLowerCase() === column.toLowerCase());
      if (name === undefined) throw columnMissing('SQLite', table, column);
      for (const row of database
        .prepare(
          `SELECT DISTINCT CAST(${quoted(name)} AS TEXT) AS value FROM main.${quoted(table)} WHERE ${quoted(name)} IS NOT NULL LIMIT ${mostValues}`,
        )
        .iterate())
        yield String(row['value']);
    },
    async begin({ table, mode, schema, key = [], loadKey }) {
      checkName(table, schema);
      const existing = await whenFree(() => readSqliteTable(database, table));
      const collations = existing && mode === 'upsert' ? await readCollations(existing) : new Map<string, string>();
      const earlier = loadKey === undefined ? undefined : await whenFree(() => findLoad(database, table, loadKey));
      return new SqliteLoad(database, { table, mode, key, existing, collations, earlier });
    },
    async close() {
      database.close();
    },
  };
}

async function checkPath(path: string): Promise<void> {
  const refused =
    path === ''
      ? 'The path of the SQLite file is missing.'
      : /^(:memory:$|file:)/i.test(path)
        ? 'That is not the path of an SQLite file.'
        : undefined;
  if (refused !== undefined) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: refused,
      hint: 'Write the path behind sqlite:, such as sqlite:datasets.db. Databases in memory and URIs are not supported.',
    });
  }
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory()) return;
  throw new PipewrightError({
    code: 'not-found',
    service: 'SQLite',
    message: 'The folder of the SQLite file does not exist.',
    hint: 'Create the folder, or correct the path.',
  });
}

async function loadDriver(): Promise<{ DatabaseSync: new (path: string) => DatabaseSync }> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new PipewrightError({
      code: 'unavailable',
      service: 'SQLite',
      message: `Node ${process.versions.node} does not include SQLite.`,
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
      hint: 'Leave Schema empty.',
    });
  }
  if (/^sqlite_/i.test(table)) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: 'SQLite keeps names that begin with sqlite_ for itself.',
      hint: 'Choose another name for the table.',
    });
  }
}
