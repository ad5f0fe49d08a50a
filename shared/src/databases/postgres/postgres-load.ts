import { createHash, randomBytes } from 'node:crypto';
import { PipewrightError, withDetails } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import { verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { LoadMode, LoadRecord, TableLoad, UpsertCounts } from '../../datasets/load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import type { PostgresColumn } from './postgres-columns.ts';
import { checkPostgresKey, service, temporary, PostgresMerge } from './postgres-merge.ts';
import type { PostgresRecords } from './postgres-records.ts';
import { PostgresRows } from './postgres-rows.ts';
import type { PostgresSession } from './postgres-session.ts';
import { convertStaged, stagedDefinitions, verifyStaged } from './postgres-staging.ts';
import type { PostgresTable } from './postgres-table.ts';
import { widenPostgres } from './postgres-widen.ts';

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
  /** The table's name as it was asked for. */
  tableName: string;
  records: PostgresRecords;
  mode: LoadMode;
  delimiter: string;
  key: readonly string[];
  evolve: boolean;
  known: PostgresTable | undefined;
  earlier: LoadRecord | undefined;
}

/**
 * A load into PostgreSQL within one transaction, which is all the staging it needs: nobody sees the rows before COMMIT,
 * and nobody ever sees them after ROLLBACK. Rows are copied straight into the table; those that are replaced are
 * deleted first, not truncated, so that readers keep the old ones meanwhile. Rows wait in a temporary table when they
 * are merged, when the table is to change, when the server must verify their values, or when triggers or rules may
 * change them; a new table that comes over several connections is filled under another name.
 */
export class PostgresLoad implements TableLoad {
  readonly existing: readonly PostgresColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  readonly previousLoad: LoadRecord | undefined;
  readonly emptyIsNull = true;
  readonly #options: PostgresLoadOptions;
  readonly #session: PostgresSession;
  readonly #more: readonly PostgresSession[];
  /** With its schema, quoted. */
  readonly #table: string;
  readonly #mode: LoadMode;
  readonly #causes: readonly string[];
  /** Where the rows are copied to: the table itself, or one from which it is filled or made. */
  #into: string;
  #rows: PostgresRows | undefined;
  #taken = 0;
  #done = false;

  constructor(options: PostgresLoadOptions) {
    const { session, more, schema, table, mode, known, earlier } = options;
    this.#options = options;
    this.#session = session;
    this.#more = more;
    this.#table = `${schema}.${table}`;
    this.#mode = mode;
    this.#causes = known?.causes ?? [];
    this.existing = known?.columns;
    this.generatedColumns = known?.calculated ?? [];
    this.previousLoad = earlier;
    this.#into = more.length > 0 ? `${schema}.${this.#sharedNames}_${randomBytes(4).toString('hex')}` : this.#table;
  }

  async countExistingRows(): Promise<number> {
    const { rows } = await this.#session.run(`SELECT count(*) AS rows FROM ${this.#table}`);
    return Number(rows[0]?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    const { existing } = this;
    const { delimiter, evolve } = this.#options;
    if (existing && this.#mustWait(columns, existing)) this.#into = temporary;
    if (existing && this.#into === this.#table && this.#mode === 'replace') await this.#deleteRows();
    const [first = this.#session] = this.#more;
    this.#rows = new PostgresRows({
      name: this.#into,
      session: first,
      sessions: this.#more.length > 0 ? this.#more : [this.#session],
      delimiter,
      settled: existing !== undefined,
    });
    await this.#rows.open(columns, async (definitions) => {
      if (this.#into === temporary) {
        for (const statement of stagedDefinitions(this.#table, columns, existing ?? [], evolve))
          await this.#session.run(statement);
      } else if (!existing) {
        if (this.#more.length > 0) await this.#dropShared(first);
        await first.run(`CREATE TABLE ${this.#into} (${definitions.join(', ')})`);
      }
    });
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    await this.#rows?.write(block, columns);
  }

  async count(): Promise<number> {
    this.#taken = (await this.#rows?.end()) ?? 0;
    return this.#taken;
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const { records, table } = this.#options;
    await this.#rows?.settle(columns, this.#session);
    const upserted = this.#into === temporary ? await this.#publishStaged(columns) : await this.#publishCopied();
    if (this.#more.length > 0) await this.#session.run(`ALTER TABLE ${this.#into} RENAME TO ${table}`);
    if (record) await records.keep(record, rejects);
    await this.#commit();
    this.#done = true;
    await this.#closeMore();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#rows?.abort();
    await this.#session.run('ROLLBACK').catch(() => undefined);
    const [session] = this.#more;
    if (session) await session.run(`DROP TABLE IF EXISTS ${this.#into}`).catch(() => undefined);
    await this.#closeMore();
    if (record) await this.#options.records.keep(record, []);
  }

  /** A connection that breaks here leaves open whether the server has published the rows. */
  async #commit(): Promise<void> {
    try {
      await this.#session.run('COMMIT');
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'unavailable') throw error;
      throw withDetails(error, {
        hint: 'The connection broke while the rows were being published: either all of them are in the table or none. With a load key, running the step again is safe.',
      });
    }
  }

  /** Whether rows for a table that exists must not go straight into it. */
  #mustWait(columns: readonly InferredColumn[], existing: readonly PostgresColumn[]): boolean {
    const isVerified = ({ name }: InferredColumn): boolean =>
      existing.some((column) => column.name === name && column.verified);
    return this.#mode === 'upsert' || this.#options.evolve || this.#causes.length > 0 || columns.some(isVerified);
  }

  /** Rows that were copied straight to where they belong: nothing but the server's own count can have changed them. */
  async #publishCopied(): Promise<undefined> {
    const { key, tableName } = this.#options;
    if (key.length > 0) await checkPostgresKey(this.#session, key, this.#into);
    verifyRowCount({ service, table: tableName, actual: this.#taken, expected: this.#taken });
  }

  async #publishStaged(columns: readonly InferredColumn[]): Promise<UpsertCounts | undefined> {
    const { key, evolve, tableName } = this.#options;
    const existing = this.existing ?? [];
    await verifyStaged(this.#session, columns, existing);
    if (evolve) await widenPostgres({ session: this.#session, table: this.#table, tableName, columns, existing });
    const rows = await convertStaged(this.#session, this.#table, columns, existing, evolve);
    const merges = this.#mode === 'upsert';
    if (merges && key.length > 0) await checkPostgresKey(this.#session, key, rows);
    const numbered = existing.some(
      ({ name, numbered: isNumbered }) => isNumbered && columns.some((column) => column.name === name),
    );
    const merge = new PostgresMerge({
      session: this.#session,
      table: this.#table,
      tableName,
      rows,
      columns: columns.map(({ name }) => name),
      key,
      causes: this.#causes,
      numbered,
    });
    const upserted = merges
      ? await merge.upsert()
      : await merge.insert(this.#taken, this.#mode === 'replace' ? () => this.#deleteRows() : undefined);
    if (!merges && key.length > 0) await checkPostgresKey(this.#session, key, this.#table);
    return upserted;
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
    const { rows } = await session.run(
      'SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND starts_with(relname, $2)',
      [this.#options.schema, this.#sharedNames],
    );
    for (const { name } of rows) await session.run(`DROP TABLE ${String(name)}`);
  }

  async #closeMore(): Promise<void> {
    await Promise.all(this.#more.map((session) => session.close()));
  }
}
