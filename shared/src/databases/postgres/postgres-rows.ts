import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { PostgresCopies } from './postgres-copy.ts';
import type { PostgresSession } from './postgres-session.ts';
import { restoreText, stagingType } from './postgres-text.ts';
import { postgresType } from './postgres-types.ts';

/** Each type change rewrites the staged rows; after this many, every column becomes text at once. */
const maxTypeChanges = 2;

/** The table that the rows are copied into, before other sessions can see them. */
export interface CopyTarget {
  /** Quoted. */
  name: string;
  /** The connection that changes the table, and those over which rows are copied. */
  session: PostgresSession;
  sessions: readonly PostgresSession[];
  /** Whether its columns keep their types regardless of the values. */
  typesAreFixed: boolean;
}

/**
 * Copies rows into a table whose types are inferred on the way: a column has the type of its values so far, as long as
 * their original text can be restored from it.
 */
export class PostgresRows {
  readonly #target: CopyTarget;
  /** The columns as inferred so far, and the types in which they are staged. */
  #columns: readonly InferredColumn[] = [];
  #types: string[] = [];
  #typeChanges = 0;
  #copies: PostgresCopies | undefined;
  #rows = 0;

  constructor(target: CopyTarget) {
    this.#target = target;
  }

  /**
   * Prepares the table; the copies open with the first block, whose delimiter they need.
   * @param make creates the table where it does not exist, from the definitions of its columns
   */
  async open(
    columns: readonly InferredColumn[],
    make: (definitions: readonly string[]) => Promise<void>,
  ): Promise<void> {
    this.#columns = columns;
    this.#types = columns.map(stagingType);
    await make(columns.map(({ name }, index) => `${quoted(name)} ${this.#types[index]}`));
  }

  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    if (!this.#target.typesAreFixed) await this.#widen(columns);
    this.#copies ??= this.#openCopies(block.delimiter);
    await this.#copies.write(block.width === 1 ? piecesOfOneColumn(block) : block.pieces);
  }

  /** Ends the copies and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    this.#rows += (await this.#copies?.end()) ?? 0;
    this.#copies = undefined;
    return this.#rows;
  }

  /** Gives the columns their final types. */
  async settle(columns: readonly InferredColumn[], session: PostgresSession): Promise<void> {
    if (!this.#target.typesAreFixed)
      await this.#change(
        columns.map(postgresType),
        (column, type, before) => cast(column, type, before, columns),
        session,
      );
  }

  async abort(): Promise<void> {
    await this.#copies?.abort();
  }

  /** Changes the types that cannot store the values of the next block. */
  async #widen(columns: readonly InferredColumn[]): Promise<void> {
    const needed = columns.map((column, index) => nextType(this.#types[index] as string, stagingType(column)));
    if (needed.some((type, index) => type !== this.#types[index])) {
      await this.end();
      this.#typeChanges += 1;
      const types = this.#typeChanges > maxTypeChanges ? needed.map(() => 'text') : needed;
      await this.#change(
        types,
        (column, type, before) => (type === 'text' ? restoreText(column) : cast(column, type, before, columns)),
        this.#target.session,
      );
    }
    this.#columns = columns;
  }

  /** Changes types in one statement, so that the rows are rewritten once. */
  async #change(
    types: string[],
    using: (column: InferredColumn, type: string, before: string) => string,
    session: PostgresSession,
  ): Promise<void> {
    const changes = this.#columns.flatMap((column, index) => {
      const before = this.#types[index] as string;
      const type = types[index] as string;
      return type === before ? [] : [`ALTER ${quoted(column.name)} TYPE ${type} USING ${using(column, type, before)}`];
    });
    if (changes.length > 0) await session.run(`ALTER TABLE ${this.#target.name} ${changes.join(', ')}`);
    this.#types = types;
  }

  #openCopies(delimiter: string): PostgresCopies {
    const { name, sessions } = this.#target;
    const columns = this.#columns.map((column) => quoted(column.name)).join(', ');
    return new PostgresCopies(
      sessions.map(({ client }) => client),
      `${name} (${columns})`,
      delimiter,
    );
  }
}

/** An empty text that was staged as text becomes NULL in any other type. */
function cast({ name }: InferredColumn, type: string, before: string, columns: readonly InferredColumn[]): string {
  const blanks =
    before === 'text' && type !== 'text' && columns.some((column) => column.name === name && column.hasEmptyStrings);
  return `${blanks ? `nullif(${quoted(name)}, '')` : quoted(name)}::${type}`;
}

/** The next staging type of a column; text stays text until the end. */
function nextType(current: string, next: string): string {
  return current === next || (current === 'bigint' && next === 'numeric') ? next : 'text';
}

const endOfCopy = Buffer.from('\\.');

/** In a file of one column, a row `\.` would end the COPY of servers before PostgreSQL 18; quoted, it is a value. */
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
