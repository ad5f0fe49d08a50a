import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import type { SqliteTable } from './sqlite-table.ts';
import { sqliteType } from './sqlite-types.ts';

/** Columns that a table can have. @see https://www.sqlite.org/limits.html#max_column */
const maxColumns = 2000;

const missingColumns = (existing: SqliteTable, columns: readonly InferredColumn[]): readonly InferredColumn[] =>
  columns.filter(({ name }) => !existing.columns.some((known) => known.name === name));

/** Creates a table, or adds the columns that it lacks: SQLite cannot change the type of a column. */
export function evolveSqlite(
  database: DatabaseSync,
  table: string,
  existing: SqliteTable | undefined,
  columns: readonly InferredColumn[],
): void {
  const definition = (column: InferredColumn): string => `${quoted(column.name)} ${sqliteType(column)}`;
  const name = `main.${quoted(table)}`;
  if (!existing) database.exec(`CREATE TABLE ${name} (${columns.map(definition).join(', ')})`);
  else
    for (const column of missingColumns(existing, columns))
      database.exec(`ALTER TABLE ${name} ADD COLUMN ${definition(column)}`);
}

/**
 * Refuses a dataset with more columns than a table can have.
 * @throws PipewrightError `invalid-input`
 */
export function refuseTooManyColumns(
  table: string,
  existing: SqliteTable | undefined,
  columns: readonly InferredColumn[],
): void {
  const count = existing
    ? existing.columns.length + existing.calculated.length + missingColumns(existing, columns).length
    : columns.length;
  if (count <= maxColumns) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service: 'SQLite',
    message: `The table “${table}” would have ${count} columns, but SQLite allows ${maxColumns}.`,
    hint: 'The table was not changed. Load fewer columns, or load into a database that allows more.',
  });
}
