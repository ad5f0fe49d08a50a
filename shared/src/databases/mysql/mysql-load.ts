import { randomBytes } from 'node:crypto';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import { verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import type { TableLoad, UpsertCounts } from '../../datasets/load/table-load.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { evolveMysql } from './mysql-evolve.ts';
import { checkMysqlKey, insertRows, mergeRows } from './mysql-merge.ts';
import { stagingOf, stagingPrefix, type MysqlRecords } from './mysql-records.ts';
import { MysqlRows } from './mysql-rows.ts';
import type { MysqlSession } from './mysql-session.ts';
import { refuseCascades, type MysqlColumn } from './mysql-table.ts';

/** What a load works with. */
interface MysqlLoadOptions {
  session: MysqlSession;
  /** The database and the table, not quoted. */
  schema: string;
  table: string;
  records: MysqlRecords;
  mode: LoadMode;
  key: readonly string[];
  evolve: boolean;
  existing: readonly MysqlColumn[] | undefined;
  /** Generated columns of the table. */
  calculated: readonly string[];
  /** Display names of the triggers, as far as visible to the user, that may change the rows of this load. */
  triggers: readonly string[];
  earlier: LoadRecord | undefined;
  /** Releases the lock of the table. */
  release(): Promise<void>;
}

/**
 * A load into MySQL or MariaDB. Rows for an existing table are written into it in a transaction; a replacement deletes the
 * old rows in it, so that readers still see them. Rows that are merged, or whose table evolves, are staged in a temporary
 * table. A new table is filled under another name and renamed, because CREATE TABLE commits.
 */
export class MysqlLoad implements TableLoad {
  readonly existing: readonly MysqlColumn[] | undefined;
  readonly previousLoad: LoadRecord | undefined;
  readonly generatedColumns: readonly string[];
  readonly #options: MysqlLoadOptions;
  /** The table, quoted. */
  readonly #name: string;
  readonly #rows: MysqlRows;
  /** Undoes the changes of the table. */
  #undo: (() => Promise<void>) | undefined;
  /** The staging table of a new table that is about to be published, quoted. */
  #renamed: string | undefined;
  #done = false;

  constructor(options: MysqlLoadOptions) {
    const { session, schema, table, mode, key, evolve, existing = [], triggers } = options;
    this.#options = options;
    this.existing = options.existing;
    this.previousLoad = options.earlier;
    this.generatedColumns = options.calculated;
    this.#name = `${quoted(schema)}.${quoted(table)}`;
    // Only staged rows can be compared with the rows as changed by a trigger.
    const isDirect = this.existing !== undefined && mode !== 'upsert' && !evolve && triggers.length === 0;
    this.#rows = new MysqlRows({
      session,
      key,
      known: existing,
      evolves: evolve,
      temporary: this.existing !== undefined,
      table: isDirect ? this.#name : undefined,
      nameOf: () => `${quoted(schema)}.${quoted(stagingPrefix(table) + randomBytes(8).toString('hex'))}`,
    });
  }

  async countExistingRows(): Promise<number> {
    const { rows } = await this.#options.session.run(`SELECT count(*) AS number FROM ${this.#name}`);
    return Number(rows[0]?.['number'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    if (this.#rows.name === this.#name) await this.#begin();
    await this.#rows.open(columns);
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    await this.#rows.write(block, columns);
  }

  async count(): Promise<number> {
    return this.#rows.end();
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const upserted = this.existing
      ? await this.#publishRows(columns, record, rejects)
      : await this.#publishTable(columns, record, rejects);
    await this.#cleanUp();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    const { session, records } = this.#options;
    try {
      await this.#rows.abort();
      await session.run('ROLLBACK');
      await this.#undo?.();
      // Recorded before the staging table is dropped: without it, the load would count as published.
      if (this.#renamed && record) await records.recordUnpublished(record.table, record.loadId);
      if (record) await records.keep(record, []);
      if (!this.existing && this.#staged) await session.run(`DROP TABLE IF EXISTS ${this.#staged}`);
    } finally {
      await this.#cleanUp();
    }
  }

  /** The staging table, quoted; undefined where rows are not staged. */
  get #staged(): string | undefined {
    return this.#renamed ?? (this.#rows.name === this.#name ? undefined : this.#rows.name);
  }

  /** Begins the transaction that publishes the rows. */
  async #begin(): Promise<void> {
    const { session, schema, table, mode } = this.#options;
    if (mode === 'replace') await refuseCascades(session, schema, table);
    await session.run('START TRANSACTION');
    if (mode === 'replace') await session.run(`DELETE FROM ${this.#name}`);
  }

  /** Publishes the rows of an existing table with their record, by one COMMIT. */
  async #publishRows(
    columns: readonly InferredColumn[],
    record: LoadRecord | undefined,
    rejects: readonly Reject[],
  ): Promise<UpsertCounts | undefined> {
    const { session, records, table, mode, key, evolve, existing = [], triggers } = this.#options;
    const merges = mode === 'upsert';
    let upserted: UpsertCounts | undefined;
    if (this.#rows.name !== this.#name) {
      await this.#rows.settle(columns);
      const staged = this.#staged ?? '';
      if (merges) await this.#rows.index();
      if (merges) await checkMysqlKey(session, staged, key);
      if (evolve) this.#undo = await evolveMysql(session, this.#name, existing, columns);
      await this.#begin();
      const rows = { name: table, table: this.#name, staged, columns, key, existing, triggers };
      const merged = merges ? await mergeRows(session, rows) : undefined;
      const held = merged ? merged.held : await insertRows(session, rows);
      upserted = merged && { updated: merged.updated, inserted: merged.inserted };
      verifyRowCount({ service: 'MySQL', table, actual: held, expected: await this.count(), causes: triggers });
    }
    if (!merges && key.length > 0) await checkMysqlKey(session, this.#name, key);
    if (record) await records.keep(record, rejects);
    await session.run('COMMIT');
    this.#done = true;
    return upserted;
  }

  /** Publishes a new table by renaming the staging table. */
  async #publishTable(
    columns: readonly InferredColumn[],
    record: LoadRecord | undefined,
    rejects: readonly Reject[],
  ): Promise<undefined> {
    const { session, records, schema, table, mode, key } = this.#options;
    await this.#rows.settle(columns);
    if (key.length > 0) await checkMysqlKey(session, this.#staged ?? '', key);
    if (mode === 'upsert') await this.#rows.index();
    if (record) {
      const renamed = `${quoted(schema)}.${quoted(stagingOf(table, record.loadId))}`;
      await session.run(`RENAME TABLE ${this.#staged ?? ''} TO ${renamed}`);
      this.#renamed = renamed;
      await records.recordPublishing(record, rejects);
    }
    await session.run(`RENAME TABLE ${this.#staged ?? ''} TO ${this.#name}`);
    this.#done = true;
    // The table is published: if its record cannot be updated, the next load settles it.
    if (record) await records.recordPublished(table, record.loadId).catch(() => undefined);
  }

  /** Prepares the session for the next load. */
  async #cleanUp(): Promise<void> {
    const { session, release } = this.#options;
    if (this.existing && this.#staged)
      await session.run(`DROP TEMPORARY TABLE IF EXISTS ${this.#staged}`).catch(() => undefined);
    await release().catch(() => undefined);
  }
}
