import { PipewrightError, withDetails } from '../../../host/error.ts';
import type { InferredColumn } from '../../types/column.ts';
import type { CsvBlock } from '../../csv/csv-block.ts';
import type { Reject } from '../../csv/csv-scanner.ts';
import type { LoadMode, LoadRecord, TableLoad, Upserted } from '../../load/target.ts';
import { cascadeError } from '../cascade-error.ts';
import { keyError } from '../load-records.ts';
import { isMisfit } from './from-text.ts';
import { readSqlServerColumns, type SqlServerColumn } from './sql-server-columns.ts';
import type { SqlServerRecords } from './sql-server-records.ts';
import { SqlServerRows, staging } from './sql-server-rows.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { changeTable, createTable, fillColumns, type FilledColumn } from './sql-server-table.ts';
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
  readonly earlier: LoadRecord | undefined;
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

  constructor({ session, table, tableName, records, mode, key, evolve, existing, earlier, unlock }: SqlServerLoadOptions) {
    this.#session = session;
    this.#table = table;
    this.#tableName = tableName;
    this.#records = records;
    this.#mode = mode;
    this.#key = key;
    this.#evolve = evolve;
    this.existing = existing;
    this.earlier = earlier;
    this.#unlock = unlock;
    this.#rows = new SqlServerRows(session, { existing, key, evolve });
  }

  async countBefore(): Promise<number> {
    const [row] = await this.#session.run(`SELECT COUNT_BIG(*) AS rows_before FROM ${this.#table}`);
    return Number(row?.['rows_before'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    await this.#rows.open(columns);
  }

  async write(block: CsvBlock): Promise<void> {
    await this.#rows.write(block);
  }

  async count(): Promise<number> {
    this.#taken = await this.#rows.end();
    return this.#taken;
  }

  async publish(columns: readonly InferredColumn[], record?: LoadRecord, rejects: readonly Reject[] = []): Promise<Upserted | undefined> {
    const filled = fillColumns(this.#rows.staged(columns), this.existing, this.#key, this.#evolve);
    const merges = this.existing !== undefined && this.#mode === 'upsert';
    const checksAll = this.existing !== undefined && this.#mode === 'append';
    // What can be found out before is, so that the transaction is short.
    await this.#refuseMisfits(filled);
    if (this.#key.length > 0 && !checksAll) await this.#checkStagedKey(filled);
    if (record && rejects.length > 0) await this.#records.prepare(record, rejects);
    await this.#session.begin();
    if (this.existing) await this.#hold(filled);
    else await this.#session.run(createTable(this.#table, filled));
    if (this.existing && this.#mode === 'replace') await this.#deleteRows();
    const upserted = merges ? await this.#merge(filled) : undefined;
    if (!merges) await this.#insert(filled);
    if (this.#key.length > 0 && checksAll) await this.#checkKey(`SELECT ${filled.filter(({ name }) => this.#key.includes(name)).map(({ quotedName }, index) => `${quotedName} AS k${index + 1}`).join(', ')} FROM ${this.#table}`);
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

  /** Holds the table for this transaction alone, as it was when the load began, and gives it what it lacks. */
  async #hold(filled: readonly FilledColumn[]): Promise<void> {
    await this.#session.run(`SELECT TOP (1) 1 AS held FROM ${this.#table} WITH (TABLOCKX, HOLDLOCK)`);
    const now = await readSqlServerColumns(this.#session, this.#table, this.#tableName);
    if (JSON.stringify(now) !== JSON.stringify(this.existing)) {
      throw new PipewrightError({
        code: 'conflict',
        service,
        message: `The table “${this.#tableName}” was changed by another program during the load.`,
        hint: 'It is as that program left it. Run the step again.',
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
    const inserted = await this.#numbering(filled, `INSERT INTO ${this.#table} (${names}) SELECT ${filled.map(({ value }) => value).join(', ')} FROM ${staging} AS incoming`);
    this.#refuseLoss(inserted, this.#taken);
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  async #merge(filled: readonly FilledColumn[]): Promise<Upserted> {
    const key = filled.filter(({ name }) => this.#key.includes(name));
    const same = key.map(({ quotedName, compared }) => `present.${quotedName} = ${compared}`).join(' AND ');
    const others = filled.filter(({ name }) => !this.#key.includes(name)).map(({ quotedName, value }) => `${quotedName} = ${value}`);
    const updated = others.length > 0 ? await this.#session.change(`UPDATE present SET ${others.join(', ')} FROM ${this.#table} AS present INNER JOIN ${staging} AS incoming ON ${same}`) : 0;
    const names = filled.map(({ quotedName }) => quotedName).join(', ');
    const inserted = await this.#numbering(filled, `INSERT INTO ${this.#table} (${names}) SELECT ${filled.map(({ value }) => value).join(', ')} FROM ${staging} AS incoming WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} AS present WHERE ${same})`);
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
      hint: 'The table is as it was. Look for an index with IGNORE_DUP_KEY, a trigger, or rows of the table with the same key.',
    });
  }

  /** Refuses values of types that the core does not know, and letters that a code page lacks, which would be lost. */
  async #refuseMisfits(filled: readonly FilledColumn[]): Promise<void> {
    for (const { name, declaration, before, text } of filled) {
      const misfit = isMisfit(declaration, text);
      if (misfit) await this.#refuse(`${text} AS value`, misfit, (value) => `The value “${value}” does not fit the column “${name}”, which is ${declaration}.`);
      if (!hasCodePage(declaration)) continue;
      const kept = `CONVERT(nvarchar(max), CONVERT(varchar(max), ${text} COLLATE ${before?.collation ?? 'DATABASE_DEFAULT'}))`;
      await this.#refuse(`${text} AS value`, `${kept} COLLATE Latin1_General_100_BIN2 <> ${text} COLLATE Latin1_General_100_BIN2`, (value) => `The column “${name}” is ${declaration}, whose code page lacks a letter of “${value}”.`);
    }
  }

  async #refuse(select: string, condition: string, message: (value: string) => string): Promise<void> {
    const [row] = await this.#session.run(`SELECT TOP (1) ${select} FROM ${staging} AS incoming WHERE ${condition}`);
    if (!row) return;
    throw new PipewrightError({ code: 'bad-input', service, message: message(String(row['value']).slice(0, 60)), hint: 'The table is as it was. Correct the value, or choose another type for the column.' });
  }

  /** The key must tell the rows of the dataset apart. */
  async #checkStagedKey(filled: readonly FilledColumn[]): Promise<void> {
    const key = filled.filter(({ name }) => this.#key.includes(name));
    await this.#checkKey(`SELECT ${key.map(({ compared }, index) => `${compared} AS k${index + 1}`).join(', ')} FROM ${staging} AS incoming`);
  }

  /** @param select gives the values of the key as `k1`, `k2`, … */
  async #checkKey(select: string): Promise<void> {
    const names = this.#key.map((_name, index) => `k${index + 1}`);
    const [empty] = await this.#session.run(`SELECT TOP (1) 1 AS found FROM (${select}) AS found_keys WHERE ${names.map((name) => `found_keys.${name} IS NULL`).join(' OR ')}`);
    if (empty) throw keyError(service, this.#key, undefined);
    const [twice] = await this.#session.run(`SELECT TOP (1) ${names.map((name) => `CONVERT(nvarchar(100), found_keys.${name}) AS ${name}`).join(', ')} FROM (${select}) AS found_keys GROUP BY ${names.map((name) => `found_keys.${name}`).join(', ')} HAVING COUNT_BIG(*) > 1`);
    if (twice) throw keyError(service, this.#key, names.map((name) => String(twice[name])).join(', '));
  }

  /** A connection that breaks here leaves open whether the server has published the rows. */
  async #commit(): Promise<void> {
    try {
      await this.#session.commit();
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'unavailable') throw error;
      throw withDetails(error, { hint: 'The connection broke while the rows were being published: they are in the table wholly or not at all. With a load key, running the step again is safe.' });
    }
  }

  /** What is left of the load goes with the session; a session that lasts is made ready for the next one. */
  async #cleanUp(): Promise<void> {
    if (this.#numbers) await this.#session.run(`SET IDENTITY_INSERT ${this.#table} OFF`).catch(() => undefined);
    await this.#session.run(`DROP TABLE IF EXISTS ${staging}, #pipewright_rejects`).catch(() => undefined);
    await this.#unlock().catch(() => undefined);
  }
}
