import { createHash } from 'node:crypto';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import { LoadRecords, loadsTable, rejectsTable } from '../load-records.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import type { MysqlSession } from './mysql-session.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Prefix of the staging tables of a table. Case is ignored, because some servers ignore it in names. */
export function stagingPrefix(table: string): string {
  return `pipewright_staging_${hash(table.toLowerCase())}_`;
}

/** The staging table of a load that is about to be published: whether it still exists shows whether the load was. */
export function stagingOf(table: string, loadId: string): string {
  return stagingPrefix(table) + hash(loadId);
}

/** The load records of one database. CREATE TABLE and RENAME TABLE commit, so a new table has the status `publishing` first. */
export class MysqlRecords extends LoadRecords {
  readonly #session: MysqlSession;

  /**
   * @param schema the database, not quoted
   * @param connect opens another connection: CREATE TABLE would commit the transaction of this one
   */
  constructor(session: MysqlSession, schema: string, connect: () => Promise<MysqlSession>) {
    const qualify = (table: string): string => `${quoted(schema)}.${table}`;
    super(mysqlDialect, {
      run: async (sql, values) => (await session.run(sql, values)).rows,
      qualify,
      async exists(table) {
        const { rows } = await session.run(
          'SELECT 1 AS found FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
          [schema, table],
        );
        return rows.length > 0;
      },
      async create(table, definition) {
        const other = await connect();
        try {
          const key =
            other.server.needsPrimaryKey && table === rejectsTable
              ? ', reject_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY'
              : '';
          await other.run(
            `CREATE TABLE IF NOT EXISTS ${qualify(table)} (${definition}${key}) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
          );
        } finally {
          await other.close();
        }
      },
    });
    this.#session = session;
  }

  /** Records that a load is about to be published by a statement that cannot share a transaction with its record. */
  async recordPublishing(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.make(loadsTable);
    if (rejects.length > 0) await this.make(rejectsTable);
    await this.#session.run('START TRANSACTION');
    await this.keep({ ...record, status: 'publishing' }, rejects);
    await this.#session.run('COMMIT');
  }

  /** Records that a load has been published. */
  async recordPublished(table: string, loadId: string): Promise<void> {
    await this.store.run(
      `UPDATE ${this.store.qualify(loadsTable)} SET status = 'done' WHERE table_name = ? AND load_id = ?`,
      [table, loadId],
    );
  }

  /** Records that a load was not published after all, and deletes its rejected rows. */
  async recordUnpublished(table: string, loadId: string): Promise<void> {
    if (await this.store.exists(rejectsTable))
      await this.store.run(`DELETE FROM ${this.store.qualify(rejectsTable)} WHERE table_name = ? AND load_id = ?`, [
        table,
        loadId,
      ]);
    await this.store.run(
      `UPDATE ${this.store.qualify(loadsTable)} SET status = 'failed', row_count = 0, checksum = '' WHERE table_name = ? AND load_id = ?`,
      [table, loadId],
    );
  }

  /**
   * Settles the records of loads whose process died while publishing: where the staging table still exists, it was not
   * renamed. The caller must hold the lock of the table.
   */
  async settle(table: string): Promise<void> {
    if (!(await this.store.exists(loadsTable))) return;
    const rows = await this.store.run(
      `SELECT load_id FROM ${this.store.qualify(loadsTable)} WHERE table_name = ? AND status = 'publishing'`,
      [table],
    );
    for (const row of rows) {
      const loadId = String(row['load_id']);
      if (await this.store.exists(stagingOf(table, loadId))) await this.recordUnpublished(table, loadId);
      else await this.recordPublished(table, loadId);
    }
  }
}
