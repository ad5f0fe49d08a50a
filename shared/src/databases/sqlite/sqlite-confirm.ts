import type { DatabaseSync } from 'node:sqlite';
import { valuesChangedError, verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { UpsertCounts } from '../../datasets/load/target.ts';
import { staging, type MoveStatements } from './sqlite-statements.ts';
import type { SqliteTable } from './sqlite-table.ts';

/** What is confirmed. */
export interface ConfirmedMove {
  database: DatabaseSync;
  statements: MoveStatements;
  /** Name of the table, for people. */
  table: string;
  /** The table as it stands. */
  existing: SqliteTable | undefined;
  /** Staged rows. */
  loaded: number;
  /** Whether the table is emptied before. */
  replaces: boolean;
  /** Whether rows are merged into those that have the same key. */
  merges: boolean;
}

/**
 * Moves rows, and makes sure that the table then holds them. Where nothing of the table can drop or change rows, SQLite's
 * own count of the rows that it wrote says so; where a trigger or ON CONFLICT can, they are compared value by value.
 * @param move gives what SQLite counts
 * @throws PipewrightError `rows-changed`
 */
export function moveConfirmed(confirmed: ConfirmedMove, move: () => UpsertCounts): UpsertCounts {
  const { database, statements, table, existing, loaded, replaces, merges } = confirmed;
  const causes = [
    ...(existing?.triggers ?? []).map((name) => `trigger “${name}”`),
    ...(existing?.resolvesConflicts ? ['ON CONFLICT clause'] : []),
  ];
  const refuse = (held: number): void =>
    verifyRowCount({ service: 'SQLite', table, actual: held, expected: loaded, causes });
  if (causes.length === 0) {
    const moved = move();
    if (!merges) refuse(moved.inserted);
    return moved;
  }
  const count = (sql: string): number => Number(database.prepare(sql).get()?.['rows']);
  const rows = (): number => count(`SELECT count(*) AS rows FROM ${statements.table}`);
  const numbered = existing?.columns.find((column) => column.numbered)?.name;
  const same = statements.sameRow(numbered);
  database.exec(statements.indexRows);
  const found = (): number =>
    count(
      `SELECT count(*) AS rows FROM ${statements.table} AS old WHERE EXISTS (SELECT 1 FROM ${staging} AS new WHERE ${same})`,
    );
  const staged = (condition: string): number =>
    count(
      `SELECT count(DISTINCT new.rowid) AS rows FROM ${statements.table} AS old CROSS JOIN ${staging} AS new ON ${condition}`,
    );
  const rowsBefore = replaces ? 0 : rows();
  const foundBefore = replaces || merges ? 0 : found();
  const merged = merges ? staged(statements.sameKey) : 0;
  const moved = move();
  refuse(merged + rows() - rowsBefore);
  const held = merges ? staged(same) : found() - foundBefore;
  if (held !== loaded) throw valuesChangedError('SQLite', table, causes);
  return moved;
}
