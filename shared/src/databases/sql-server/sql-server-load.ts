import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadMode } from '../../datasets/load/load-mode.ts';
import type { LoadRecord } from '../../datasets/load/load-record.ts';
import type { TableLoad, UpsertCounts } from '../../datasets/load/table-load.ts';
import { cascadeError, explainCommit } from '../load-errors.ts';
import { charactersOf, isUtf8CodePage } from './sql-server-code-page.ts';
import { explainTakenName } from './sql-server-hidden-table.ts';
import { readSqlServerColumns, refuseUnwritable, type SqlServerColumn } from './sql-server-table.ts';
import { keyColumns, SqlServerMerge } from './sql-server-merge.ts';
import type { SqlServerRecords } from './sql-server-records.ts';
import { SqlServerRows } from './sql-server-rows.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { createTable, evolveTable, fillColumns, type FilledColumn } from './sql-server-evolve.ts';
import { countRows, TriggerCheck } from './sql-server-confirm.ts';
import { hasCodePage } from './sql-server-types.ts';

const service = 'SQL Server';

/** What a load works with. */
interface SqlServerLoadOptions {
  session: SqlServerSession;
  /** Quoted, with its schema; and as requested. */
  table: string;
  tableName: string;
  records: SqlServerRecords;
  mode: LoadMode;
  key: readonly string[];
  evolve: boolean;
  existing: readonly SqlServerColumn[] | undefined;
  earlier: LoadRecord | undefined;
  /** Releases the lock of the table. */
  unlock(): Promise<void>;
}

/**
 * A load into SQL Server: rows are staged as text in a temporary table, then converted and moved into the table by one short
 * transaction with an exclusive lock. Readers wait for it or, where the database keeps row versions, read the old rows;
 * without the lock, a running scan could see both old and new rows.
 */
export class SqlServerLoad implements TableLoad {
  readonly existing: readonly SqlServerColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  readonly emptyIsNull = true;
  readonly previousLoad: LoadRecord | undefined;
  readonly #asRead: readonly SqlServerColumn[] | undefined;
  readonly #session: SqlServerSession;
  readonly #table: string;
  readonly #tableName: string;
  readonly #records: SqlServerRecords;
  readonly #mode: LoadMode;
  readonly #key: readonly string[];
  readonly #evolve: boolean;
  readonly #rows: SqlServerRows;
  readonly #unlock: () => Promise<void>;
  #staged = 0;
  #overridesIdentity = false;
  #done = false;

  constructor({
    session,
    table,
    tableName,
    records,
    mode,
    key,
    evolve,
    existing,
    earlier,
    unlock,
  }: SqlServerLoadOptions) {
    this.#session = session;
    this.#table = table;
    this.#tableName = tableName;
    this.#records = records;
    this.#mode = mode;
    this.#key = key;
    this.#evolve = evolve;
    this.#asRead = existing;
    this.existing = existing?.filter(({ calculated }) => !calculated);
    this.generatedColumns = (existing ?? []).filter(({ calculated }) => calculated).map(({ name }) => name);
    this.previousLoad = earlier;
    this.#unlock = unlock;
    this.#rows = new SqlServerRows(session, { existing: this.existing, key, evolve });
  }

  async countExistingRows(): Promise<number> {
    return countRows(this.#session, this.#table);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    refuseUnwritable(
      columns.map(({ name }) => name),
      this.existing,
      this.#tableName,
    );
    await this.#rows.open(columns);
  }

  async write(block: CsvBlock): Promise<void> {
    await this.#rows.write(block);
  }

  async count(): Promise<number> {
    this.#staged = await this.#rows.end();
    return this.#staged;
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const filled = fillColumns(this.#rows.staged(columns), this.existing, this.#key, this.#evolve);
    const hasKey = keyColumns(filled, this.#key).length > 0;
    const merge = new SqlServerMerge({
      session: this.#session,
      table: this.#table,
      source: this.#rows.source,
      staged: this.#staged,
      filled,
      key: this.#key,
    });
    const merges = this.existing !== undefined && this.#mode === 'upsert';
    const checksAll = this.existing !== undefined && this.#mode === 'append';
    // Whatever can be checked before the transaction is, so that the transaction stays short.
    await this.#refuseLostCharacters(filled);
    if (hasKey && !checksAll) await merge.checkKey(false);
    if (record && rejects.length > 0) await this.#records.stageRejects(record, rejects);
    await this.#session.begin();
    if (this.existing) await this.#lock(filled);
    else await this.#create(filled);
    const check = this.existing
      ? await TriggerCheck.begin({ session: this.#session, table: this.#table, tableName: this.#tableName }, this.#mode)
      : undefined;
    if (this.existing && this.#mode === 'replace') await this.#deleteRows();
    this.#overridesIdentity = merge.overridesIdentity;
    const upserted = merges ? await merge.upsert() : undefined;
    if (!merges) await merge.insert();
    await check?.confirm(upserted?.inserted ?? this.#staged, filled, this.#rows.source);
    if (hasKey && checksAll) await merge.checkKey(true);
    if (record) await this.#records.keep(record, rejects);
    await this.#commit();
    this.#done = true;
    await this.#cleanUp();
    return upserted;
  }

  async abort(record?: LoadRecord): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#rows.abort();
    await this.#session.rollback().catch(() => undefined);
    try {
      if (!record) return;
      await this.#session.begin();
      await this.#records.keep(record, []);
      await this.#session.commit();
    } finally {
      await this.#session.rollback().catch(() => undefined);
      await this.#cleanUp();
    }
  }

  async #create(filled: readonly FilledColumn[]): Promise<void> {
    await this.#session.run(createTable(this.#table, filled)).catch(async (error: unknown) => {
      throw await explainTakenName(this.#session, this.#table, error);
    });
  }

  /** Locks the table for this transaction, verifies that it is unchanged since the load began, and evolves it. */
  async #lock(filled: readonly FilledColumn[]): Promise<void> {
    await this.#session.run(`SELECT TOP (1) 1 AS held FROM ${this.#table} WITH (TABLOCKX, HOLDLOCK)`);
    const now = await readSqlServerColumns(this.#session, this.#table, this.#tableName);
    if (JSON.stringify(now) !== JSON.stringify(this.#asRead)) {
      throw new PipewrightError({
        code: 'conflict',
        service,
        message: `Another program changed the table “${this.#tableName}” during the load.`,
        hint: 'This load did not change the table. Run the step again.',
        retryable: true,
      });
    }
    for (const statement of this.#evolve ? evolveTable(this.#table, filled) : []) await this.#session.run(statement);
  }

  /** Deletes all rows, unless a foreign key would propagate the deletion to another table. */
  async #deleteRows(): Promise<void> {
    const [found] = await this.#session.run(
      `SELECT TOP (1) QUOTENAME(OBJECT_SCHEMA_NAME(f.parent_object_id)) + N'.' + QUOTENAME(OBJECT_NAME(f.parent_object_id)) AS name
FROM sys.foreign_keys AS f
WHERE f.referenced_object_id = OBJECT_ID(@name) AND f.parent_object_id <> f.referenced_object_id AND f.delete_referential_action <> 0 AND f.is_disabled = 0`,
      { name: this.#table },
    );
    if (found) throw cascadeError(service, String(found['name']));
    await this.#session.run(`DELETE FROM ${this.#table}`);
  }

  /** Refuses characters that a multi-byte code page lacks, which would be lost, and texts with too many of its bytes. */
  async #refuseLostCharacters(filled: readonly FilledColumn[]): Promise<void> {
    for (const { name, declaration, before, text } of filled) {
      if (!hasCodePage(declaration) || isUtf8CodePage(before?.codePage) || charactersOf(before?.codePage)) continue;
      const written = `CONVERT(varchar(max), ${text} COLLATE ${before?.collation ?? 'DATABASE_DEFAULT'})`;
      await this.#refuse(
        text,
        `CONVERT(nvarchar(max), ${written}) COLLATE Latin1_General_100_BIN2 <> ${text} COLLATE Latin1_General_100_BIN2`,
        (value) => `The column “${name}” is ${declaration}, and its code page lacks a character of “${value}”.`,
      );
      const length = /\((\d+)\)/.exec(declaration)?.[1];
      if (length !== undefined)
        await this.#refuse(
          text,
          `DATALENGTH(${written}) > ${length}`,
          (value) => `The value “${value}” has more bytes than the column “${name}”, which is ${declaration}.`,
        );
    }
  }

  async #refuse(text: string, condition: string, message: (value: string) => string): Promise<void> {
    const [row] = await this.#session.run(
      `SELECT TOP (1) ${text} AS value FROM ${this.#rows.source} WHERE ${condition}`,
    );
    if (!row) return;
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: message(String(row['value']).slice(0, 60)),
      hint: 'The table was not changed. Correct the value, or choose another type for the column.',
    });
  }

  async #commit(): Promise<void> {
    await this.#session.commit().catch((error: unknown) => {
      throw explainCommit(error);
    });
  }

  /** Prepares the session for the next load. */
  async #cleanUp(): Promise<void> {
    if (this.#overridesIdentity)
      await this.#session.run(`SET IDENTITY_INSERT ${this.#table} OFF`).catch(() => undefined);
    await this.#session.run(`DROP TABLE IF EXISTS ${this.#rows.tables}, #pipewright_rejects`).catch(() => undefined);
    await this.#unlock().catch(() => undefined);
  }
}
