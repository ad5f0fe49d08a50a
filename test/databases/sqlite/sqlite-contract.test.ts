import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCapabilities } from '../../../shared/src/databases/sqlite/sqlite-capabilities.ts';
import { testDatabase } from '../contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'pipewright-contract-'));
const file = join(folder, 'test.db');
afterAll(() => rmSync(folder, { recursive: true }));

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

testDatabase('SQLite', sqliteCapabilities, {
  address: () => `sqlite:${file}`,
  rows: async (table) =>
    inDatabase((database) =>
      database
        .prepare(`SELECT * FROM ${quoted(table)}`)
        .all()
        .map((row) => ({ ...row })),
    ),
  createTable: async (table, columns) =>
    inDatabase((database) =>
      database.exec(
        `CREATE TABLE ${table} (${Object.entries(columns)
          .map(([name, type]) => `${name} ${type}`)
          .join(', ')})`,
      ),
    ),
});
