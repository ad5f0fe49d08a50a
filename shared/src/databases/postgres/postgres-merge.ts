import { valuesChangedError, verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { UpsertCounts } from '../../datasets/load/target.ts';
import { PipewrightError } from '../../host/error.ts';
import { keyError } from '../load-records.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import type { PostgresSession } from './postgres-session.ts';

/** The database's name for people. */
export const service = 'PostgreSQL';

/** Where rows wait. */
export const temporary = 'pg_temp.pipewright_staging';

/** Its row was written by the statements of this load and no others, so its `xmin` is theirs. */
const mark = 'pg_temp.pipewright_mark';

/**
 * The key must tell rows apart.
 * @param place the table in which it must, quoted
 * @throws PipewrightError `bad-input`
 */
export async function checkPostgresKey(
  { run }: PostgresSession,
  names: readonly string[],
  place: string,
): Promise<void> {
  const key = names.map(quoted);
  const empty = await run(`SELECT 1 FROM ${place} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`);
  if (empty.rows.length > 0) throw keyError(service, names, undefined);
  const twice = await run(
    `SELECT concat_ws(', ', ${key.map((name) => `min(${name}::text)`).join(', ')}) AS value FROM ${place} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice.rows[0]) throw keyError(service, names, String(twice.rows[0]['value']));
}

/** What rows that waited are put into a table with. */
interface MergeOptions {
  session: PostgresSession;
  /** Quoted, with its schema; and as it was asked for. */
  table: string;
  tableName: string;
  /** Where the rows wait, quoted, with the types of the table. */
  rows: string;
  columns: readonly string[];
  key: readonly string[];
  /** Triggers and rules that may drop, move or change rows. */
  causes: readonly string[];
  /** Whether a column is among them that the server numbers. */
  numbered: boolean;
}

/** Rows that waited on their way into their table; where triggers or rules may interfere, the table is looked at afterwards. */
export class PostgresMerge {
  readonly #options: MergeOptions;
  readonly #list: string;

  constructor(options: MergeOptions) {
    this.#options = options;
    this.#list = options.columns.map(quoted).join(', ');
  }

  /**
   * Adds the rows.
   * @param loaded how many there are
   * @param empty deletes the rows that are there
   */
  async insert(loaded: number, empty: (() => Promise<void>) | undefined): Promise<undefined> {
    const { session, table, rows, numbered } = this.#options;
    await this.#watch();
    if (empty) {
      await empty();
      await this.#refuseLeft();
    }
    const added = await session.run(
      `INSERT INTO ${table} (${this.#list})${numbered ? ' OVERRIDING SYSTEM VALUE' : ''} SELECT ${this.#list} FROM ${rows}`,
    );
    await this.#confirm(added.rowCount ?? 0, loaded, false);
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  async upsert(): Promise<UpsertCounts> {
    const { session, table, rows, columns, key, numbered } = this.#options;
    const same = key.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(' AND ');
    const others = columns.filter((name) => !key.includes(name)).map((name) => `${quoted(name)} = new.${quoted(name)}`);
    await session.run(`ANALYZE ${rows}`);
    await this.#watch();
    const loaded = this.#isWatched ? await this.#expected(same, others.length > 0) : undefined;
    const matched =
      others.length > 0
        ? await session.run(`UPDATE ${table} old SET ${others.join(', ')} FROM ${rows} new WHERE ${same}`)
        : undefined;
    const added = await session.run(
      `INSERT INTO ${table} (${this.#list})${numbered ? ' OVERRIDING SYSTEM VALUE' : ''} SELECT ${columns.map((name) => `new.${quoted(name)}`).join(', ')} FROM ${rows} new WHERE NOT EXISTS (SELECT 1 FROM ${table} old WHERE ${same})`,
    );
    const upserted = { updated: matched?.rowCount ?? 0, inserted: added.rowCount ?? 0 };
    const changed = upserted.updated + upserted.inserted;
    await this.#confirm(changed, loaded ?? changed, others.length === 0);
    return upserted;
  }

  get #isWatched(): boolean {
    return this.#options.causes.length > 0;
  }

  /** Rows of the table that an upsert changes or adds. */
  async #expected(same: string, changes: boolean): Promise<number> {
    const { session, table, rows } = this.#options;
    const { rows: counted } = await session.run(
      `SELECT (SELECT count(*) FROM ${table} old JOIN ${rows} new ON ${same}) AS matched, (SELECT count(*) FROM ${rows} new WHERE NOT EXISTS (SELECT 1 FROM ${table} old WHERE ${same})) AS others`,
    );
    return (changes ? Number(counted[0]?.['matched']) : 0) + Number(counted[0]?.['others']);
  }

  /** From here on what this load writes has an ID of its own: that of a subtransaction. */
  async #watch(): Promise<void> {
    if (!this.#isWatched) return;
    await this.#options.session.run('SAVEPOINT pipewright_rows');
    await this.#options.session.run(`CREATE TEMPORARY TABLE ${mark} ON COMMIT DROP AS SELECT 1 AS one`);
  }

  /** A trigger or a rule may keep rows that are to be replaced. */
  async #refuseLeft(): Promise<void> {
    const { session, table, tableName, causes } = this.#options;
    if (!this.#isWatched || (await session.run(`SELECT 1 FROM ${table} LIMIT 1`)).rows.length === 0) return;
    throw new PipewrightError({
      code: 'rows-changed',
      service,
      message: `Rows of the table “${tableName}” were still there after they had been deleted.`,
      hint: `The table was not changed. The ${causes.slice(0, 5).join(', the ')} may keep them: turn it off for the load, or choose another mode.`,
    });
  }

  /**
   * Whether the table holds the rows, and their values as they are.
   * @param counted rows as the server's statements counted them
   * @param whole whether rows count, too, that were in the table before
   */
  async #confirm(counted: number, loaded: number, whole: boolean): Promise<void> {
    const { session, table, tableName, rows, causes } = this.#options;
    if (!this.#isWatched) return verifyRowCount({ service, table: tableName, actual: counted, expected: loaded });
    // Triggers that wait for the commit have their say before the rows are counted.
    await session.run('SET CONSTRAINTS ALL IMMEDIATE');
    const own = `xmin = (SELECT xmin FROM ${mark})`;
    const held = await session.run(`SELECT count(*) AS rows FROM ${table} WHERE ${own}`);
    verifyRowCount({ service, table: tableName, actual: Number(held.rows[0]?.['rows']), expected: loaded, causes });
    const changed = await session.run(
      `SELECT ROW(${this.#list})::text FROM ${rows} EXCEPT ALL SELECT ROW(${this.#list})::text FROM ${table}${whole ? '' : ` WHERE ${own}`} LIMIT 1`,
    );
    if (changed.rows.length > 0) throw valuesChangedError(service, tableName, causes);
    await session.run('RELEASE SAVEPOINT pipewright_rows');
  }
}
