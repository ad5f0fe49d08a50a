import { PipewrightError } from '../../host/error.ts';
import type { LoadRecord } from '../../datasets/load/target.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
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
import { takeAppLock } from './sql-server-lock.ts';
import { explainTakenName } from './sql-server-hidden-table.ts';
import { SqlServerBulk, type TextRow } from './sql-server-bulk.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/** Two words make the primary key, which 900 bytes must hold. */
const longestWord = 225;

/** Words are compared byte by byte: two load keys that differ in a capital are two. */
const types: RecordTypes = {
  word: `nvarchar(${longestWord}) COLLATE Latin1_General_100_BIN2`,
  text: 'nvarchar(max)',
  moment: 'datetimeoffset(3)',
  number: 'float',
};

/** Where rows that were left out wait for the transaction that publishes the load. */
const waiting = '#pipewright_rejects';

const waitingColumns = rejectsColumns.split(', ').map((name) => ({ name, length: Infinity }));

/** The tables in which loads are kept, in one schema. */
export class SqlServerRecords {
  readonly #session: SqlServerSession;
  readonly #schema: string;

  /** @param schema quoted */
  constructor(session: SqlServerSession, schema: string) {
    this.#session = session;
    this.#schema = schema;
  }

  /**
   * The load of a table that is kept under an ID, unless it failed.
   * @throws PipewrightError `bad-input` for an ID that is too long to be kept
   */
  async find(table: string, loadId: string): Promise<LoadRecord | undefined> {
    if (loadId.length > longestWord) {
      throw new PipewrightError({
        code: 'bad-input',
        service: 'SQL Server',
        message: `The load key is too long: SQL Server keeps ${longestWord} characters.`,
        hint: 'Use a shorter one, such as the ID of an event.',
      });
    }
    if (!(await this.#exists(loadsTable))) return undefined;
    const [row] = await this.#session.run(
      `SELECT ${loadsColumns} FROM ${this.#name(loadsTable)} WHERE table_name = @table AND load_id = @load AND status <> N'failed'`,
      { table, load: loadId },
    );
    return row && readRecord(row);
  }

  /** Sends rows that were left out to the server, where nobody else sees them. */
  async prepare(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    const definitions = waitingColumns.map(({ name }) => `${name} nvarchar(max) COLLATE DATABASE_DEFAULT NULL`);
    await this.#session.run(`DROP TABLE IF EXISTS ${waiting}; CREATE TABLE ${waiting} (${definitions.join(', ')})`);
    const bulk = new SqlServerBulk(this.#session, waiting, waitingColumns);
    await bulk.write(
      rejects.map(
        (reject): TextRow => rejectValuesOf(record, reject).map((value) => (value === null ? null : String(value))),
      ),
    );
    await bulk.end();
  }

  /**
   * Keeps a load, in place of one that failed, and what `prepare` sent; within a transaction.
   * @param withRejects whether something was sent
   */
  async keep(record: LoadRecord, withRejects: boolean): Promise<void> {
    await this.#make(loadsTable, defineLoads(types));
    const names = loadsColumns.split(', ');
    const values = Object.fromEntries(valuesOf(record).map((value, index) => [names[index] as string, value]));
    await this.#session.run(
      `DELETE FROM ${this.#name(loadsTable)} WHERE table_name = @table_name AND load_id = @load_id; INSERT INTO ${this.#name(loadsTable)} (${loadsColumns}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
      values,
    );
    if (!withRejects) return;
    await this.#make(rejectsTable, defineRejects(types));
    const sent = rejectsColumns.split(', ').map((name) => (name === 'line' ? 'CONVERT(bigint, line)' : name));
    await this.#session.run(
      `INSERT INTO ${this.#name(rejectsTable)} (${rejectsColumns}) SELECT ${sent.join(', ')} FROM ${waiting}`,
    );
  }

  /** Two loads that make the same table at once would fail on each other. */
  async #make(table: string, definition: string): Promise<void> {
    if (await this.#exists(table)) return;
    await takeAppLock(this.#session, { resource: 'pipewright records', owner: 'Transaction', table });
    if (await this.#exists(table)) return;
    await this.#session.run(`CREATE TABLE ${this.#name(table)} (${definition})`).catch(async (error: unknown) => {
      throw await explainTakenName(this.#session, this.#name(table), error);
    });
  }

  async #exists(table: string): Promise<boolean> {
    const [row] = await this.#session.run("SELECT OBJECT_ID(@name, N'U') AS id", { name: this.#name(table) });
    return row?.['id'] !== null;
  }

  #name(table: string): string {
    return `${this.#schema}.[${table}]`;
  }
}
