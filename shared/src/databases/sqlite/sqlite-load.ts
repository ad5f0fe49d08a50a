import { isUtf8 } from 'node:buffer';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadMode, LoadRecord, TableLoad, UpsertCounts } from '../../datasets/load/target.ts';
import { keyError } from '../load-records.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { typeOfAffinity } from './sqlite-affinity.ts';
import { moveConfirmed } from './sqlite-confirm.ts';
import { explainConstraint } from './sqlite-constraint.ts';
import { explainSqlite, inSqlite, whenFree } from './sqlite-error.ts';
import { keepLoad } from './sqlite-records.ts';
import { bindingsOf, firstBinding, insertRows, stagedValue, type Binding } from './sqlite-rows.ts';
import { MoveStatements, stagedName, staging, stagingFile, type MovedColumn } from './sqlite-statements.ts';
import { readSqliteTable, refuseCascades, type SqliteColumn, type SqliteTable } from './sqlite-table.ts';
import { isCarried, sqliteType } from './sqlite-types.ts';

/** A database without a name is a temporary file of its own. It needs no journal: it is gone after a crash anyway. */
const attachStaging = `ATTACH '' AS ${stagingFile}; PRAGMA ${stagingFile}.journal_mode = OFF;
  PRAGMA ${stagingFile}.cache_size = -4000`;

/** Columns that a table can have. @see https://www.sqlite.org/limits.html#max_column */
const maxColumns = 2000;

/** What a load works with. */
interface SqliteLoadOptions {
  table: string;
  mode: LoadMode;
  key: readonly string[];
  existing: SqliteTable | undefined;
  /** What the table compares its columns by, where rows are merged by a key. */
  collations: ReadonlyMap<string, string>;
  earlier: LoadRecord | undefined;
}

/**
 * A load into SQLite: the rows go into a temporary table in a file of its own, so that the database can be read and
 * written meanwhile; it is locked only while they are moved into the table, in one transaction.
 */
export class SqliteLoad implements TableLoad {
  readonly existing: readonly SqliteColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  readonly emptyIsNull = true;
  readonly previousLoad: LoadRecord | undefined;
  readonly #database: DatabaseSync;
  readonly #options: SqliteLoadOptions;
  readonly #table: string;
  /** Columns of the staging table, as the first rows made them. */
  #staged: readonly InferredColumn[] = [];
  #bindings: Binding[] = [];
  #insert: StatementSync | undefined;
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
    const row = await whenFree(() =>
      this.#database.prepare(`SELECT count(*) AS rows FROM main.${quoted(this.#table)}`).get(),
    );
    return Number(row?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    this.#refuseTooMany(columns);
    this.#staged = columns;
    this.#bindings = columns.map((column) => this.#known(column)?.binding ?? firstBinding(column));
    inSqlite(() => this.#database.exec(attachStaging));
    this.#attached = true;
    inSqlite(() => {
      this.#database.exec(
        `CREATE TABLE ${staging} (${columns.map((column, place) => `${stagedName(place)} ${this.#stagedType(column)}`).join(', ')})`,
      );
      this.#database.exec('BEGIN');
      this.#insert = this.#database.prepare(`INSERT INTO ${staging} VALUES (${columns.map(() => '?').join(', ')})`);
    });
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) {
      throw new PipewrightError({
        code: 'bad-csv',
        message: 'The file is not in UTF-8.',
        hint: 'Save it as CSV in UTF-8. The table was not changed.',
      });
    }
    const bindings = bindingsOf(this.#staged, columns, this.#bindings);
    this.#bindings = bindings.map((binding, index) => this.#known(columns[index])?.binding ?? binding);
    const insert = this.#insert;
    if (insert) inSqlite(() => insertRows(block, this.#bindings, insert));
  }

  async count(): Promise<number> {
    // Rows are numbered from 1 as they come, and none is taken out again.
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
    await whenFree(() => this.#database.exec('BEGIN IMMEDIATE'));
    const { existing, mode, key } = this.#options;
    const merges = mode === 'upsert' && existing !== undefined;
    const moved = this.#movedColumns(columns);
    const statements = new MoveStatements(this.#table, moved, key);
    const broken = {
      database: this.#database,
      table: this.#table,
      columns: moved,
      loaded,
      moves: merges
        ? [statements.update(true) ?? [], statements.insertMissing(true)].flat()
        : [statements.insert(true)],
    };
    const explained = <T>(work: () => T): T => {
      try {
        return work();
      } catch (error) {
        throw explainSqlite(explainConstraint(error, broken));
      }
    };
    const upserted = explained(() => {
      this.#refuseChanges();
      this.#makeRoom(columns);
      // Rows may refer to each other, and rows that others refer to may be deleted and inserted again.
      this.#database.exec('PRAGMA defer_foreign_keys = ON');
      if (merges)
        this.#checkKey(
          staging,
          moved.filter(({ name }) => key.includes(name)).map(({ staged }) => staged),
        );
      const counted = moveConfirmed(
        {
          database: this.#database,
          statements,
          table: this.#table,
          existing,
          loaded,
          merges,
          replaces: mode === 'replace',
        },
        () => this.#move(statements, columns, merges),
      );
      if (!merges && key.length > 0) this.#checkKey(statements.table, key.map(quoted));
      if (record) keepLoad(this.#database, record, rejects);
      return merges ? counted : undefined;
    });
    await whenFree(() => explained(() => this.#database.exec('COMMIT')));
    this.#done = true;
    this.#dropStaging();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#dropStaging();
    if (record) await whenFree(() => keepLoad(this.#database, record, []));
  }

  /** Makes the table, or gives it the columns that it lacks. */
  #makeRoom(columns: readonly InferredColumn[]): void {
    const defined = (column: InferredColumn): string => `${quoted(column.name)} ${sqliteType(column)}`;
    const name = `main.${quoted(this.#table)}`;
    for (const column of this.#added(columns)) this.#database.exec(`ALTER TABLE ${name} ADD COLUMN ${defined(column)}`);
    if (!this.existing) this.#database.exec(`CREATE TABLE ${name} (${columns.map(defined).join(', ')})`);
    else if (this.#options.mode === 'replace') refuseCascades(this.#database, this.#table);
  }

  /** Moves the rows; gives what SQLite says that it wrote. */
  #move(statements: MoveStatements, columns: readonly InferredColumn[], merges: boolean): UpsertCounts {
    const run = (sql: string): number => Number(this.#database.prepare(sql).run().changes);
    if (merges) {
      this.#database.exec(statements.indexKey);
      const update = statements.update();
      return { updated: update === undefined ? 0 : run(update), inserted: run(statements.insertMissing()) };
    }
    if (this.existing && this.#options.mode === 'replace') this.#database.exec(`DELETE FROM ${statements.table}`);
    return { updated: 0, inserted: run(this.#isCopy(columns) ? statements.copy : statements.insert()) };
  }

  /** Whether the staging table is like the table, column by column, so that whole rows can be copied. */
  #isCopy(columns: readonly InferredColumn[]): boolean {
    const inOrder =
      !this.existing ||
      (this.existing.length === columns.length &&
        this.existing.every(({ name }, index) => name === columns[index]?.name));
    return inOrder && this.#movedColumns(columns).every(({ staged, value }) => value === `new.${staged}`);
  }

  #movedColumns(columns: readonly InferredColumn[]): MovedColumn[] {
    return columns.map((column, place) => {
      const staged = stagedName(place);
      const value = this.#known(column)
        ? `new.${staged}`
        : stagedValue(this.#staged[place] ?? column, column, this.#bindings[place] ?? 'text', `new.${staged}`);
      return { name: column.name, staged, value };
    });
  }

  /** The key must tell the rows apart: those of the dataset where they are merged, else those of the whole table. */
  #checkKey(rows: string, key: readonly string[]): void {
    const empty = this.#database
      .prepare(`SELECT 1 FROM ${rows} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`)
      .get();
    if (empty) throw keyError('SQLite', this.#options.key, undefined);
    const twice = this.#database
      .prepare(
        `SELECT ${key.join(" || ', ' || ")} AS value FROM ${rows} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`,
      )
      .get();
    if (twice) throw keyError('SQLite', this.#options.key, String(twice['value']));
  }

  /** The column of the table, where it has it. */
  #known(column: InferredColumn | undefined): SqliteColumn | undefined {
    return this.existing?.find(({ name }) => name === column?.name);
  }

  /** The columns that an existing table is to get. */
  #added(columns: readonly InferredColumn[]): InferredColumn[] {
    return this.existing ? columns.filter((column) => !this.#known(column)) : [];
  }

  /** The type of a staged column: it stores values as the table does. */
  #stagedType(column: InferredColumn): string {
    const known = this.#known(column);
    if (!known) return isCarried(column) ? sqliteType(column) : 'TEXT';
    const collation = this.#options.key.includes(known.name) ? this.#options.collations.get(known.name) : undefined;
    return `${typeOfAffinity(known.affinity)}${collation === undefined ? '' : ` COLLATE ${quoted(collation)}`}`;
  }

  #refuseTooMany(columns: readonly InferredColumn[]): void {
    const { existing } = this.#options;
    const count = existing
      ? existing.columns.length + existing.calculated.length + this.#added(columns).length
      : columns.length;
    if (count <= maxColumns) return;
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: `The table “${this.#table}” would have ${count} columns, and SQLite allows ${maxColumns}.`,
      hint: 'The table was not changed. Leave out columns, or load into a database that allows more.',
    });
  }

  /** The table may have been created or changed while the rows were staged. */
  #refuseChanges(): void {
    const { existing } = this.#options;
    const now = readSqliteTable(this.#database, this.#table);
    if (now?.sql === existing?.sql && now?.triggers.length === existing?.triggers.length) return;
    throw new PipewrightError({
      code: existing ? 'conflict' : 'table-exists',
      service: 'SQLite',
      message: `Another program ${existing ? 'changed' : 'created'} the table “${this.#table}” during the load.`,
      hint: 'The table is as that program left it. Run the step again.',
      retryable: true,
    });
  }

  /** SQLite deletes the staging file as soon as no connection holds it. */
  #dropStaging(): void {
    if (!this.#attached) return;
    this.#attached = false;
    inSqlite(() => this.#database.exec(`DETACH ${stagingFile}`));
  }
}
