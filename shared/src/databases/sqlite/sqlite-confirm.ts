import type { DatabaseSync } from 'node:sqlite';
import { valuesChangedError, verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { UpsertCounts } from '../../datasets/load/table-load.ts';
import { stagedAlias, tableAlias } from '../sql-dialect.ts';
import { staging, type SqliteMerge } from './sqlite-merge.ts';
import type { SqliteTable } from './sqlite-table.ts';

/** A move of staged rows into their table. */
export interface ConfirmedMove {
  database: DatabaseSync;
  merge: SqliteMerge;
  /** Display name of the table. */
  table: string;
  /** The table before the load. */
  existing: SqliteTable | undefined;
  /** Number of staged rows. */
  loaded: number;
  /** Whether the old rows are deleted first. */
  replaces: boolean;
  /** Whether rows are merged by their key. */
  merges: boolean;
}

/**
 * Moves rows, and verifies that the table has them. Without triggers and ON CONFLICT clauses, the counts of SQLite are
 * enough; otherwise the rows are compared value by value.
 * @param move returns the counts of SQLite
 * @throws PipewrightError `rows-changed`
 */
export function moveConfirmed(confirmed: ConfirmedMove, move: () => UpsertCounts): UpsertCounts {
  const { database, merge, table, existing, loaded, replaces, merges } = confirmed;
  const causes = [
    ...(existing?.triggers ?? []).map((name) => `trigger “${name}”`),
    ...(existing?.resolvesConflicts ? ['ON CONFLICT clause'] : []),
  ];
  const confirm = (held: number): void =>
    verifyRowCount({ service: 'SQLite', table, actual: held, expected: loaded, causes });
  if (causes.length === 0) {
    const moved = move();
    if (!merges) confirm(moved.inserted);
    return moved;
  }
  const count = (sql: string): number => Number(database.prepare(sql).get()?.['rows']);
  const rows = (): number => count(`SELECT count(*) AS rows FROM ${merge.table}`);
  const numbered = existing?.columns.find((column) => column.numbered)?.name;
  const same = merge.sameRow(numbered);
  database.exec(merge.indexRows);
  const found = (): number =>
    count(
      `SELECT count(*) AS rows FROM ${merge.table} AS ${tableAlias} WHERE EXISTS (SELECT 1 FROM ${staging} AS ${stagedAlias} WHERE ${same})`,
    );
  const staged = (condition: string): number =>
    count(
      `SELECT count(DISTINCT ${stagedAlias}.rowid) AS rows FROM ${merge.table} AS ${tableAlias} CROSS JOIN ${staging} AS ${stagedAlias} ON ${condition}`,
    );
  const rowsBefore = replaces ? 0 : rows();
  const foundBefore = replaces || merges ? 0 : found();
  const merged = merges ? staged(merge.sameKey) : 0;
  const moved = move();
  confirm(merged + rows() - rowsBefore);
  const held = merges ? staged(same) : found() - foundBefore;
  if (held !== loaded) throw valuesChangedError('SQLite', table, causes);
  return moved;
}
