import type pg from 'pg';
import type { InferredColumn } from '../column.ts';
import { valueKind, type CsvBlock } from '../csv-block.ts';
import type { Reject } from '../csv-scanner.ts';
import type { ExistingColumn, LoadMode, LoadRecord, TableLoad, Upserted } from '../target.ts';
import { cascadeError } from './cascade-error.ts';
import { keyError, loadsColumns, loadsTable, makeLoads, makeRejects, rejectsColumns, rejectsTable, valuesOf } from './load-records.ts';
import { PostgresCopy } from './postgres-copy.ts';
import { explainPostgres } from './postgres-error.ts';
import { carrierOf, postgresType, textAgain } from './postgres-types.ts';
import { quotePostgres as quoted } from './quote-identifier.ts';

/** Each widening of a column writes the rows anew that are there; after this many, all columns become text at once. */
const mostWidenings = 2;

/** Where rows wait that are merged into others. */
const staging = 'pg_temp.pipewright_staging';

/** What a load works with. */
interface PostgresLoadOptions {
  /** Quoted names, with their schema: of the table, and of the one in which loads are kept. */
  name: string;
  loads: string;
  mode: LoadMode;
  delimiter: string;
  key: readonly string[];
  existing: readonly ExistingColumn[] | undefined;
  earlier: LoadRecord | undefined;
}

const endOfCopy = Buffer.from('\\.');

/**
 * A load into PostgreSQL within one transaction, which is all the staging it needs: nobody sees the rows before COMMIT,
 * and nobody ever sees them after ROLLBACK. Rows are copied straight into the table; those that are replaced are
 * deleted first, not truncated, so that readers keep the old ones meanwhile.
 */
export class PostgresLoad implements TableLoad {
  readonly existing: readonly ExistingColumn[] | undefined;
  readonly #client: pg.Client;
  readonly #table: string;
  readonly earlier: LoadRecord | undefined;
  readonly #loads: string;
  readonly #mode: LoadMode;
  readonly #key: readonly string[];
  readonly #delimiter: string;
  /** Where the rows are copied to: the table itself, or a temporary one from which they are merged. */
  readonly #into: string;
  /** Columns of a new table as their values so far are; and the types that carry them. */
  #columns: readonly InferredColumn[] = [];
  #carriers: string[] = [];
  #widenings = 0;
  #copy: PostgresCopy | undefined;
  #rows = 0;
  #done = false;

  constructor(client: pg.Client, { name, loads, mode, delimiter, key, existing, earlier }: PostgresLoadOptions) {
    this.#client = client;
    this.#table = name;
    this.#loads = loads;
    this.#mode = mode;
    this.#delimiter = delimiter;
    this.#key = key;
    this.existing = existing;
    this.earlier = earlier;
    this.#into = mode === 'upsert' && existing ? staging : name;
  }

  async countBefore(): Promise<number> {
    const { rows } = await this.#run(`SELECT count(*) AS rows FROM ${this.#table}`);
    return Number(rows[0]?.['rows'] ?? 0);
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    this.#columns = columns;
    if (this.existing) {
      if (this.#mode === 'replace') await this.#deleteRows();
      const names = columns.map(({ name }) => quoted(name)).join(', ');
      if (this.#into === staging) await this.#run(`CREATE TEMPORARY TABLE ${staging} ON COMMIT DROP AS SELECT ${names} FROM ${this.#table} WITH NO DATA`);
    } else {
      this.#carriers = columns.map(carrierOf);
      const list = columns.map(({ name }, index) => `${quoted(name)} ${this.#carriers[index]}`).join(', ');
      await this.#run(`CREATE TABLE ${this.#table} (${list})`);
    }
    this.#openCopy();
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!this.existing) await this.#widen(columns);
    await this.#copy?.write(block.width === 1 ? piecesOfOneColumn(block) : block.pieces);
  }

  async count(): Promise<number> {
    await this.#endCopy();
    return this.#rows;
  }

  async publish(columns: readonly InferredColumn[], record?: LoadRecord, rejects: readonly Reject[] = []): Promise<Upserted | undefined> {
    if (!this.existing) {
      await this.#change(columns.map(postgresType), cast);
    }
    if (this.#key.length > 0) await this.#checkKey();
    const upserted = this.#into === staging ? await this.#merge(columns) : undefined;
    if (record) {
      await this.#run(makeLoads(this.#loads, 'timestamptz'));
      await this.#run(`INSERT INTO ${this.#loads} (${loadsColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, valuesOf(record));
      if (rejects.length > 0) await this.#keepRejects(record, rejects);
    }
    await this.#run('COMMIT');
    this.#done = true;
    return upserted;
  }

  async #keepRejects({ loadId, table }: LoadRecord, rejects: readonly Reject[]): Promise<void> {
    const name = this.#loads.replace(loadsTable, rejectsTable);
    await this.#run(makeRejects(name));
    const part = (read: (reject: Reject) => unknown): unknown[] => rejects.map(read);
    // PostgreSQL takes no zero byte in a text; a row with one never comes as far as this.
    await this.#run(`INSERT INTO ${name} (${rejectsColumns}) SELECT $1, $2, * FROM unnest($3::bigint[], $4::text[], $5::text[])`, [loadId, table, part(({ line }) => line), part(({ reason }) => reason), part(({ text }) => text)]);
  }

  /** The key must tell the rows apart: those of the dataset where they are merged, else those of the whole table. */
  async #checkKey(): Promise<void> {
    const key = this.#key.map(quoted);
    const empty = await this.#run(`SELECT 1 FROM ${this.#into} WHERE ${key.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`);
    if (empty.rows.length > 0) throw keyError('PostgreSQL', this.#key, undefined);
    const twice = await this.#run(`SELECT concat_ws(', ', ${key.map((name) => `${name}::text`).join(', ')}) AS value FROM ${this.#into} GROUP BY ${key.join(', ')} HAVING count(*) > 1 LIMIT 1`);
    if (twice.rows[0]) throw keyError('PostgreSQL', this.#key, String(twice.rows[0]['value']));
  }

  /** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
  async #merge(columns: readonly InferredColumn[]): Promise<Upserted> {
    const all = columns.map(({ name }) => quoted(name));
    const same = this.#key.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(' AND ');
    const others = columns.filter(({ name }) => !this.#key.includes(name)).map(({ name }) => `${quoted(name)} = new.${quoted(name)}`);
    await this.#run(`ANALYZE ${staging}`);
    const matched = others.length > 0 ? await this.#run(`UPDATE ${this.#table} old SET ${others.join(', ')} FROM ${staging} new WHERE ${same}`) : undefined;
    const added = await this.#run(`INSERT INTO ${this.#table} (${all.join(', ')}) SELECT ${all.map((name) => `new.${name}`).join(', ')} FROM ${staging} new WHERE NOT EXISTS (SELECT 1 FROM ${this.#table} old WHERE ${same})`);
    return { updated: matched?.rowCount ?? 0, inserted: added.rowCount ?? 0 };
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    await this.#copy?.abort();
    await this.#client.query('ROLLBACK').catch(() => undefined);
  }

  /** Changes the types that no longer carry the values, before those values are sent. */
  async #widen(columns: readonly InferredColumn[]): Promise<void> {
    const needed = columns.map((column, index) => nextCarrier(this.#carriers[index] as string, carrierOf(column)));
    if (needed.some((carrier, index) => carrier !== this.#carriers[index])) {
      await this.#endCopy();
      this.#widenings += 1;
      const carriers = this.#widenings > mostWidenings ? columns.map(() => 'text') : needed;
      await this.#change(carriers, (column, type) => (type === 'text' ? textAgain(column) : cast(column, type)));
      this.#openCopy();
    }
    this.#columns = columns;
  }

  /** Gives columns the types that carry them from now on; one statement, so that the rows are written anew once. */
  async #change(carriers: string[], using: (column: InferredColumn, type: string) => string): Promise<void> {
    const changes = this.#columns.flatMap((column, index) => {
      const type = carriers[index] as string;
      return type === this.#carriers[index]
        ? []
        : [`ALTER ${quoted(column.name)} TYPE ${type} USING ${using(column, type)}`];
    });
    if (changes.length > 0) await this.#run(`ALTER TABLE ${this.#table} ${changes.join(', ')}`);
    this.#carriers = carriers;
  }

  /** Deletes all rows; but not where that would reach into other tables. */
  async #deleteRows(): Promise<void> {
    const { rows } = await this.#run(
      `SELECT conrelid::regclass::text AS name FROM pg_constraint
       WHERE contype = 'f' AND confrelid = to_regclass($1) AND conrelid <> confrelid
         AND confdeltype IN ('c', 'n', 'd')`,
      [this.#table],
    );
    if (rows[0]) throw cascadeError('PostgreSQL', String(rows[0]['name']));
    await this.#run(`DELETE FROM ${this.#table}`);
  }

  #openCopy(): void {
    const columns = this.#columns.map(({ name }) => quoted(name)).join(', ');
    this.#copy = new PostgresCopy(this.#client, `${this.#into} (${columns})`, this.#delimiter);
  }

  async #endCopy(): Promise<void> {
    this.#rows += (await this.#copy?.end()) ?? 0;
    this.#copy = undefined;
  }

  async #run(sql: string, values: unknown[] = []): Promise<pg.QueryResult<Record<string, unknown>>> {
    try {
      return await this.#client.query(sql, values);
    } catch (error) {
      throw explainPostgres(error);
    }
  }
}

function cast({ name }: InferredColumn, type: string): string {
  return `${quoted(name)}::${type}`;
}

/** The type that carries a column's values from now on; one that became text stays so until the end. */
function nextCarrier(now: string, next: string): string {
  if (now === next || (now === 'bigint' && next === 'numeric')) return next;
  return 'text';
}

/** In a file of one column a row `\.` would end the COPY of servers before PostgreSQL 18; in quotes it is a value. */
function piecesOfOneColumn({ buffer, rows, starts, ends, kinds, pieces, lineEnd }: CsvBlock): readonly Uint8Array[] {
  const allRows = Array.from({ length: rows }, (_value, row) => row);
  const valueOf = (row: number): Buffer => buffer.subarray(starts[row] as number, ends[row] as number);
  const endsCopy = (row: number): boolean => kinds[row] === valueKind.bare && valueOf(row).equals(endOfCopy);
  if (!allRows.some(endsCopy)) return pieces;
  return allRows.map((row) => {
    const quotes = Buffer.from((kinds[row] as number) & valueKind.quoted || endsCopy(row) ? '"' : '');
    return Buffer.concat([quotes, valueOf(row), quotes, lineEnd]);
  });
}
