import { createHash, randomBytes } from 'node:crypto';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import { verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import type { TableLoad, UpsertCounts } from '../../datasets/load/table-load.ts';
import { cascadeError, explainCommit } from '../load-errors.ts';
import type { LoadRecords } from '../load-records.ts';
import { evolvePostgres } from './postgres-evolve.ts';
import { checkPostgresKey, PostgresMerge } from './postgres-merge.ts';
import { PostgresRows } from './postgres-rows.ts';
import type { PostgresSession } from './postgres-session.ts';
import { convertStaged, stagedDefinitions, stagingTable, verifyStaged } from './postgres-staging.ts';
import type { PostgresColumn } from './postgres-rules.ts';
import type { PostgresTable } from './postgres-table.ts';

const service = 'PostgreSQL';

/** Prefix of the staging tables that are filled over several connections. */
const sharedPrefix = 'pipewright_staging_';

/** What a load works with. */
interface PostgresLoadOptions {
  session: PostgresSession;
  /** Further connections, over which a new table is filled in parallel. */
  parallel: readonly PostgresSession[];
  /** Quoted, the table without its schema. */
  schema: string;
  table: string;
  /** The table as requested. */
  tableName: string;
  records: LoadRecords;
  mode: LoadMode;
  key: readonly string[];
  evolve: boolean;
  known: PostgresTable | undefined;
  earlier: LoadRecord | undefined;
}

/**
 * A load into PostgreSQL in one transaction: no other session sees the rows before COMMIT. Rows are copied directly into
 * the table; a replacement deletes the old rows and does not truncate, so that readers still see them. Rows are staged in
 * a temporary table when they are merged, when the table evolves, when the server must verify their values, or when
 * triggers or rules may change them. A new table over several connections is filled under another name.
 */
export class PostgresLoad implements TableLoad {
  readonly existing: readonly PostgresColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  readonly previousLoad: LoadRecord | undefined;
  readonly emptyIsNull = true;
  readonly #options: PostgresLoadOptions;
  readonly #session: PostgresSession;
  readonly #parallel: readonly PostgresSession[];
  /** With its schema, quoted. */
  readonly #table: string;
  readonly #mode: LoadMode;
  readonly #causes: readonly string[];
  /** Where the rows are copied: the table itself, or a staging table. */
  #into: string;
  #rows: PostgresRows | undefined;
  #copied = 0;
  #done = false;

  constructor(options: PostgresLoadOptions) {
    const { session, parallel, schema, table, mode, known, earlier } = options;
    this.#options = options;
    this.#session = session;
    this.#parallel = parallel;
    this.#table = `${schema}.${table}`;
    this.#mode = mode;
    this.#causes = known?.causes ?? [];
    this.existing = known?.columns;
    this.generatedColumns = known?.calculated ?? [];
    this.previousLoad = earlier;
    this.#into =
      parallel.length > 0 ? `${schema}.${this.#sharedPrefix}_${randomBytes(4).toString('hex')}` : this.#table;
  }

  async countExistingRows(): Promise<number> {
    const { rows } = await this.#session.run(`SELECT count(*) AS rows FROM ${this.#table}`);
    return Number(rows[0]?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    const { existing } = this;
    const { evolve } = this.#options;
    if (existing && this.#mustStage(columns, existing)) this.#into = stagingTable;
    if (existing && this.#into === this.#table && this.#mode === 'replace') await this.#deleteRows();
    const [first = this.#session] = this.#parallel;
    this.#rows = new PostgresRows({
      name: this.#into,
      session: first,
      sessions: this.#parallel.length > 0 ? this.#parallel : [this.#session],
      typesAreFixed: existing !== undefined,
    });
    await this.#rows.open(columns, async (definitions) => {
      if (this.#into === stagingTable) {
        for (const statement of stagedDefinitions(this.#table, columns, existing ?? [], evolve))
          await this.#session.run(statement);
      } else if (!existing) {
        if (this.#parallel.length > 0) await this.#dropShared(first);
        await first.run(`CREATE TABLE ${this.#into} (${definitions.join(', ')})`);
      }
    });
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    await this.#rows?.write(block, columns);
  }

  async count(): Promise<number> {
    this.#copied = (await this.#rows?.end()) ?? 0;
    return this.#copied;
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const { records, table } = this.#options;
    await this.#rows?.settle(columns, this.#session);
    const upserted = this.#into === stagingTable ? await this.#publishStaged(columns) : await this.#publishCopied();
    if (this.#parallel.length > 0) await this.#session.run(`ALTER TABLE ${this.#into} RENAME TO ${table}`);
    if (record) await records.keep(record, rejects);
    await this.#commit();
    this.#done = true;
    await this.#closeParallel();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#rows?.abort();
    await this.#session.run('ROLLBACK').catch(() => undefined);
    const [session] = this.#parallel;
    if (session) await session.run(`DROP TABLE IF EXISTS ${this.#into}`).catch(() => undefined);
    await this.#closeParallel();
    if (record) await this.#options.records.keep(record, []);
  }

  async #commit(): Promise<void> {
    await this.#session.run('COMMIT').catch((error: unknown) => {
      throw explainCommit(error);
    });
  }

  /** Whether rows for an existing table must be staged first. */
  #mustStage(columns: readonly InferredColumn[], existing: readonly PostgresColumn[]): boolean {
    const isVerified = ({ name }: InferredColumn): boolean =>
      existing.some((column) => column.name === name && column.verified);
    return this.#mode === 'upsert' || this.#options.evolve || this.#causes.length > 0 || columns.some(isVerified);
  }

  /** Publishes rows that were copied directly into the table, where only the server's own count matters. */
  async #publishCopied(): Promise<undefined> {
    const { key, tableName } = this.#options;
    if (key.length > 0) await checkPostgresKey(this.#session, key, this.#into);
    verifyRowCount({ service, table: tableName, actual: this.#copied, expected: this.#copied });
  }

  async #publishStaged(columns: readonly InferredColumn[]): Promise<UpsertCounts | undefined> {
    const { key, evolve, tableName } = this.#options;
    const existing = this.existing ?? [];
    await verifyStaged(this.#session, columns, existing);
    if (evolve) await evolvePostgres({ session: this.#session, table: this.#table, tableName, columns, existing });
    const rows = await convertStaged(this.#session, this.#table, columns, existing, evolve);
    const merges = this.#mode === 'upsert';
    if (merges && key.length > 0) await checkPostgresKey(this.#session, key, rows);
    const overridesIdentity = existing.some(
      ({ name, isIdentity }) => isIdentity && columns.some((column) => column.name === name),
    );
    const merge = new PostgresMerge({
      session: this.#session,
      table: this.#table,
      tableName,
      rows,
      columns: columns.map(({ name }) => name),
      key,
      causes: this.#causes,
      overridesIdentity,
    });
    const upserted = merges
      ? await merge.upsert()
      : await merge.insert(this.#copied, this.#mode === 'replace' ? () => this.#deleteRows() : undefined);
    if (!merges && key.length > 0) await checkPostgresKey(this.#session, key, this.#table);
    return upserted;
  }

  /** Deletes all rows, unless a foreign key would propagate the deletion to another table. */
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

  /** Prefix of the staging tables of this table, also those of killed loads: this load holds the lock of all of them. */
  get #sharedPrefix(): string {
    return sharedPrefix + createHash('sha256').update(this.#table).digest('hex').slice(0, 16);
  }

  async #dropShared(session: PostgresSession): Promise<void> {
    const { rows } = await session.run(
      'SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND starts_with(relname, $2)',
      [this.#options.schema, this.#sharedPrefix],
    );
    for (const { name } of rows) await session.run(`DROP TABLE ${String(name)}`);
  }

  async #closeParallel(): Promise<void> {
    await Promise.all(this.#parallel.map((session) => session.close()));
  }
}
