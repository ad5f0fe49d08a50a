import { isUtf8 } from 'node:buffer';
import type { DatabaseSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import type { TableLoad, UpsertCounts } from '../../datasets/load/table-load.ts';
import { reasonAgainst } from '../capabilities.ts';
import { notUtf8Error } from '../load-errors.ts';
import type { LoadRecords } from '../load-records.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { stagedAlias } from '../sql-dialect.ts';
import { typeOfAffinity } from './sqlite-affinity.ts';
import { sqliteCapabilities } from './sqlite-capabilities.ts';
import { moveConfirmed } from './sqlite-confirm.ts';
import { explainConstraint } from './sqlite-constraint.ts';
import { explainSqlite, inSqlite } from './sqlite-error.ts';
import { evolveSqlite, refuseTooManyColumns } from './sqlite-evolve.ts';
import { whenUnlocked } from './sqlite-lock.ts';
import { SqliteMerge, stagedName, staging, stagingFile, type MovedColumn } from './sqlite-merge.ts';
import {
  bindingsOf,
  firstBinding,
  insertRows,
  prepareInsert,
  stagedValue,
  type Binding,
  type RowInsert,
} from './sqlite-rows.ts';
import { readSqliteTable, refuseCascades, type SqliteColumn, type SqliteTable } from './sqlite-table.ts';
import { isStagedAsType } from './sqlite-text.ts';
import { sqliteType } from './sqlite-types.ts';

/**
 * A database without a name is a temporary file. It needs no journal: it does not survive a crash anyway. Pages of 16 KB take a
 * fifth less time to write and to read than those of 4 KB.
 */
const attachStaging = `ATTACH '' AS ${stagingFile}; PRAGMA ${stagingFile}.page_size = 16384;
  PRAGMA ${stagingFile}.journal_mode = OFF; PRAGMA ${stagingFile}.cache_size = -4000`;

/** What a load works with. */
interface SqliteLoadOptions {
  table: string;
  mode: LoadMode;
  key: readonly string[];
  existing: SqliteTable | undefined;
  /** The collations of the columns, where rows are merged by a key. */
  collations: ReadonlyMap<string, string>;
  records: LoadRecords;
  earlier: LoadRecord | undefined;
}

/**
 * A load into SQLite: rows are staged in a temporary file, so that other connections can use the database during the load.
 * It is locked only while the rows are moved into the table, in one transaction.
 */
export class SqliteLoad implements TableLoad {
  readonly existing: readonly SqliteColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  readonly emptyIsNull = true;
  readonly cannotWiden = reasonAgainst(sqliteCapabilities.changeTypes);
  readonly previousLoad: LoadRecord | undefined;
  readonly #database: DatabaseSync;
  readonly #options: SqliteLoadOptions;
  readonly #table: string;
  /** Columns of the staging table, as inferred from the first rows. */
  #staged: readonly InferredColumn[] = [];
  #bindings: Binding[] = [];
  #insert: RowInsert | undefined;
  #attached = false;
  #done = false;

  constructor(database: DatabaseSync, options: SqliteLoadOptions) {
    this.#database = database;
    this.#options = options;
    this.#table = options.table;
    this.existing = options.existing?.columns;
    this.generatedColumns = options.existing?.calculated ?? [];
    this.previousLoad = options.earlier;
  }

  async countExistingRows(): Promise<number> {
    const row = await whenUnlocked(() =>
      this.#database.prepare(`SELECT count(*) AS rows FROM main.${quoted(this.#table)}`).get(),
    );
    return Number(row?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    refuseTooManyColumns(this.#table, this.#options.existing, columns);
    this.#staged = columns;
    this.#bindings = columns.map((column) => this.#known(column)?.binding ?? firstBinding(column));
    inSqlite(() => this.#database.exec(attachStaging));
    this.#attached = true;
    inSqlite(() => {
      this.#database.exec(
        `CREATE TABLE ${staging} (${columns.map((column, index) => `${stagedName(index)} ${this.#stagedType(column)}`).join(', ')})`,
      );
      this.#database.exec('BEGIN');
      this.#insert = prepareInsert(this.#database, staging, this.#bindings);
    });
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) throw notUtf8Error();
    const bindings = bindingsOf(this.#staged, columns, this.#bindings);
    this.#bindings = bindings.map((binding, index) => this.#known(columns[index])?.binding ?? binding);
    const insert = this.#insert;
    if (insert) inSqlite(() => insertRows(block, this.#bindings, insert));
  }

  async count(): Promise<number> {
    // Rows are numbered from 1, and none is deleted.
    const row = inSqlite(() => this.#database.prepare(`SELECT max(rowid) AS rows FROM ${staging}`).get());
    return Number(row?.['rows'] ?? 0);
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const loaded = await this.count();
    inSqlite(() => this.#database.exec('COMMIT'));
    await whenUnlocked(() => this.#database.exec('BEGIN IMMEDIATE'));
    const { existing, mode, key, records } = this.#options;
    const merges = mode === 'upsert' && existing !== undefined;
    const moved = this.#movedColumns(columns);
    const merge = new SqliteMerge(this.#table, moved, key);
    const explain = (error: unknown): unknown =>
      explainSqlite(
        explainConstraint(error, {
          database: this.#database,
          table: this.#table,
          columns: moved,
          loaded,
          moves: merge.forOneRow(merges),
        }),
      );
    try {
      this.#refuseChanges();
      evolveSqlite(this.#database, this.#table, existing, columns);
      if (existing && mode === 'replace') refuseCascades(this.#database, this.#table);
      // Rows may reference each other, and rows that others reference may be deleted and inserted again.
      this.#database.exec('PRAGMA defer_foreign_keys = ON');
      if (merges) await merge.checkKey(this.#database, merges);
      const counted = moveConfirmed(
        {
          database: this.#database,
          merge,
          table: this.#table,
          existing,
          loaded,
          merges,
          replaces: mode === 'replace',
        },
        () => this.#move(merge, columns, merges),
      );
      if (!merges && key.length > 0) await merge.checkKey(this.#database, merges);
      if (record) await records.keep(record, rejects);
      await whenUnlocked(() => this.#commit(explain));
      this.#done = true;
      this.#dropStaging();
      return merges ? counted : undefined;
    } catch (error) {
      throw explain(error);
    }
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#dropStaging();
    if (record) await this.#options.records.keep(record, []);
  }

  #commit(explain: (error: unknown) => unknown): void {
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      throw explain(error);
    }
  }

  /** Moves the rows, and returns the counts of SQLite. */
  #move(merge: SqliteMerge, columns: readonly InferredColumn[], merges: boolean): UpsertCounts {
    const run = (sql: string): number => Number(this.#database.prepare(sql).run().changes);
    if (merges) {
      this.#database.exec(merge.indexKey);
      const { update } = merge;
      return { updated: update === undefined ? 0 : run(update), inserted: run(merge.insertMissing) };
    }
    if (this.existing && this.#options.mode === 'replace') this.#database.exec(`DELETE FROM ${merge.table}`);
    return { updated: 0, inserted: run(this.#isCopy(columns) ? merge.copy : merge.insert) };
  }

  /** Whether the staging table has the same columns as the table, so that whole rows can be copied. */
  #isCopy(columns: readonly InferredColumn[]): boolean {
    const inOrder =
      !this.existing ||
      (this.existing.length === columns.length &&
        this.existing.every(({ name }, index) => name === columns[index]?.name));
    return inOrder && this.#movedColumns(columns).every(({ staged, value }) => value === `${stagedAlias}.${staged}`);
  }

  #movedColumns(columns: readonly InferredColumn[]): MovedColumn[] {
    return columns.map((column, index) => {
      const staged = stagedName(index);
      const stagedColumn = `${stagedAlias}.${staged}`;
      const value = this.#known(column)
        ? stagedColumn
        : stagedValue(this.#staged[index] ?? column, column, this.#bindings[index] ?? 'text', stagedColumn);
      return { name: column.name, staged, value };
    });
  }

  /** The column of the existing table, if there is one. */
  #known(column: InferredColumn | undefined): SqliteColumn | undefined {
    return this.existing?.find(({ name }) => name === column?.name);
  }

  /** The type of a staged column, which stores values as the table does. */
  #stagedType(column: InferredColumn): string {
    const known = this.#known(column);
    if (!known) return isStagedAsType(column) ? sqliteType(column) : 'TEXT';
    const collation = this.#options.key.includes(known.name) ? this.#options.collations.get(known.name) : undefined;
    return `${typeOfAffinity(known.affinity)}${collation === undefined ? '' : ` COLLATE ${quoted(collation)}`}`;
  }

  /** Refuses a table that was created or changed while the rows were staged. */
  #refuseChanges(): void {
    const { existing } = this.#options;
    const now = readSqliteTable(this.#database, this.#table);
    if (now?.sql === existing?.sql && now?.triggers.length === existing?.triggers.length) return;
    throw new PipewrightError({
      code: existing ? 'conflict' : 'table-exists',
      service: 'SQLite',
      message: `Another program ${existing ? 'changed' : 'created'} the table “${this.#table}” during the load.`,
      hint: 'This load did not change the table. Run the step again.',
      retryable: true,
    });
  }

  /** SQLite deletes the staging file when no connection has it attached. */
  #dropStaging(): void {
    if (!this.#attached) return;
    this.#attached = false;
    inSqlite(() => this.#database.exec(`DETACH ${stagingFile}`));
  }
}
