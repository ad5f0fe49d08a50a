import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../../host/error.ts';
import type { ExistingColumn } from '../../load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import { typeOfSqlite } from './sqlite-types.ts';

/**
 * The columns of a table that can be written; undefined when there is none of that name.
 * @throws PipewrightError `bad-input` for a view
 */
export function readSqliteColumns(database: DatabaseSync, table: string): ExistingColumn[] | undefined {
  const found = database
    .prepare("SELECT type FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE AND type IN ('table', 'view')")
    .get(table);
  if (!found) return undefined;
  if (found['type'] === 'view') {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: `“${table}” is not a table but a view.`,
      hint: 'Choose another name.',
    });
  }
  const rows = database.prepare("SELECT * FROM pragma_table_info(?, 'main')").all(table);
  const keys = rows.filter((row) => row['pk'] !== 0).length;
  return rows.map((row) => {
    const declared = String(row['type']).toUpperCase();
    // The only key of type INTEGER is the row's number, which SQLite gives itself.
    const numbered = row['pk'] !== 0 && keys === 1 && declared === 'INTEGER';
    return {
      name: String(row['name']),
      type: typeOfSqlite(declared),
      optional: numbered || row['dflt_value'] !== null,
      nullable: numbered || row['notnull'] === 0,
    };
  });
}

/**
 * Refuses a table whose rows cannot go without rows of other tables going or changing too.
 * @throws PipewrightError `conflict`
 */
export function refuseCascades(database: DatabaseSync, table: string): void {
  const found = database
    .prepare(
      `SELECT s.name AS name FROM main.sqlite_schema s, pragma_foreign_key_list(s.name, 'main') f
       WHERE s.type = 'table' AND s.name <> ?1 COLLATE NOCASE AND f."table" = ?1 COLLATE NOCASE
         AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')`,
    )
    .get(table);
  if (found) throw cascadeError('SQLite', String(found['name']));
}
