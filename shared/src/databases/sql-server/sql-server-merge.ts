import { PipewrightError } from '../../host/error.ts';
import type { UpsertCounts } from '../../datasets/load/table-load.ts';
import { checkKey } from '../check-key.ts';
import { MergeStatements } from '../merge-statements.ts';
import { sqlServerDialect } from './sql-server-dialect.ts';
import type { FilledColumn } from './sql-server-evolve.ts';
import type { SqlServerSession } from './sql-server-session.ts';

const service = 'SQL Server';

/** Types whose values the server cannot compare. */
const incomparable = /^(?:n?text|image|xml)\b/;

/**
 * The columns of a key.
 * @throws PipewrightError `invalid-input` for one whose values cannot be compared
 */
export function keyColumns(filled: readonly FilledColumn[], key: readonly string[]): FilledColumn[] {
  const columns = filled.filter(({ name }) => key.includes(name));
  const wrong = columns.find(({ declaration }) => incomparable.test(declaration));
  if (!wrong) return columns;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The key column “${wrong.name}” is ${wrong.declaration}, which SQL Server cannot compare.`,
    hint: 'The table was not changed. Choose other columns as the key.',
  });
}

/** Staged rows, and the table that they are moved into. */
interface SqlServerMergeOptions {
  session: SqlServerSession;
  /** Quoted, with its schema. */
  table: string;
  /** T-SQL of the staged rows, with its alias. */
  source: string;
  /** Number of staged rows. */
  staged: number;
  filled: readonly FilledColumn[];
  /** Names of the key columns. */
  key: readonly string[];
}

/** Moves staged rows into their table, within the transaction of the load. */
export class SqlServerMerge {
  readonly #options: SqlServerMergeOptions;
  readonly #statements: MergeStatements;

  constructor(options: SqlServerMergeOptions) {
    const { table, source, filled, key } = options;
    this.#options = options;
    this.#statements = new MergeStatements(sqlServerDialect, { table, source, columns: filled, key });
  }

  /** Whether the dataset has values for an identity column: `IDENTITY_INSERT` is turned on for them. */
  get overridesIdentity(): boolean {
    return this.#options.filled.some(({ before }) => before?.isIdentity);
  }

  /** Inserts the rows. */
  async insert(): Promise<void> {
    this.#refuseLoss(await this.#insert(this.#statements.insert()));
  }

  /** Updates the rows whose key exists, then inserts the others; columns that the dataset lacks keep their values. */
  async upsert(): Promise<UpsertCounts> {
    const update = this.#statements.update();
    const updated = update === undefined ? 0 : await this.#options.session.change(update);
    const inserted = await this.#insert(this.#statements.insertMissing());
    if (update !== undefined) this.#refuseLoss(updated + inserted);
    return { updated, inserted };
  }

  /**
   * Refuses rows whose key is NULL or not unique.
   * @param inTable whether the rows of the table are checked, instead of the staged ones
   * @throws PipewrightError `invalid-input`
   */
  async checkKey(inTable: boolean): Promise<void> {
    const { session, table, source, filled, key } = this.#options;
    await checkKey(sqlServerDialect, async (sql) => (await session.run(sql))[0], {
      names: key,
      values: keyColumns(filled, key).map(({ quotedName, compared }) => (inTable ? quotedName : compared)),
      rows: inTable ? table : source,
    });
  }

  async #insert(sql: string): Promise<number> {
    const { session, table } = this.#options;
    if (this.overridesIdentity) await session.run(`SET IDENTITY_INSERT ${table} ON`);
    return session.change(sql);
  }

  /** An index with IGNORE_DUP_KEY, or a trigger, may drop rows without an error. */
  #refuseLoss(changed: number): void {
    const { staged } = this.#options;
    if (changed === staged) return;
    throw new PipewrightError({
      code: 'unexpected-response',
      service,
      message: `SQL Server changed ${changed} rows instead of ${staged}.`,
      hint: 'The table was not changed. Look for an index with IGNORE_DUP_KEY, a trigger, or rows of the table with the same key.',
    });
  }
}
