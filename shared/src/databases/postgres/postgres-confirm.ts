import { valuesChangedError, verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import { PipewrightError } from '../../host/error.ts';
import { stagedAlias, tableAlias } from '../sql-dialect.ts';
import type { PostgresSession } from './postgres-session.ts';

const service = 'PostgreSQL';

/** A table with one row that is written in the subtransaction of the load: both have the same `xmin`. */
const marker = 'pg_temp.pipewright_marker';

/** Rows of this load in its table. */
const loadedHere = `xmin = (SELECT xmin FROM ${marker})`;

/** What a load moves, and what may interfere. */
export interface ConfirmedLoad {
  session: PostgresSession;
  /** Quoted, with its schema; and as requested. */
  table: string;
  tableName: string;
  /** The staged rows, quoted. */
  rows: string;
  /** Quoted names of the columns, separated by commas. */
  columnList: string;
  /** Triggers and rules that may drop, move or change rows. */
  causes: readonly string[];
}

/** Compares the table with the staged rows after a load, where triggers or rules could have changed them. */
export class PostgresConfirm {
  readonly #load: ConfirmedLoad;

  constructor(load: ConfirmedLoad) {
    this.#load = load;
  }

  /** Whether the table must be compared: without triggers and rules, the counts of the server are enough. */
  get isNeeded(): boolean {
    return this.#load.causes.length > 0;
  }

  /** Begins a subtransaction, whose transaction ID identifies the rows that the load writes. */
  async begin(): Promise<void> {
    if (!this.isNeeded) return;
    await this.#load.session.run('SAVEPOINT pipewright_rows');
    await this.#load.session.run(`CREATE TEMPORARY TABLE ${marker} ON COMMIT DROP AS SELECT 1 AS one`);
  }

  /** Number of rows that a merge must update or insert. @param updates whether it updates any */
  async countMerged(sameKey: string, updates: boolean): Promise<number> {
    const { session, table, rows } = this.#load;
    const staged = `${rows} ${stagedAlias}`;
    const { rows: counted } = await session.run(
      `SELECT (SELECT count(*) FROM ${table} ${tableAlias} JOIN ${staged} ON ${sameKey}) AS matched, (SELECT count(*) FROM ${staged} WHERE NOT EXISTS (SELECT 1 FROM ${table} ${tableAlias} WHERE ${sameKey})) AS missing`,
    );
    return (updates ? Number(counted[0]?.['matched']) : 0) + Number(counted[0]?.['missing']);
  }

  /**
   * Refuses a replacement whose deleted rows a trigger or rule has kept.
   * @throws PipewrightError `rows-changed`
   */
  async refuseUndeleted(): Promise<void> {
    const { session, table, tableName, causes } = this.#load;
    if (!this.isNeeded || (await session.run(`SELECT 1 FROM ${table} LIMIT 1`)).rows.length === 0) return;
    throw new PipewrightError({
      code: 'rows-changed',
      service,
      message: `Rows of the table “${tableName}” still exist after they were deleted.`,
      hint: `The table was not changed. The ${causes.slice(0, 5).join(', the ')} may keep them: turn it off for the load, or choose another mode.`,
    });
  }

  /**
   * Refuses a load whose rows the table does not have exactly as they were staged.
   * @param counted rows that the statements of the load wrote, as the server counts them
   * @param loaded rows that they had to write
   * @param includesOlder whether a row of the table from before the load counts, too
   * @throws PipewrightError `rows-changed`
   */
  async confirm(counted: number, loaded: number, includesOlder: boolean): Promise<void> {
    const { session, table, tableName, rows, columnList, causes } = this.#load;
    if (!this.isNeeded) return verifyRowCount({ service, table: tableName, actual: counted, expected: loaded });
    // Deferred triggers run before the rows are counted.
    await session.run('SET CONSTRAINTS ALL IMMEDIATE');
    const found = await session.run(`SELECT count(*) AS rows FROM ${table} WHERE ${loadedHere}`);
    verifyRowCount({ service, table: tableName, actual: Number(found.rows[0]?.['rows']), expected: loaded, causes });
    const changed = await session.run(
      `SELECT ROW(${columnList})::text FROM ${rows} EXCEPT ALL SELECT ROW(${columnList})::text FROM ${table}${includesOlder ? '' : ` WHERE ${loadedHere}`} LIMIT 1`,
    );
    if (changed.rows.length > 0) throw valuesChangedError(service, tableName, causes);
    await session.run('RELEASE SAVEPOINT pipewright_rows');
  }
}
