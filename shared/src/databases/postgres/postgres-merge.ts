import type { UpsertCounts } from '../../datasets/load/table-load.ts';
import { checkKey } from '../check-key.ts';
import { MergeStatements } from '../merge-statements.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { stagedAlias } from '../sql-dialect.ts';
import { PostgresConfirm } from './postgres-confirm.ts';
import { postgresDialect } from './postgres-dialect.ts';
import type { PostgresSession } from './postgres-session.ts';

/**
 * Refuses rows whose key is NULL or not unique.
 * @param rows the table that has them, quoted
 * @throws PipewrightError `invalid-input`
 */
export async function checkPostgresKey(
  { run }: PostgresSession,
  names: readonly string[],
  rows: string,
): Promise<void> {
  await checkKey(postgresDialect, async (sql) => (await run(sql)).rows[0], { names, values: names.map(quoted), rows });
}

/** Staged rows, and the table that they are moved into. */
interface MergeOptions {
  session: PostgresSession;
  /** Quoted, with its schema; and as requested. */
  table: string;
  tableName: string;
  /** The staged rows, quoted, with the types of the table. */
  rows: string;
  columns: readonly string[];
  key: readonly string[];
  /** Triggers and rules that may drop, move or change rows. */
  causes: readonly string[];
  /** Whether the dataset has values for an identity column. */
  overridesIdentity: boolean;
}

/** Moves staged rows into their table; where triggers or rules may interfere, compares the table afterwards. */
export class PostgresMerge {
  readonly #options: MergeOptions;
  readonly #statements: MergeStatements;
  readonly #confirm: PostgresConfirm;

  constructor(options: MergeOptions) {
    const { session, table, tableName, rows, columns, key, causes, overridesIdentity } = options;
    this.#options = options;
    this.#statements = new MergeStatements(postgresDialect, {
      table,
      source: `${rows} ${stagedAlias}`,
      columns: columns.map((name) => ({ name, value: `${stagedAlias}.${quoted(name)}` })),
      key,
      ...(overridesIdentity ? { overriding: 'OVERRIDING SYSTEM VALUE' } : {}),
    });
    const columnList = columns.map(quoted).join(', ');
    this.#confirm = new PostgresConfirm({ session, table, tableName, rows, columnList, causes });
  }

  /**
   * Inserts the rows.
   * @param loaded number of rows
   * @param deleteRows deletes the existing rows of the table
   */
  async insert(loaded: number, deleteRows: (() => Promise<void>) | undefined): Promise<undefined> {
    await this.#confirm.begin();
    if (deleteRows) {
      await deleteRows();
      await this.#confirm.refuseUndeleted();
    }
    const inserted = await this.#options.session.run(this.#statements.insert());
    await this.#confirm.confirm(inserted.rowCount ?? 0, loaded, false);
  }

  /** Updates the rows whose key exists, then inserts the others; columns that the dataset lacks keep their values. */
  async upsert(): Promise<UpsertCounts> {
    const { session, rows } = this.#options;
    const update = this.#statements.update();
    await session.run(`ANALYZE ${rows}`);
    await this.#confirm.begin();
    const expected = this.#confirm.isNeeded
      ? await this.#confirm.countMerged(this.#statements.sameKey, update !== undefined)
      : undefined;
    const updated = update === undefined ? 0 : ((await session.run(update)).rowCount ?? 0);
    const inserted = (await session.run(this.#statements.insertMissing())).rowCount ?? 0;
    await this.#confirm.confirm(updated + inserted, expected ?? updated + inserted, update === undefined);
    return { updated, inserted };
  }
}
