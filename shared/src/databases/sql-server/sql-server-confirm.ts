import { valuesChangedError, verifyRowCount } from '../../datasets/load/verify-row-count.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import type { FilledColumn } from './sql-server-evolve.ts';

const service = 'SQL Server';

/** A table, and the session of its load. */
interface LoadedTable {
  session: SqlServerSession;
  /** Quoted, with its schema; and as requested. */
  table: string;
  tableName: string;
}

/**
 * Compares a table with the rows of a load, within its transaction. The server counts the rows of a statement, but a trigger
 * may drop, add or change some of them.
 * @see https://learn.microsoft.com/sql/t-sql/statements/create-trigger-transact-sql
 */
export class TriggerCheck {
  readonly #check: LoadedTable;
  readonly #causes: readonly string[];
  readonly #before: number;

  private constructor(check: LoadedTable, causes: readonly string[], before: number) {
    this.#check = check;
    this.#causes = causes;
    this.#before = before;
  }

  /**
   * Starts counting. A user who may not see the definition of the table does not see its triggers either: then it is compared
   * too.
   * @returns undefined where the table has no triggers, so that nothing needs to be compared
   */
  static async begin(check: LoadedTable, mode: LoadMode): Promise<TriggerCheck | undefined> {
    const { session, table } = check;
    const [seen] = await session.run("SELECT HAS_PERMS_BY_NAME(@name, N'OBJECT', N'VIEW DEFINITION') AS seen", {
      name: table,
    });
    const triggers = await session.run(
      'SELECT t.name AS name FROM sys.triggers AS t WHERE t.parent_id = OBJECT_ID(@name) AND t.is_disabled = 0',
      { name: table },
    );
    if (triggers.length === 0 && isTrue(seen?.['seen'])) return undefined;
    return new TriggerCheck(
      check,
      triggers.map(({ name }) => `trigger “${String(name)}”`),
      mode === 'replace' ? 0 : await countRows(session, table),
    );
  }

  /**
   * Compares the table.
   * @param added rows that the table must have gained; for a replacement, rows that it must have
   * @param source T-SQL of the staged rows
   * @throws PipewrightError `rows-changed` when it has other rows or values
   */
  async confirm(added: number, filled: readonly FilledColumn[], source: string): Promise<void> {
    const { session, table, tableName } = this.#check;
    verifyRowCount({
      service,
      table: tableName,
      actual: (await countRows(session, table)) - this.#before,
      expected: added,
      causes: this.#causes,
    });
    const wanted = filled.map(({ declaration, value }) => comparable(declaration, value));
    const held = filled.map(({ declaration, quotedName }) => comparable(declaration, quotedName));
    const [changed] = await session.run(
      `SELECT TOP (1) 1 AS found FROM (SELECT ${numbered(wanted)} FROM ${source} EXCEPT SELECT ${numbered(held)} FROM ${table}) AS found_keys`,
    );
    if (changed) throw valuesChangedError(service, tableName, this.#causes);
  }
}

/** T-SQL for a value that is compared with a binary collation where it is text. */
function comparable(declaration: string, value: string): string {
  if (/^n?text\b/.test(declaration)) return `CONVERT(nvarchar(max), ${value}) COLLATE Latin1_General_100_BIN2`;
  return /^n?(var)?char\b/.test(declaration)
    ? `CONVERT(${declaration}, ${value}) COLLATE Latin1_General_100_BIN2`
    : value;
}

const numbered = (values: readonly string[]): string =>
  values.map((value, index) => `${value} AS k${index + 1}`).join(', ');

const isTrue = (value: unknown): boolean => value === true || Number(value) === 1;

/** Counts the rows of a table. @param table quoted, with its schema */
export async function countRows(session: SqlServerSession, table: string): Promise<number> {
  const [row] = await session.run(`SELECT COUNT_BIG(*) AS row_count FROM ${table}`);
  return Number(row?.['row_count'] ?? 0);
}
