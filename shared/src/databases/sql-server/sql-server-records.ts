import { PipewrightError } from '../../host/error.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import { LoadRecords, rejectsColumns, rejectsTable, rejectValues } from '../load-records.ts';
import { SqlServerBulk, type TextRow } from './sql-server-bulk.ts';
import { maxKeyLength, sqlServerDialect } from './sql-server-dialect.ts';
import { explainTakenName } from './sql-server-hidden-table.ts';
import { takeAppLock } from './sql-server-lock.ts';
import type { SqlServerSession } from './sql-server-session.ts';

/** Where rejected rows are staged for the transaction that publishes the load. */
const stagedRejects = '#pipewright_rejects';

const stagedColumns = rejectsColumns.map((name) => ({ name, length: Infinity }));

/** The load records of one schema. Rejected rows are sent before the transaction begins, so that it stays short. */
export class SqlServerRecords extends LoadRecords {
  readonly #session: SqlServerSession;
  #hasStagedRejects = false;

  /** @param schema quoted */
  constructor(session: SqlServerSession, schema: string) {
    const qualify = (table: string): string => `${schema}.[${table}]`;
    const exists = async (table: string): Promise<boolean> => {
      const [row] = await session.run("SELECT OBJECT_ID(@name, N'U') AS id", { name: qualify(table) });
      return row?.['id'] !== null;
    };
    super(sqlServerDialect, {
      run: (sql, values = []) =>
        session.run(sql, Object.fromEntries(values.map((value, index) => [`p${index}`, value]))),
      qualify,
      exists,
      async create(table, definition) {
        // Two loads that create the same table at once would fail on each other.
        await takeAppLock(session, { resource: 'pipewright records', owner: 'Transaction', table });
        if (await exists(table)) return;
        await session.run(`CREATE TABLE ${qualify(table)} (${definition})`).catch(async (error: unknown) => {
          throw await explainTakenName(session, qualify(table), error);
        });
      },
    });
    this.#session = session;
  }

  /** @throws PipewrightError `invalid-input` for an ID that is too long to be recorded */
  override async find(table: string, loadId: string): Promise<LoadRecord | undefined> {
    if (loadId.length <= maxKeyLength) return super.find(table, loadId);
    throw new PipewrightError({
      code: 'invalid-input',
      service: 'SQL Server',
      message: `The load key is longer than the ${maxKeyLength} characters that SQL Server records.`,
      hint: 'Use a shorter one, such as the ID of an event.',
    });
  }

  /** Sends rejected rows to the server, where no other session sees them. */
  async stageRejects(record: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    const definitions = stagedColumns.map(({ name }) => `${name} nvarchar(max) COLLATE DATABASE_DEFAULT NULL`);
    await this.#session.run(
      `DROP TABLE IF EXISTS ${stagedRejects}; CREATE TABLE ${stagedRejects} (${definitions.join(', ')})`,
    );
    const bulk = new SqlServerBulk(this.#session, stagedRejects, stagedColumns);
    await bulk.write(
      rejects.map(
        (reject): TextRow => rejectValues(record, reject).map((value) => (value === null ? null : String(value))),
      ),
    );
    await bulk.end();
    this.#hasStagedRejects = true;
  }

  /** Saves the rejected rows that were staged. */
  protected override async keepRejects(): Promise<void> {
    if (!this.#hasStagedRejects) return;
    await this.make(rejectsTable);
    const values = rejectsColumns.map((name) => (name === 'line' ? 'CONVERT(bigint, line)' : name));
    await this.#session.run(
      `INSERT INTO ${this.store.qualify(rejectsTable)} (${rejectsColumns.join(', ')}) SELECT ${values.join(', ')} FROM ${stagedRejects}`,
    );
  }
}
