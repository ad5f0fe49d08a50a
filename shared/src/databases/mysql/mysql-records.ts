import { createHash } from 'node:crypto';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadRecord } from '../../datasets/load/target.ts';
import {
  defineLoads,
  defineRejects,
  loadsColumns,
  loadsTable,
  readRecord,
  rejectsColumns,
  rejectsTable,
  rejectValuesOf,
  valuesOf,
  type RecordTypes,
} from '../load-records.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import type { MysqlSession } from './mysql-session.ts';
import { letters, longText } from './mysql-types.ts';

const types: RecordTypes = { word: `varchar(191) ${letters}`, text: longText, moment: 'datetime(3)', number: 'double' };

const rowsOfInsert = 200;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * What tables are called in which rows of a table wait; case is left out, for some servers do not tell names apart by it.
 */
export function stagingPrefix(table: string): string {
  return `pipewright_staging_${hash(table.toLowerCase())}_`;
}

/** The table in which the rows of a load wait once it is about to be published: by its name it is known what became of it. */
export function stagingOf(table: string, loadId: string): string {
  return stagingPrefix(table) + hash(loadId);
}

/** The tables in which loads are kept, in one database. */
export class MysqlRecords {
  readonly #session: MysqlSession;
  readonly #schema: string;
  readonly #connect: () => Promise<MysqlSession>;

  /**
   * @param schema the database, not quoted
   * @param connect opens another connection: to make a table would commit what this one has begun
   */
  constructor(session: MysqlSession, schema: string, connect: () => Promise<MysqlSession>) {
    this.#session = session;
    this.#schema = schema;
    this.#connect = connect;
  }

  /** The load of a table that is kept under an ID, unless it failed. */
  async find(table: string, loadId: string): Promise<LoadRecord | undefined> {
    if (!(await this.exists(loadsTable))) return undefined;
    const { rows } = await this.#session.run(
      `SELECT ${loadsColumns} FROM ${this.#name(loadsTable)} WHERE table_name = ? AND load_id = ? AND status = 'done'`,
      [table, loadId],
    );
    return rows[0] && readRecord(rows[0]);
  }

  /** Keeps a load, in place of one that failed, and the rows that it left out. */
  async keep(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.#make(loadsTable, defineLoads(types));
    const names = loadsColumns.split(', ');
    const values = valuesOf(record).map((value, index) => (names[index] === 'loaded_at' ? new Date(value) : value));
    const changes = names.map((name) => `${name} = VALUES(${name})`).join(', ');
    await this.#session.run(
      `INSERT INTO ${this.#name(loadsTable)} (${loadsColumns}) VALUES (${names.map(() => '?').join(', ')}) ON DUPLICATE KEY UPDATE ${changes}`,
      values,
    );
    if (rejects.length === 0) return;
    await this.#make(rejectsTable, defineRejects(types));
    const places = `(${rejectsColumns
      .split(', ')
      .map(() => '?')
      .join(', ')})`;
    for (let at = 0; at < rejects.length; at += rowsOfInsert) {
      const rows = rejects.slice(at, at + rowsOfInsert).map((reject) => rejectValuesOf(record, reject));
      await this.#session.run(
        `INSERT INTO ${this.#name(rejectsTable)} (${rejectsColumns}) VALUES ${rows.map(() => places).join(', ')}`,
        rows.flat(),
      );
    }
  }

  /** Keeps a load that is about to be published by a statement that cannot stand in one transaction with its record. */
  async intend(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.#make(loadsTable, defineLoads(types));
    if (rejects.length > 0) await this.#make(rejectsTable, defineRejects(types));
    await this.#session.run('START TRANSACTION');
    await this.keep({ ...record, status: 'publishing' }, rejects);
    await this.#session.run('COMMIT');
  }

  /** Says that a load that was about to be published has been. */
  async finish(table: string, loadId: string): Promise<void> {
    await this.#session.run(
      `UPDATE ${this.#name(loadsTable)} SET status = 'done' WHERE table_name = ? AND load_id = ?`,
      [table, loadId],
    );
  }

  /** Says that a load that was about to be published was not; the rows that it left out are not kept. */
  async withdraw(table: string, loadId: string): Promise<void> {
    if (await this.exists(rejectsTable))
      await this.#session.run(`DELETE FROM ${this.#name(rejectsTable)} WHERE table_name = ? AND load_id = ?`, [
        table,
        loadId,
      ]);
    await this.#session.run(
      `UPDATE ${this.#name(loadsTable)} SET status = 'failed', row_count = 0, checksum = '' WHERE table_name = ? AND load_id = ?`,
      [table, loadId],
    );
  }

  /**
   * Finds out what became of loads whose process ended while it published them: where the table in which their rows
   * waited is still there, it was not renamed. Only whoever holds the lock of the table may ask.
   */
  async settle(table: string): Promise<void> {
    if (!(await this.exists(loadsTable))) return;
    const { rows } = await this.#session.run(
      `SELECT load_id FROM ${this.#name(loadsTable)} WHERE table_name = ? AND status = 'publishing'`,
      [table],
    );
    for (const row of rows) {
      const loadId = String(row['load_id']);
      if (await this.exists(stagingOf(table, loadId))) await this.withdraw(table, loadId);
      else await this.finish(table, loadId);
    }
  }

  /** Whether there is a table of a name. */
  async exists(table: string): Promise<boolean> {
    const { rows } = await this.#session.run(
      'SELECT 1 AS yes FROM information_schema.tables WHERE table_schema = ? AND table_name = ?',
      [this.#schema, table],
    );
    return rows.length > 0;
  }

  async #make(table: string, definition: string): Promise<void> {
    if (await this.exists(table)) return;
    const other = await this.#connect();
    try {
      const key =
        other.server.needsPrimaryKey && table === rejectsTable
          ? ', reject_id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY'
          : '';
      await other.run(
        `CREATE TABLE IF NOT EXISTS ${this.#name(table)} (${definition}${key}) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
      );
    } finally {
      await other.close();
    }
  }

  #name(table: string): string {
    return `${quoted(this.#schema)}.${table}`;
  }
}
