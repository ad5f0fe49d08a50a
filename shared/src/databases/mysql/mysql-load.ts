import { randomBytes } from 'node:crypto';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import { verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { LoadMode, LoadRecord, TableLoad, UpsertCounts } from '../../datasets/load/target.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { changeTable } from './mysql-change.ts';
import { checkKey, insertRows, mergeRows } from './mysql-merge.ts';
import { stagingOf, stagingPrefix, type MysqlRecords } from './mysql-records.ts';
import { MysqlRows } from './mysql-rows.ts';
import type { MysqlSession } from './mysql-session.ts';
import { refuseCascades, type MysqlColumn } from './mysql-table.ts';

/** What a load works with. */
interface MysqlLoadOptions {
  session: MysqlSession;
  /** Database and table, not quoted. */
  schema: string;
  table: string;
  records: MysqlRecords;
  mode: LoadMode;
  delimiter: string;
  key: readonly string[];
  evolve: boolean;
  existing: readonly MysqlColumn[] | undefined;
  /** Columns of the table that the server calculates. */
  calculated: readonly string[];
  /** Triggers that may change the rows of this load, for people; as far as the user may know of them. */
  triggers: readonly string[];
  earlier: LoadRecord | undefined;
  /** Lets others load into the table. */
  release(): Promise<void>;
}

/**
 * A load into MySQL or MariaDB. Rows for a table that is there go straight into it, within a transaction; those that are
 * replaced are deleted in it, so that readers keep the old ones meanwhile. Rows that are merged, or whose table is to
 * change, wait in a temporary table first. A new table is filled under another name and gets its own by RENAME, for
 * MySQL makes no table within a transaction.
 */
export class MysqlLoad implements TableLoad {
  readonly existing: readonly MysqlColumn[] | undefined;
  readonly previousLoad: LoadRecord | undefined;
  readonly generatedColumns: readonly string[];
  readonly #options: MysqlLoadOptions;
  /** The table, quoted. */
  readonly #name: string;
  readonly #rows: MysqlRows;
  /** Takes the changes of the table back. */
  #undo: (() => Promise<void>) | undefined;
  /** Where the rows of a new table are, once they are about to be published, quoted. */
  #renamed: string | undefined;
  #done = false;

  constructor(options: MysqlLoadOptions) {
    const { session, schema, table, delimiter, mode, key, evolve, existing = [], triggers } = options;
    this.#options = options;
    this.existing = options.existing;
    this.previousLoad = options.earlier;
    this.generatedColumns = options.calculated;
    this.#name = `${quoted(schema)}.${quoted(table)}`;
    // Only rows that wait can be compared with what a trigger makes of them.
    const direct = this.existing !== undefined && mode !== 'upsert' && !evolve && triggers.length === 0;
    this.#rows = new MysqlRows({
      session,
      delimiter,
      key,
      known: existing,
      evolves: evolve,
      temporary: this.existing !== undefined,
      table: direct ? this.#name : undefined,
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
    await this.#leave();
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
      // First said, then dropped: a load that is about to be published and has no table any more would pass for done.
      if (this.#renamed && record) await records.withdraw(record.table, record.loadId);
      if (record) await records.keep(record, []);
      if (!this.existing && this.#staged) await session.run(`DROP TABLE IF EXISTS ${this.#staged}`);
    } finally {
      await this.#leave();
    }
  }

  /** Where rows wait, quoted; undefined where none do. */
  get #staged(): string | undefined {
    return this.#renamed ?? (this.#rows.name === this.#name ? undefined : this.#rows.name);
  }

  /** From here on nothing of the table changes for others until the commit. */
  async #begin(): Promise<void> {
    const { session, schema, table, mode } = this.#options;
    if (mode === 'replace') await refuseCascades(session, schema, table);
    await session.run('START TRANSACTION');
    if (mode === 'replace') await session.run(`DELETE FROM ${this.#name}`);
  }

  /** Makes rows of a table that was there visible, with their record, by one commit. */
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
      if (merges) await checkKey(session, staged, key);
      if (evolve) this.#undo = await changeTable(session, this.#name, existing, columns);
      await this.#begin();
      const waiting = { name: table, table: this.#name, staged, columns, key, existing, triggers };
      const merged = merges ? await mergeRows(session, waiting) : undefined;
      const held = merged ? merged.held : await insertRows(session, waiting);
      upserted = merged && { updated: merged.updated, inserted: merged.inserted };
      verifyRowCount({ service: 'MySQL', table, actual: held, expected: await this.count(), causes: triggers });
    }
    if (!merges && key.length > 0) await checkKey(session, this.#name, key);
    if (record) await records.keep(record, rejects);
    await session.run('COMMIT');
    this.#done = true;
    return upserted;
  }

  /** Gives a new table its name. */
  async #publishTable(
    columns: readonly InferredColumn[],
    record: LoadRecord | undefined,
    rejects: readonly Reject[],
  ): Promise<undefined> {
    const { session, records, schema, table, mode, key } = this.#options;
    await this.#rows.settle(columns);
    if (key.length > 0) await checkKey(session, this.#staged ?? '', key);
    if (mode === 'upsert') await this.#rows.index();
    if (record) {
      const renamed = `${quoted(schema)}.${quoted(stagingOf(table, record.loadId))}`;
      await session.run(`RENAME TABLE ${this.#staged ?? ''} TO ${renamed}`);
      this.#renamed = renamed;
      await records.intend(record, rejects);
    }
    await session.run(`RENAME TABLE ${this.#staged ?? ''} TO ${this.#name}`);
    this.#done = true;
    // The table is there: that its record still says otherwise is for the next load to put right.
    if (record) await records.finish(table, record.loadId).catch(() => undefined);
  }

  /** Leaves the session as the next load needs it. */
  async #leave(): Promise<void> {
    const { session, release } = this.#options;
    if (this.existing && this.#staged)
      await session.run(`DROP TEMPORARY TABLE IF EXISTS ${this.#staged}`).catch(() => undefined);
    await release().catch(() => undefined);
  }
}
