import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { inSqlite } from './sqlite-error.ts';
import type { SqliteTable } from './sqlite-table.ts';

/**
 * Reads the collation of each column. SQLite shows it for indexes only, so an empty copy of the table, in memory, gets an
 * index of all columns.
 */
export async function readCollations({ name, sql, columns }: SqliteTable): Promise<Map<string, string>> {
  const { DatabaseSync } = await import('node:sqlite');
  const copy = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
  try {
    return inSqlite(() => {
      copy.exec(sql);
      copy.exec(
        `CREATE INDEX pipewright_collations ON ${quoted(name)} (${columns.map((column) => quoted(column.name)).join(', ')})`,
      );
      const rows = copy
        .prepare("SELECT name, coll FROM pragma_index_xinfo('pipewright_collations') WHERE key = 1")
        .all();
      return new Map(rows.map((row) => [String(row['name']), String(row['coll'])]));
    });
  } finally {
    copy.close();
  }
}
