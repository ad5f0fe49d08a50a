import { PipewrightError, withDetails } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { Reject } from '../../datasets/formats/csv-scanner.ts';
import type { LoadMode, LoadRecord, TableLoad, UpsertCounts } from '../../datasets/load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import { charactersOf, isUtf8CodePage } from './code-page.ts';
import { explainTakenName } from './hidden-table.ts';
import { readSqlServerColumns, refuseUnwritable, type SqlServerColumn } from './sql-server-columns.ts';
import { checkKey, keyColumns } from './sql-server-key.ts';
import type { SqlServerRecords } from './sql-server-records.ts';
import { SqlServerRows } from './sql-server-rows.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { changeTable, createTable, fillColumns, type FilledColumn } from './sql-server-table.ts';
import { countRows, TriggerCheck } from './sql-server-triggers.ts';
import { hasCodePage } from './sql-server-types.ts';

const service = 'SQL Server';

/** What a load works with. */
interface SqlServerLoadOptions {
  session: SqlServerSession;
  /** With its schema, quoted; and as it was asked for. */
  table: string;
  tableName: string;
  records: SqlServerRecords;
  mode: LoadMode;
  key: readonly string[];
  evolve: boolean;
  existing: readonly SqlServerColumn[] | undefined;
  earlier: LoadRecord | undefined;
  /** Lets the next load into the table go on. */
  unlock(): Promise<void>;
}

/**
 * A load into SQL Server: the rows go into a temporary table of the session, as text; they are converted and moved into
 * the table by one short transaction, which holds the table for itself. Whoever reads meanwhile waits for it or, where
 * the database keeps versions of rows, reads the old ones; a scan that had read half of the old rows would otherwise
 * go on with the new ones.
 */
export class SqlServerLoad implements TableLoad {
  readonly existing: readonly SqlServerColumn[] | undefined;
  readonly generatedColumns: readonly string[];
  /** They are converted by NULLIF. */
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
  #taken = 0;
  #numbers = false;
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
    this.#taken = await this.#rows.end();
    return this.#taken;
  }

  async publish(
    columns: readonly InferredColumn[],
    record?: LoadRecord,
    rejects: readonly Reject[] = [],
  ): Promise<UpsertCounts | undefined> {
    const filled = fillColumns(this.#rows.staged(columns), this.existing, this.#key, this.#evolve);
    const key = keyColumns(filled, this.#key);
    const merges = this.existing !== undefined && this.#mode === 'upsert';
    const checksAll = this.existing !== undefined && this.#mode === 'append';
    // What can be found out before is, so that the transaction is short.
    await this.#refuseLostCharacters(filled);
    if (key.length > 0 && !checksAll)
      await checkKey(
        this.#session,
        this.#key,
        `SELECT ${key.map(({ compared }, index) => `${compared} AS k${index + 1}`).join(', ')} FROM ${this.#rows.source}`,
      );
    if (record && rejects.length > 0) await this.#records.prepare(record, rejects);
    await this.#session.begin();
    if (this.existing) await this.#hold(filled);
    else await this.#create(filled);
    const check = this.existing
      ? await TriggerCheck.begin({ session: this.#session, table: this.#table, tableName: this.#tableName }, this.#mode)
      : undefined;
    if (this.existing && this.#mode === 'replace') await this.#deleteRows();
    const upserted = merges ? await this.#merge(filled, key) : undefined;
    if (!merges) await this.#insert(filled);
    await check?.confirm(upserted?.inserted ?? this.#taken, filled, this.#rows.source);
    if (key.length > 0 && checksAll)
      await checkKey(
        this.#session,
        this.#key,
        `SELECT ${key.map(({ quotedName }, index) => `${quotedName} AS k${index + 1}`).join(', ')} FROM ${this.#table}`,
      );
    if (record) await this.#records.keep(record, rejects.length > 0);
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
      await this.#records.keep(record, false);
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

  /** Holds the table for this transaction alone, as it was when the load began, and gives it what it lacks. */
  async #hold(filled: readonly FilledColumn[]): Promise<void> {
    await this.#session.run(`SELECT TOP (1) 1 AS held FROM ${this.#table} WITH (TABLOCKX, HOLDLOCK)`);
    const now = await readSqlServerColumns(this.#session, this.#table, this.#tableName);
    if (JSON.stringify(now) !== JSON.stringify(this.#asRead)) {
      throw new PipewrightError({
        code: 'conflict',
        service,
        message: `The table “${this.#tableName}” was changed by another program during the load.`,
        hint: 'Run the step again.',
        retryable: true,
      });
    }
    for (const statement of this.#evolve ? changeTable(this.#table, filled) : []) await this.#session.run(statement);
  }

  /** Deletes all rows; but not where that would reach into other tables. */
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

  async #insert(filled: readonly FilledColumn[]): Promise<void> {
    const names = filled.map(({ quotedName }) => quotedName).join(', ');
    const inserted = await this.#numbering(
      filled,
      `INSERT INTO ${this.#table} (${names}) SELECT ${filled.map(({ value }) => value).join(', ')} FROM ${this.#rows.source}`,
    );
    this.#refuseLoss(inserted, this.#taken);
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  async #merge(filled: readonly FilledColumn[], key: readonly FilledColumn[]): Promise<UpsertCounts> {
    const same = key.map(({ quotedName, compared }) => `present.${quotedName} = ${compared}`).join(' AND ');
    const others = filled
      .filter(({ name }) => !this.#key.includes(name))
      .map(({ quotedName, value }) => `${quotedName} = ${value}`);
    const updated =
      others.length > 0
        ? await this.#session.change(
            `UPDATE present SET ${others.join(', ')} FROM ${this.#table} AS present INNER JOIN ${this.#rows.source} ON ${same}`,
          )
        : 0;
    const names = filled.map(({ quotedName }) => quotedName).join(', ');
    const inserted = await this.#numbering(
      filled,
      `INSERT INTO ${this.#table} (${names}) SELECT ${filled.map(({ value }) => value).join(', ')} FROM ${this.#rows.source} WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} AS present WHERE ${same})`,
    );
    if (others.length > 0) this.#refuseLoss(updated + inserted, this.#taken);
    return { updated, inserted };
  }

  /** Inserts rows; where the dataset brings numbers that the server gives otherwise, they are taken as they are. */
  async #numbering(filled: readonly FilledColumn[], insert: string): Promise<number> {
    if (!filled.some(({ before }) => before?.numbered)) return this.#session.change(insert);
    this.#numbers = true;
    await this.#session.run(`SET IDENTITY_INSERT ${this.#table} ON`);
    return this.#session.change(insert);
  }

  /** An index that passes over duplicates, or a trigger, may leave rows out without an error. */
  #refuseLoss(found: number, expected: number): void {
    if (found === expected) return;
    throw new PipewrightError({
      code: 'unexpected-answer',
      service,
      message: `SQL Server changed ${found} rows instead of ${expected}.`,
      hint: 'The table was not changed. Look for an index with IGNORE_DUP_KEY, a trigger, or rows of the table with the same key.',
    });
  }

  /** Refuses characters that a code page of several bytes lacks, which would be lost, and texts with too many of its bytes. */
  async #refuseLostCharacters(filled: readonly FilledColumn[]): Promise<void> {
    for (const { name, declaration, before, text } of filled) {
      if (!hasCodePage(declaration) || isUtf8CodePage(before?.codePage) || charactersOf(before?.codePage)) continue;
      const written = `CONVERT(varchar(max), ${text} COLLATE ${before?.collation ?? 'DATABASE_DEFAULT'})`;
      await this.#refuse(
        text,
        `CONVERT(nvarchar(max), ${written}) COLLATE Latin1_General_100_BIN2 <> ${text} COLLATE Latin1_General_100_BIN2`,
        (value) => `The column “${name}” is ${declaration}, whose code page does not have a character of “${value}”.`,
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
      code: 'bad-input',
      service,
      message: message(String(row['value']).slice(0, 60)),
      hint: 'The table was not changed. Correct the value, or choose another type for the column.',
    });
  }

  /** A connection that breaks here leaves open whether the server has published the rows. */
  async #commit(): Promise<void> {
    try {
      await this.#session.commit();
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'unavailable') throw error;
      throw withDetails(error, {
        hint: 'The connection broke while the rows were being published: the table holds all of them or none. With a load key, it is safe to run the step again.',
      });
    }
  }

  /** What is left of the load goes with the session; a session that lasts is made ready for the next one. */
  async #cleanUp(): Promise<void> {
    if (this.#numbers) await this.#session.run(`SET IDENTITY_INSERT ${this.#table} OFF`).catch(() => undefined);
    await this.#session.run(`DROP TABLE IF EXISTS ${this.#rows.tables}, #pipewright_rejects`).catch(() => undefined);
    await this.#unlock().catch(() => undefined);
  }
}
