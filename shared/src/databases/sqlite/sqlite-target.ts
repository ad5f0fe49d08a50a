import { basename } from 'node:path';
import { PipewrightError } from '../../host/error.ts';
import type { TableRequest, TableTarget } from '../../datasets/load/target.ts';
import { reasonAgainst } from '../capabilities.ts';
import { listedTables } from '../list-tables.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { columnMissing, maxColumnValues, tableMissing } from '../read-column.ts';
import { sqliteCapabilities } from './sqlite-capabilities.ts';
import { readCollations } from './sqlite-collations.ts';
import { SqliteLoad } from './sqlite-load.ts';
import { whenUnlocked } from './sqlite-lock.ts';
import { openSqliteRows } from './sqlite-read.ts';
import { sqliteRecords } from './sqlite-records.ts';
import { connectSqlite } from './sqlite-session.ts';
import { readSqliteTable } from './sqlite-table.ts';

const service = 'SQLite';

/**
 * Opens a SQLite database file, and creates it when it is missing; its folder must exist. Its journal mode is kept.
 * @param path of the file; the caller decides which folders are allowed
 * @throws PipewrightError `invalid-input`, `not-found` (the folder), `unavailable` (not a database, or a Node without SQLite)
 */
export async function openSqlite(path: string): Promise<TableTarget> {
  const database = await connectSqlite(path);
  const records = sqliteRecords(database);
  return {
    async describe() {
      await whenUnlocked(() => database.prepare('SELECT count(*) FROM sqlite_schema').get());
      return basename(path);
    },
    async listTables() {
      return listedTables(
        await whenUnlocked(() =>
          database
            .prepare(
              "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
            )
            .all(),
        ),
      );
    },
    async listColumns(table) {
      const existing = await whenUnlocked(() => readSqliteTable(database, table));
      return existing?.columns.map(({ name }) => name) ?? [];
    },
    async listSchemas() {
      return [];
    },
    async *readColumn(table, column) {
      const columns = await whenUnlocked(() =>
        database.prepare("SELECT name FROM pragma_table_info(?, 'main')").all(table),
      );
      if (columns.length === 0) throw tableMissing(service, table);
      const name = columns
        .map((row) => String(row['name']))
        .find((known) => known.toLowerCase() === column.toLowerCase());
      if (name === undefined) throw columnMissing(service, table, column);
      for (const row of database
        .prepare(
          `SELECT DISTINCT CAST(${quoted(name)} AS TEXT) AS value FROM main.${quoted(table)} WHERE ${quoted(name)} IS NOT NULL LIMIT ${maxColumnValues}`,
        )
        .iterate())
        yield String(row['value']);
    },
    async openRows(request) {
      if ('table' in request) checkName(request.table, request.schema);
      return openSqliteRows(database, request);
    },
    async begin({ table, mode, schema, key = [], loadKey }) {
      checkName(table, schema);
      const existing = await whenUnlocked(() => readSqliteTable(database, table));
      const collations = existing && mode === 'upsert' ? await readCollations(existing) : new Map<string, string>();
      const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
      return new SqliteLoad(database, { table, mode, key, existing, collations, records, earlier });
    },
    async close() {
      database.close();
    },
  };
}

function checkName(table: string, schema: TableRequest['schema']): void {
  const noSchemas = reasonAgainst(sqliteCapabilities.schemas);
  if (schema !== undefined && schema !== 'main' && noSchemas !== undefined)
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `${noSchemas}.`,
      hint: 'Leave Schema empty.',
    });
  if (/^sqlite_/i.test(table))
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: 'SQLite reserves table names that begin with sqlite_.',
      hint: 'Choose another name for the table.',
    });
}
