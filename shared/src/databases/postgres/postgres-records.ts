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
import type { PostgresSession } from './postgres-session.ts';

const types: RecordTypes = { word: 'text', text: 'text', moment: 'timestamptz', number: 'double precision' };

/** Two loads that make the same table at once would fail on PostgreSQL's own catalogue. Any number of our own. */
const makingLock = 20_261_121;

/** The tables in which loads are kept, in one schema. */
export class PostgresRecords {
  readonly #session: PostgresSession;
  readonly #schema: string;

  /** @param schema quoted */
  constructor(session: PostgresSession, schema: string) {
    this.#session = session;
    this.#schema = schema;
  }

  /** The load of a table that is kept under an ID, unless it failed. */
  async find(table: string, loadId: string): Promise<LoadRecord | undefined> {
    if (!(await this.#exists(loadsTable))) return undefined;
    const { rows } = await this.#session.run(
      `SELECT ${loadsColumns} FROM ${this.#name(loadsTable)} WHERE table_name = $1 AND load_id = $2 AND status <> 'failed'`,
      [table, loadId],
    );
    return rows[0] && readRecord(rows[0]);
  }

  /** Keeps a load, in place of one that failed, and the rows that it left out. */
  async keep(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    await this.#make(loadsTable, defineLoads(types));
    const names = loadsColumns.split(', ');
    const places = names.map((_name, index) => `$${index + 1}`).join(', ');
    const changes = names.map((name) => `${name} = excluded.${name}`).join(', ');
    await this.#session.run(
      `INSERT INTO ${this.#name(loadsTable)} (${loadsColumns}) VALUES (${places}) ON CONFLICT (table_name, load_id) DO UPDATE SET ${changes}`,
      valuesOf(record),
    );
    if (rejects.length === 0) return;
    await this.#make(rejectsTable, defineRejects(types));
    const rows = rejects.map((reject) => rejectValuesOf(record, reject));
    const column = (index: number): unknown[] => rows.map((row) => row[index]);
    await this.#session.run(
      `INSERT INTO ${this.#name(rejectsTable)} (${rejectsColumns}) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])`,
      rejectsColumns.split(', ').map((_name, index) => column(index)),
    );
  }

  async #make(table: string, definition: string): Promise<void> {
    if (await this.#exists(table)) return;
    await this.#session.run('SELECT pg_advisory_xact_lock($1)', [makingLock]);
    await this.#session.run(`CREATE TABLE IF NOT EXISTS ${this.#name(table)} (${definition})`);
  }

  async #exists(table: string): Promise<boolean> {
    const { rows } = await this.#session.run('SELECT to_regclass($1) IS NOT NULL AS yes', [this.#name(table)]);
    return rows[0]?.['yes'] === true;
  }

  #name(table: string): string {
    return `${this.#schema}.${table}`;
  }
}
