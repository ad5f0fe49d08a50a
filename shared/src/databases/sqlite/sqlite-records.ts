import type { DatabaseSync } from 'node:sqlite';
import { LoadRecords } from '../load-records.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { whenUnlocked } from './sqlite-lock.ts';

/** The load records of a database file. */
export function sqliteRecords(database: DatabaseSync): LoadRecords {
  const qualify = (table: string): string => `main.${table}`;
  return new LoadRecords(sqliteDialect, {
    run: (sql, values = []) => whenUnlocked(() => database.prepare(sql).all(...values)),
    qualify,
    exists: (table) =>
      whenUnlocked(() => {
        const found = database.prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?").get(table);
        return found !== undefined;
      }),
    create: (table, definition) =>
      whenUnlocked(() => database.exec(`CREATE TABLE IF NOT EXISTS ${qualify(table)} (${definition})`)),
  });
}
