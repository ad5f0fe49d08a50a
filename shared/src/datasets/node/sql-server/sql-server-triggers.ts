import { PipewrightError } from '../../../host/error.ts';
import type { LoadMode } from '../../load/target.ts';
import type { SqlServerSession } from './sql-server-session.ts';

const service = 'SQL Server';

/**
 * Counts the rows of a table before and after a load, within its transaction. The server counts the rows that a statement
 * brings, which are not those that the table gets where a trigger drops or adds some.
 * @see https://learn.microsoft.com/sql/t-sql/statements/create-trigger-transact-sql
 */
export class RowCount {
  readonly #session: SqlServerSession;
  readonly #table: string;
  readonly #before: number;

  private constructor(session: SqlServerSession, table: string, before: number) {
    this.#session = session;
    this.#table = table;
    this.#before = before;
  }

  /**
   * Begins to count; undefined where the table has no triggers, so that nothing needs to be counted. Whoever may not see
   * the definition of the table does not see its triggers either: then rows are counted too.
   * @param table quoted, with its schema
   * @throws PipewrightError `conflict` for a table on which a trigger takes the place of the updates of an upsert
   */
  static async begin(session: SqlServerSession, table: string, mode: LoadMode): Promise<RowCount | undefined> {
    const [seen] = await session.run("SELECT HAS_PERMS_BY_NAME(@name, N'OBJECT', N'VIEW DEFINITION') AS seen", { name: table });
    const triggers = await session.run(
      "SELECT t.name AS name, t.is_instead_of_trigger AS instead, OBJECTPROPERTY(t.object_id, N'ExecIsUpdateTrigger') AS updates FROM sys.triggers AS t WHERE t.parent_id = OBJECT_ID(@name) AND t.is_disabled = 0",
      { name: table },
    );
    const instead = triggers.find((trigger) => isTrue(trigger['instead']) && isTrue(trigger['updates']));
    if (instead && mode === 'upsert') {
      throw new PipewrightError({
        code: 'conflict',
        service,
        message: `The trigger “${String(instead['name'])}” takes the place of updates, so an upsert cannot be sure of its rows.`,
        hint: 'The table was not changed. Disable the trigger, or load into another table.',
      });
    }
    if (triggers.length === 0 && isTrue(seen?.['seen'])) return undefined;
    return new RowCount(session, table, mode === 'replace' ? 0 : await countRows(session, table));
  }

  /**
   * @param added rows by which the table must have grown; of a replaced one, rows that it must have
   * @throws PipewrightError `conflict` when it has other ones
   */
  async expect(added: number): Promise<void> {
    const found = (await countRows(this.#session, this.#table)) - this.#before;
    if (found === added) return;
    throw new PipewrightError({
      code: 'conflict',
      service,
      message: `The table has ${found} new rows instead of ${added}: a trigger drops or adds rows.`,
      hint: 'The table was not changed. Change or disable the trigger, or load into another table.',
    });
  }
}

const isTrue = (value: unknown): boolean => value === true || Number(value) === 1;

/** @param table quoted, with its schema */
export async function countRows(session: SqlServerSession, table: string): Promise<number> {
  const [row] = await session.run(`SELECT COUNT_BIG(*) AS row_count FROM ${table}`);
  return Number(row?.['row_count'] ?? 0);
}
