import type pg from 'pg';
import type { InferredColumn } from '../column.ts';
import { valueKind, type CsvBlock } from '../csv-block.ts';
import type { ExistingColumn, LoadMode, TableLoad } from '../target.ts';
import { cascadeError } from './cascade-error.ts';
import { PostgresCopy } from './postgres-copy.ts';
import { explainPostgres } from './postgres-error.ts';
import { carrierOf, postgresType, textAgain } from './postgres-types.ts';
import { quotePostgres as quoted } from './quote-identifier.ts';

/** Each widening of a column writes the rows anew that are there; after this many, all columns become text at once. */
const mostWidenings = 2;

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
  readonly #mode: LoadMode;
  /** Columns of a new table as their values so far are; and the types that carry them. */
  #columns: readonly InferredColumn[] = [];
  #carriers: string[] = [];
  #widenings = 0;
  #copy: PostgresCopy | undefined;
  #rows = 0;
  #done = false;

  /** @param table quoted name, with its schema */
  constructor(client: pg.Client, table: string, mode: LoadMode, existing: readonly ExistingColumn[] | undefined) {
    this.#client = client;
    this.#table = table;
    this.#mode = mode;
    this.existing = existing;
  }

  async stage(columns: readonly InferredColumn[]): Promise<void> {
    this.#columns = columns;
    if (this.existing) {
      if (this.#mode === 'replace') await this.#deleteRows();
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

  async publish(columns: readonly InferredColumn[]): Promise<void> {
    if (!this.existing) {
      await this.#change(columns.map(postgresType), cast);
    }
    await this.#run('COMMIT');
    this.#done = true;
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
    this.#copy = new PostgresCopy(this.#client, `${this.#table} (${columns})`);
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
