import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { PostgresCopies } from './postgres-copy.ts';
import type { PostgresSession } from './postgres-session.ts';
import { carrierOf, postgresType, textAgain } from './postgres-types.ts';

/** Each widening of a column writes the rows anew that are there; after this many, all columns become text at once. */
const mostWidenings = 2;

/** A table that takes rows, before anybody can see them. */
export interface Place {
  /** Its quoted name. */
  name: string;
  /** Over which it is changed, and over which rows come. */
  session: PostgresSession;
  sessions: readonly PostgresSession[];
  delimiter: string;
  /** Whether its columns keep the types that they have when it is opened. */
  settled: boolean;
}

/**
 * Rows on their way into a table whose types are found while they come: a column is stored as the type of its values so
 * far, as long as their text can be made again from it.
 */
export class PostgresRows {
  readonly #place: Place;
  /** The columns as their values so far are, and the types that carry them. */
  #columns: readonly InferredColumn[] = [];
  #carriers: string[] = [];
  #widenings = 0;
  #copies: PostgresCopies | undefined;
  #rows = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  /**
   * Begins to send rows.
   * @param make makes the table where there is none, from the definitions of its columns
   */
  async open(
    columns: readonly InferredColumn[],
    make: (definitions: readonly string[]) => Promise<void>,
  ): Promise<void> {
    this.#columns = columns;
    this.#carriers = columns.map(carrierOf);
    await make(columns.map(({ name }, index) => `${quoted(name)} ${this.#carriers[index]}`));
    this.#openCopies();
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!this.#place.settled) await this.#widen(columns);
    await this.#copies?.write(block.width === 1 ? piecesOfOneColumn(block) : block.pieces);
  }

  /** Ends sending; gives the rows that the server took. */
  async end(): Promise<number> {
    this.#rows += (await this.#copies?.end()) ?? 0;
    this.#copies = undefined;
    return this.#rows;
  }

  /** Gives the columns the types that they shall have. */
  async settle(columns: readonly InferredColumn[], session: PostgresSession): Promise<void> {
    if (!this.#place.settled)
      await this.#change(
        columns.map(postgresType),
        (column, type, before) => cast(column, type, before, columns),
        session,
      );
  }

  async abort(): Promise<void> {
    await this.#copies?.abort();
  }

  /** Changes the types that no longer carry the values, before those values are sent. */
  async #widen(columns: readonly InferredColumn[]): Promise<void> {
    const needed = columns.map((column, index) => nextCarrier(this.#carriers[index] as string, carrierOf(column)));
    if (needed.some((carrier, index) => carrier !== this.#carriers[index])) {
      await this.end();
      this.#widenings += 1;
      const carriers = this.#widenings > mostWidenings ? needed.map(() => 'text') : needed;
      await this.#change(
        carriers,
        (column, type, before) => (type === 'text' ? textAgain(column) : cast(column, type, before, columns)),
        this.#place.session,
      );
      this.#openCopies();
    }
    this.#columns = columns;
  }

  /** Gives columns the types that carry them from now on; one statement, so that the rows are written anew once. */
  async #change(
    carriers: string[],
    using: (column: InferredColumn, type: string, before: string) => string,
    session: PostgresSession,
  ): Promise<void> {
    const changes = this.#columns.flatMap((column, index) => {
      const before = this.#carriers[index] as string;
      const type = carriers[index] as string;
      return type === before ? [] : [`ALTER ${quoted(column.name)} TYPE ${type} USING ${using(column, type, before)}`];
    });
    if (changes.length > 0) await session.run(`ALTER TABLE ${this.#place.name} ${changes.join(', ')}`);
    this.#carriers = carriers;
  }

  #openCopies(): void {
    const { name, sessions, delimiter } = this.#place;
    const columns = this.#columns.map((column) => quoted(column.name)).join(', ');
    this.#copies = new PostgresCopies(
      sessions.map(({ client }) => client),
      `${name} (${columns})`,
      delimiter,
    );
  }
}

/** An empty text that waited as text is NULL in any other type. */
function cast({ name }: InferredColumn, type: string, before: string, columns: readonly InferredColumn[]): string {
  const blanks =
    before === 'text' && type !== 'text' && columns.some((column) => column.name === name && column.hasEmptyStrings);
  return `${blanks ? `nullif(${quoted(name)}, '')` : quoted(name)}::${type}`;
}

/** The type that carries a column's values from now on; one that became text stays so until the end. */
function nextCarrier(now: string, next: string): string {
  return now === next || (now === 'bigint' && next === 'numeric') ? next : 'text';
}

const endOfCopy = Buffer.from('\\.');

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
