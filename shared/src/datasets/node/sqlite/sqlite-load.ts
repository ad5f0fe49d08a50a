import { isUtf8 } from 'node:buffer';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PipewrightError } from '../../../host/error.ts';
import type { InferredColumn } from '../../types/column.ts';
import type { CsvBlock } from '../../csv/csv-block.ts';
import type { Reject } from '../../csv/csv-scanner.ts';
import type { ExistingColumn, LoadMode, LoadRecord, TableLoad, Upserted } from '../../load/target.ts';
import { keyError } from '../load-records.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { inSqlite, whenFree } from './sqlite-error.ts';
import { keepLoad } from './sqlite-records.ts';
import { bindingsOf, firstBinding, insertRows, stagedValue, type Binding } from './sqlite-rows.ts';
import { readSqliteColumns, refuseCascades } from './sqlite-table.ts';
import { isCarried, sqliteType } from './sqlite-types.ts';

const stagingFile = 'pipewright_staging';
const staging = `${stagingFile}.rows`;

/** A database without a name is a temporary file of its own. It needs no journal: it is gone after a crash anyway. */
const attachStaging = `ATTACH '' AS ${stagingFile}; PRAGMA ${stagingFile}.journal_mode = OFF;
  PRAGMA ${stagingFile}.cache_size = -4000`;

/** What a load works with. */
interface SqliteLoadOptions {
  table: string;
  mode: LoadMode;
  key: readonly string[];
  existing: readonly ExistingColumn[] | undefined;
  earlier: LoadRecord | undefined;
}

/**
 * A load into SQLite: the rows go into a temporary table in a file of its own, so that the database can be read and
 * written meanwhile; it is locked only while they are moved into the table, in one transaction.
 */
export class SqliteLoad implements TableLoad {
  readonly existing: readonly ExistingColumn[] | undefined;
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly earlier: LoadRecord | undefined;
  readonly #mode: LoadMode;
  readonly #key: readonly string[];
  /** Columns of the staging table, as the first rows made them. */
  #staged: readonly InferredColumn[] = [];
  #bindings: Binding[] = [];
  #insert: StatementSync | undefined;
  #attached = false;
  #done = false;

  constructor(database: DatabaseSync, { table, mode, key, existing, earlier }: SqliteLoadOptions) {
    this.#database = database;
    this.#table = table;
    this.#mode = mode;
    this.#key = key;
    this.existing = existing;
    this.earlier = earlier;
  }

  async countBefore(): Promise<number> {
    const row = await whenFree(() => this.#database.prepare(`SELECT count(*) AS rows FROM ${this.#name}`).get());
    return Number(row?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    this.#staged = columns;
    this.#bindings = columns.map(firstBinding);
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    inSqlite(() => this.#database.exec(attachStaging));
    this.#attached = true;
    await whenFree(() => {
      if (this.existing && this.#added(columns).length === 0) {
        // Made from the table, the staging table has its types, and SQLite can move whole rows.
        this.#database.exec(`CREATE TABLE ${staging} AS SELECT ${names} FROM ${this.#name} WHERE 0`);
      } else {
        const list = columns.map((column) => `${quoted(column.name)} ${isCarried(column) ? sqliteType(column) : 'TEXT'}`);
        this.#database.exec(`CREATE TABLE ${staging} (${list.join(', ')})`);
      }
    });
    inSqlite(() => this.#database.exec('BEGIN'));
    this.#insert = this.#database.prepare(`INSERT INTO ${staging} VALUES (${columns.map(() => '?').join(', ')})`);
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) {
      throw new PipewrightError({
        code: 'bad-csv',
        message: 'The file is not in UTF-8.',
        hint: 'Save it as CSV in UTF-8. The table is as it was.',
      });
    }
    this.#refuseWider(columns);
    const bindings = bindingsOf(this.#staged, columns, this.#bindings);
    this.#bindings = bindings.map((binding, index) => (this.#isKnown(columns[index]) ? (this.#bindings[index] as Binding) : binding));
    const insert = this.#insert;
    if (insert) inSqlite(() => insertRows(block, this.#bindings, insert));
  }

  async count(): Promise<number> {
    // Rows are numbered from 1 as they come, and none is taken out again.
    const row = inSqlite(() => this.#database.prepare(`SELECT max(rowid) AS rows FROM ${staging}`).get());
    return Number(row?.['rows'] ?? 0);
  }

  async publish(columns: readonly InferredColumn[], record?: LoadRecord, rejects: readonly Reject[] = []): Promise<Upserted | undefined> {
    inSqlite(() => this.#database.exec('COMMIT'));
    await whenFree(() => this.#database.exec('BEGIN IMMEDIATE'));
    const upserted = inSqlite(() => {
      this.#refuseChanges();
      for (const column of this.#added(columns)) this.#database.exec(`ALTER TABLE ${this.#name} ADD COLUMN ${quoted(column.name)} ${sqliteType(column)}`);
      const merges = this.#mode === 'upsert' && this.existing !== undefined;
      if (!this.existing) {
        const list = columns.map((column) => `${quoted(column.name)} ${sqliteType(column)}`).join(', ');
        this.#database.exec(`CREATE TABLE ${this.#name} (${list})`);
      } else if (this.#mode === 'replace') {
        refuseCascades(this.#database, this.#table);
        // Rows that others refer to may go and come again within the transaction.
        this.#database.exec(`PRAGMA defer_foreign_keys = ON; DELETE FROM ${this.#name}`);
      }
      if (merges) this.#checkKey(staging);
      const merged = merges ? this.#merge(columns) : undefined;
      if (!merges) this.#database.exec(this.#move(columns));
      if (!merges && this.#key.length > 0) this.#checkKey(this.#name);
      if (record) keepLoad(this.#database, record, rejects);
      return merged;
    });
    await whenFree(() => this.#database.exec('COMMIT'));
    this.#done = true;
    this.#dropStaging();
    return upserted;
  }

  /** The key must tell the rows apart: those of the dataset where they are merged, else those of the whole table. */
  #checkKey(rows: string): void {
    const key = this.#key.map(quoted);
    const empty = this.#database.prepare(`SELECT 1 FROM ${rows} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`).get();
    if (empty) throw keyError('SQLite', this.#key, undefined);
    const twice = this.#database.prepare(`SELECT ${key.join(" || ', ' || ")} AS value FROM ${rows} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`).get();
    if (twice) throw keyError('SQLite', this.#key, String(twice['value']));
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  #merge(columns: readonly InferredColumn[]): Upserted {
    const all = columns.map(({ name }) => quoted(name));
    const key = this.#key.map(quoted);
    const same = key.map((name) => `old.${name} = new.${name}`).join(' AND ');
    const others = columns.filter(({ name }) => !this.#key.includes(name)).map(({ name }) => `${quoted(name)} = new.${quoted(name)}`);
    this.#database.exec(`CREATE INDEX ${stagingFile}.pipewright_key ON rows (${key.join(', ')})`);
    const run = (sql: string): number => Number(this.#database.prepare(sql).run().changes);
    const updated = others.length > 0 ? run(`UPDATE ${this.#name} AS old SET ${others.join(', ')} FROM ${staging} AS new WHERE ${same}`) : 0;
    const inserted = run(`INSERT INTO ${this.#name} (${all.join(', ')}) SELECT ${all.map((name) => `new.${name}`).join(', ')} FROM ${staging} AS new WHERE NOT EXISTS (SELECT 1 FROM ${this.#name} AS old WHERE ${same}) ORDER BY new.rowid`);
    return { updated, inserted };
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#dropStaging();
    if (record) await whenFree(() => keepLoad(this.#database, record, []));
  }

  /** Whether the table has a column already. */
  #isKnown(column: InferredColumn | undefined): boolean {
    return this.existing?.some(({ name }) => name === column?.name) ?? false;
  }

  /** The columns that a table which is there is to get. */
  #added(columns: readonly InferredColumn[]): InferredColumn[] {
    return this.existing ? columns.filter((column) => !this.#isKnown(column)) : [];
  }

  /** SQLite cannot change the type of a column. */
  #refuseWider(columns: readonly InferredColumn[]): void {
    const wider = columns.find(({ name, type }) => this.existing?.some((known) => known.name === name && known.type !== type));
    if (!wider) return;
    throw new PipewrightError({
      code: 'bad-input',
      service: 'SQLite',
      message: `The column “${wider.name}” of the table “${this.#table}” would have to become ${wider.type}, and SQLite cannot change the type of a column.`,
      hint: 'The table is as it was. Load into another table, or correct the values.',
    });
  }

  get #name(): string {
    return `main.${quoted(this.#table)}`;
  }

  /** The statement that fills the table: SQLite moves whole rows where nothing about them changes. */
  #move(columns: readonly InferredColumn[]): string {
    const from = `FROM ${staging} ORDER BY rowid`;
    const all = columns.map(({ name }) => name);
    if (this.existing && this.#added(columns).length === 0) {
      const inOrder =
        this.existing.length === all.length && this.existing.every(({ name }, index) => name === all[index]);
      if (inOrder) return `INSERT INTO ${this.#name} SELECT * FROM ${staging}`;
      return `INSERT INTO ${this.#name} (${all.map(quoted).join(', ')}) SELECT * ${from}`;
    }
    const values = columns.map((column, index) => {
      return stagedValue(this.#staged[index] as InferredColumn, column, this.#bindings[index] as Binding);
    });
    if (this.existing) return `INSERT INTO ${this.#name} (${all.map(quoted).join(', ')}) SELECT ${values.join(', ')} ${from}`;
    const same = values.every((value, index) => value === quoted(all[index] as string));
    return same
      ? `INSERT INTO ${this.#name} SELECT * FROM ${staging}`
      : `INSERT INTO ${this.#name} SELECT ${values.join(', ')} ${from}`;
  }

  /** The table may have been made or changed while the rows were staged. */
  #refuseChanges(): void {
    const now = readSqliteColumns(this.#database, this.#table);
    if (JSON.stringify(now) === JSON.stringify(this.existing)) return;
    const what = this.existing ? 'changed' : 'made';
    throw new PipewrightError({
      code: this.existing ? 'conflict' : 'table-exists',
      service: 'SQLite',
      message: `The table “${this.#table}” was ${what} by another program during the load.`,
      hint: 'It is as that program left it. Run the step again.',
      retryable: true,
    });
  }

  /** The staging file is deleted by SQLite as soon as nobody holds it. */
  #dropStaging(): void {
    if (!this.#attached) return;
    this.#attached = false;
    inSqlite(() => this.#database.exec(`DETACH ${stagingFile}`));
  }
}
