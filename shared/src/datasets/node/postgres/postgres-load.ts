import { createHash, randomBytes } from 'node:crypto';
import type { InferredColumn } from '../../types/column.ts';
import type { CsvBlock } from '../../csv/csv-block.ts';
import type { Reject } from '../../csv/csv-scanner.ts';
import type { ExistingColumn, LoadMode, LoadRecord, TableLoad, Upserted } from '../../load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import { keyError } from '../load-records.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import type { PostgresRecords } from './postgres-records.ts';
import { PostgresRows } from './postgres-rows.ts';
import type { PostgresSession } from './postgres-session.ts';
import { postgresType, takes } from './postgres-types.ts';

/** Where rows wait that are merged into others, or whose table is changed first. */
const temporary = 'pg_temp.pipewright_staging';

/** Names of tables that are filled over several connections begin so. */
const sharedPrefix = 'pipewright_staging_';

/** What a load works with. */
interface PostgresLoadOptions {
  session: PostgresSession;
  /** Further connections, over which a new table is filled. */
  more: readonly PostgresSession[];
  /** Quoted; the table's name is without its schema. */
  schema: string;
  table: string;
  records: PostgresRecords;
  mode: LoadMode;
  delimiter: string;
  key: readonly string[];
  evolve: boolean;
  existing: readonly ExistingColumn[] | undefined;
  earlier: LoadRecord | undefined;
}

/**
 * A load into PostgreSQL within one transaction, which is all the staging it needs: nobody sees the rows before COMMIT,
 * and nobody ever sees them after ROLLBACK. Rows are copied straight into the table; those that are replaced are
 * deleted first, not truncated, so that readers keep the old ones meanwhile. Rows that are merged, or whose table is to
 * change, wait in a temporary table; a new table that comes over several connections is filled under another name.
 */
export class PostgresLoad implements TableLoad {
  readonly existing: readonly ExistingColumn[] | undefined;
  readonly earlier: LoadRecord | undefined;
  readonly #session: PostgresSession;
  readonly #more: readonly PostgresSession[];
  readonly #schema: string;
  readonly #table: string;
  readonly #records: PostgresRecords;
  readonly #mode: LoadMode;
  readonly #key: readonly string[];
  readonly #evolve: boolean;
  /** Where the rows are copied to: the table itself, or one from which it is filled or made. */
  readonly #into: string;
  readonly #rows: PostgresRows;
  #done = false;

  constructor({ session, more, schema, table, records, mode, delimiter, key, evolve, existing, earlier }: PostgresLoadOptions) {
    this.#session = session;
    this.#more = more;
    this.#schema = schema;
    this.#table = `${schema}.${table}`;
    this.#records = records;
    this.#mode = mode;
    this.#key = key;
    this.#evolve = evolve;
    this.existing = existing;
    this.earlier = earlier;
    const waits = existing !== undefined && (mode === 'upsert' || evolve);
    this.#into = waits ? temporary : more.length > 0 ? `${schema}.${this.#sharedNames}_${randomBytes(4).toString('hex')}` : this.#table;
    const [first = session] = more;
    this.#rows = new PostgresRows({ name: this.#into, session: first, sessions: more.length > 0 ? more : [session], delimiter, known: existing ?? [] });
  }

  async countBefore(): Promise<number> {
    const { rows } = await this.#session.run(`SELECT count(*) AS rows FROM ${this.#table}`);
    return Number(rows[0]?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    const { existing = [] } = this;
    if (this.existing && this.#into === this.#table && this.#mode === 'replace') await this.#deleteRows();
    await this.#rows.open(columns, async (definitions) => {
      if (this.#into === this.#table && this.existing) return;
      if (this.#into === temporary) {
        const names = columns.filter(({ name }) => existing.some((column) => column.name === name)).map(({ name }) => quoted(name));
        await this.#session.run(`CREATE TEMPORARY TABLE ${temporary} ON COMMIT DROP AS SELECT ${names.join(', ')} FROM ${this.#table} WITH NO DATA`);
        if (definitions.length > 0) await this.#session.run(`ALTER TABLE ${temporary} ${definitions.map((definition) => `ADD ${definition}`).join(', ')}`);
      } else {
        const [session = this.#session] = this.#more;
        if (this.#more.length > 0) await this.#dropShared(session);
        await session.run(`CREATE TABLE ${this.#into} (${definitions.join(', ')})`);
      }
    });
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    await this.#rows.write(block, columns);
  }

  async count(): Promise<number> {
    return this.#rows.end();
  }

  async publish(columns: readonly InferredColumn[], record?: LoadRecord, rejects: readonly Reject[] = []): Promise<Upserted | undefined> {
    await this.#rows.settle(columns, this.#session);
    const merges = this.#into === temporary && this.#mode === 'upsert';
    if (this.#into === temporary && this.#evolve) await this.#change(columns);
    if (merges && this.#key.length > 0) await this.#checkKey(temporary);
    const upserted = merges ? await this.#merge(columns) : undefined;
    if (this.#into === temporary && !merges) await this.#insert(columns);
    if (!merges && this.#key.length > 0) await this.#checkKey(this.#into === temporary ? this.#table : this.#into);
    if (this.#more.length > 0) await this.#session.run(`ALTER TABLE ${this.#into} RENAME TO ${this.#table.slice(this.#schema.length + 1)}`);
    if (record) await this.#records.keep(record, rejects);
    await this.#session.run('COMMIT');
    this.#done = true;
    await this.#closeMore();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#rows.abort();
    await this.#session.run('ROLLBACK').catch(() => undefined);
    const [session] = this.#more;
    if (session) await session.run(`DROP TABLE IF EXISTS ${this.#into}`).catch(() => undefined);
    await this.#closeMore();
    if (record) await this.#records.keep(record, []);
  }

  /** The key must tell the rows apart: those of the dataset where they are merged, else those of the whole table. */
  async #checkKey(place: string): Promise<void> {
    const key = this.#key.map(quoted);
    const empty = await this.#session.run(`SELECT 1 FROM ${place} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`);
    if (empty.rows.length > 0) throw keyError('PostgreSQL', this.#key, undefined);
    const twice = await this.#session.run(`SELECT concat_ws(', ', ${key.map((name) => `${name}::text`).join(', ')}) AS value FROM ${place} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`);
    if (twice.rows[0]) throw keyError('PostgreSQL', this.#key, String(twice.rows[0]['value']));
  }

  /** Gives the table the columns that it lacks, and the types that are too narrow. */
  async #change(columns: readonly InferredColumn[]): Promise<void> {
    const changes = columns.flatMap((column) => {
      const name = quoted(column.name);
      const known = this.existing?.find((one) => one.name === column.name);
      if (!known) return [`ADD ${name} ${postgresType(column)}`];
      return takes(known, column) ? [] : [`ALTER ${name} TYPE ${postgresType(column)} USING ${name}::${postgresType(column)}`];
    });
    if (changes.length > 0) await this.#session.run(`ALTER TABLE ${this.#table} ${changes.join(', ')}`);
  }

  /** Puts the rows that waited into the table. */
  async #insert(columns: readonly InferredColumn[]): Promise<void> {
    if (this.#mode === 'replace') await this.#deleteRows();
    const names = columns.map(({ name }) => quoted(name)).join(', ');
    await this.#session.run(`INSERT INTO ${this.#table} (${names}) SELECT ${names} FROM ${temporary}`);
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  async #merge(columns: readonly InferredColumn[]): Promise<Upserted> {
    const all = columns.map(({ name }) => quoted(name));
    const same = this.#key.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(' AND ');
    const others = columns.filter(({ name }) => !this.#key.includes(name)).map(({ name }) => `${quoted(name)} = new.${quoted(name)}`);
    await this.#session.run(`ANALYZE ${temporary}`);
    const matched = others.length > 0 ? await this.#session.run(`UPDATE ${this.#table} old SET ${others.join(', ')} FROM ${temporary} new WHERE ${same}`) : undefined;
    const added = await this.#session.run(`INSERT INTO ${this.#table} (${all.join(', ')}) SELECT ${all.map((name) => `new.${name}`).join(', ')} FROM ${temporary} new WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} old WHERE ${same})`);
    return { updated: matched?.rowCount ?? 0, inserted: added.rowCount ?? 0 };
  }

  /** Deletes all rows; but not where that would reach into other tables. */
  async #deleteRows(): Promise<void> {
    const { rows } = await this.#session.run(
      `SELECT conrelid::regclass::text AS name FROM pg_constraint
       WHERE contype = 'f' AND confrelid = to_regclass($1) AND conrelid <> confrelid
         AND confdeltype IN ('c', 'n', 'd')`,
      [this.#table],
    );
    if (rows[0]) throw cascadeError('PostgreSQL', String(rows[0]['name']));
    await this.#session.run(`DELETE FROM ${this.#table}`);
  }

  /** What tables of earlier loads of this table are called that were killed; this load holds the lock of all of them. */
  get #sharedNames(): string {
    return sharedPrefix + createHash('sha256').update(this.#table).digest('hex').slice(0, 16);
  }

  async #dropShared(session: PostgresSession): Promise<void> {
    const { rows } = await session.run('SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND starts_with(relname, $2)', [this.#schema, this.#sharedNames]);
    for (const { name } of rows) await session.run(`DROP TABLE ${String(name)}`);
  }

  async #closeMore(): Promise<void> {
    await Promise.all(this.#more.map((session) => session.close()));
  }
}
