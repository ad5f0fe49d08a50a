import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { ExistingColumn } from '../../datasets/load/existing-column.ts';
import { cascadeError } from '../load-errors.ts';
import type { Affinity } from './sqlite-affinity.ts';
import { readDeclaredType } from './sqlite-rules.ts';
import type { Binding } from './sqlite-rows.ts';

/** A writable column, with how SQLite stores its values. */
export type SqliteColumn = ExistingColumn & {
  /** Whether it is an alias of the rowid, which SQLite assigns where a row has none. */
  numbered: boolean;
  /** The type in CREATE TABLE; empty where it has none. */
  declared: string;
  affinity: Affinity;
  binding: Binding;
};

/** An existing table. */
export interface SqliteTable {
  name: string;
  columns: readonly SqliteColumn[];
  /** Generated columns. */
  calculated: readonly string[];
  /** Names of its triggers. */
  triggers: readonly string[];
  /** Whether an ON CONFLICT clause may drop rows without an error. */
  resolvesConflicts: boolean;
  /** Its CREATE TABLE. */
  sql: string;
}

/** Values of `hidden` in `pragma_table_xinfo`. @see https://www.sqlite.org/pragma.html#pragma_table_xinfo */
const generated = [2, 3];

/**
 * Reads a table; undefined when it does not exist.
 * @throws PipewrightError `invalid-input` for a view or a virtual table
 */
export function readSqliteTable(database: DatabaseSync, table: string): SqliteTable | undefined {
  const found = database
    .prepare("SELECT type, name, strict, wr FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE")
    .get(table);
  if (!found) return undefined;
  const name = String(found['name']);
  if (found['type'] !== 'table') throw notTable(table, String(found['type']));
  const rows = database.prepare("SELECT * FROM pragma_table_xinfo(?, 'main')").all(name);
  const keys = rows.filter((row) => row['pk'] !== 0).length;
  const columns = rows
    .filter((row) => row['hidden'] === 0)
    .map((row): SqliteColumn => {
      const declared = String(row['type']);
      // A single primary key of type INTEGER is an alias of the rowid.
      const numbered = row['pk'] !== 0 && keys === 1 && declared.toUpperCase() === 'INTEGER' && found['wr'] === 0;
      return {
        name: String(row['name']),
        ...readDeclaredType(declared, found['strict'] === 1),
        declared,
        numbered,
        optional: numbered || row['dflt_value'] !== null,
        nullable: numbered || row['notnull'] === 0,
        fixed: true,
      };
    });
  const schema = database
    .prepare(
      "SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND type IN ('table', 'trigger') ORDER BY name",
    )
    .all(name);
  const sql = String(schema.find(({ type }) => type === 'table')?.['sql'] ?? '');
  return {
    name,
    columns,
    calculated: rows.filter((row) => generated.includes(Number(row['hidden']))).map((row) => String(row['name'])),
    triggers: schema.filter(({ type }) => type === 'trigger').map((row) => String(row['name'])),
    resolvesConflicts: /\bON\s+CONFLICT\b/i.test(sql),
    sql,
  };
}

function notTable(table: string, type: string): PipewrightError {
  const what =
    type === 'view'
      ? 'a view'
      : type === 'virtual'
        ? 'a virtual table, whose module decides how values are stored'
        : 'part of a virtual table';
  return new PipewrightError({
    code: 'invalid-input',
    service: 'SQLite',
    message: `“${table}” is ${what}.`,
    hint: 'Load into a regular table.',
  });
}

/**
 * Refuses to delete the rows of a table if a foreign key would propagate the deletion to another table.
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
