import { isUtf8 } from 'node:buffer';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { readValue, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { notUtf8Error } from '../load-errors.ts';
import { SqlServerBulk, type TextColumn, type TextRow } from './sql-server-bulk.ts';
import type { SqlServerColumn } from './sql-server-table.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { boundedLength } from './sql-server-types.ts';
import { addLength, addMisfit, addNumber, noFacts, type ValueFacts } from './sql-server-value-facts.ts';

/** The temporary table in which rows are staged. */
const staging = '#pipewright_staging';

/**
 * Columns per staging table. A row stores 8,060 bytes, and a longer text is moved out of it except for a pointer of 24
 * bytes: this many columns always fit.
 * @see https://learn.microsoft.com/sql/relational-databases/pages-and-extents-architecture-guide
 */
const maxColumns = 250;

/** The row number that joins several staging tables. */
const rowNumber: TextColumn = { name: 'n', length: 20 };

/** Bytes of the file per `INSERT BULK`: between two of them, the server can truncate the log of temporary tables. */
const bytesPerBulk = 32 * 1024 * 1024;

/** A staged column. */
export interface StagedColumn {
  column: InferredColumn;
  /** T-SQL for its staged text: `incoming.[c1]`. */
  staged: string;
  facts: ValueFacts;
}

/** Which facts about the values of a column are needed to choose its type. */
type NeededFacts = 'number' | 'text' | undefined;

/** How the staged rows will be loaded. */
interface RowsPlan {
  existing: readonly SqlServerColumn[] | undefined;
  key: readonly string[];
  evolve: boolean;
}

/**
 * Writes rows into a staging table whose columns are all text: a decimal keeps every digit, and a type can change at any
 * time. A column becomes `nvarchar(max)`, which is several times slower, at its first long value. Rows of many columns are
 * split over several tables.
 */
export class SqlServerRows {
  readonly #session: SqlServerSession;
  readonly #plan: RowsPlan;
  #facts: ValueFacts[] = [];
  #neededFacts: NeededFacts[] = [];
  /** The existing columns whose rules decide whether they are widened. */
  #ruled: (SqlServerColumn | undefined)[] = [];
  /** Whether a column has long values. */
  #long: boolean[] = [];
  #bulk: SqlServerBulk | undefined;
  #bytes = 0;
  #rows = 0;
  /** Number of rows sent, for the row numbers of several tables. */
  #sent = 0;

  constructor(session: SqlServerSession, plan: RowsPlan) {
    this.#session = session;
    this.#plan = plan;
  }

  /** T-SQL for all rows: `#pipewright_staging AS incoming`. */
  get source(): string {
    const [first, ...others] = this.#parts().map((_part, index) => `${tableOf(index)} AS ${aliasOf(index)}`);
    const joined = others
      .map((other, index) => ` INNER JOIN ${other} ON ${aliasOf(index + 1)}.[n] = incoming.[n]`)
      .join('');
    return joined === '' ? String(first) : `(${first}${joined})`;
  }

  /** The names of the staging tables, separated by commas. */
  get tables(): string {
    return this.#parts()
      .map((_part, index) => tableOf(index))
      .join(', ');
  }

  /** Creates the staging tables. */
  async open(columns: readonly InferredColumn[]): Promise<void> {
    const { existing, evolve } = this.#plan;
    this.#facts = columns.map(noFacts);
    this.#neededFacts = columns.map((column) => this.#factsNeededBy(column));
    this.#ruled = columns.map(({ name }) =>
      evolve ? existing?.find((column) => column.name === name && (column.rules ?? []).length > 0) : undefined,
    );
    this.#long = columns.map(() => false);
    const made = this.#parts().map(
      (part, index) => `CREATE TABLE ${tableOf(index)} (${part.map(definitionOf).join(', ')})`,
    );
    await this.#session.run(`DROP TABLE IF EXISTS ${this.tables}; ${made.join('; ')}`);
  }

  /** @throws PipewrightError `invalid-file` for a file that is not UTF-8 */
  async write(block: CsvBlock): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) throw notUtf8Error();
    await this.#lengthen(block);
    const parts = this.#parts();
    if (parts.length > 1) await this.#writeParts(parts, [...this.#textRows(block)]);
    else {
      this.#bulk ??= new SqlServerBulk(this.#session, staging, this.#textColumns());
      await this.#bulk.write(this.#textRows(block));
    }
    this.#bytes += block.buffer.length;
    if (this.#bytes >= bytesPerBulk) await this.#endBulk();
  }

  /** Ends writing and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    await this.#endBulk();
    return this.#rows;
  }

  /** Aborts writing. */
  async abort(): Promise<void> {
    const bulk = this.#bulk;
    this.#bulk = undefined;
    await bulk?.abort();
  }

  /** The staged columns with the facts about their values. */
  staged(columns: readonly InferredColumn[]): StagedColumn[] {
    return columns.map((column, index) => ({
      column,
      staged: `${aliasOf(Math.floor(index / maxColumns))}.[${stagedName(index)}]`,
      facts: this.#facts[index] as ValueFacts,
    }));
  }

  /** The columns of each staging table. */
  #parts(): TextColumn[][] {
    const columns = this.#textColumns();
    if (columns.length <= maxColumns) return [columns];
    return Array.from({ length: Math.ceil(columns.length / maxColumns) }, (_, part) => [
      rowNumber,
      ...columns.slice(part * maxColumns, (part + 1) * maxColumns),
    ]);
  }

  /** Sends the values of one table after the other: a connection runs one bulk load at a time. */
  async #writeParts(parts: readonly TextColumn[][], rows: readonly TextRow[]): Promise<void> {
    for (const [part, columns] of parts.entries()) {
      const bulk = new SqlServerBulk(this.#session, tableOf(part), columns);
      this.#bulk = bulk;
      await bulk.write(
        rows.map((row, index) => [
          String(this.#sent + index),
          ...row.slice(part * maxColumns, (part + 1) * maxColumns),
        ]),
      );
      const accepted = await bulk.end();
      this.#bulk = undefined;
      if (part === 0) this.#rows += accepted;
    }
    this.#sent += rows.length;
  }

  /** Widens the columns for the long values of a block, before they are sent. */
  async #lengthen({ rows, width, starts, ends }: CsvBlock): Promise<void> {
    const before = this.#long;
    // A text has at most as many units of UTF-16 as bytes.
    for (let index = 0; index < rows * width; index += 1) {
      if ((ends[index] as number) - (starts[index] as number) <= boundedLength || this.#long[index % width]) continue;
      this.#long = this.#long.map((isLong, column) => isLong || column === index % width);
    }
    if (before === this.#long) return;
    await this.#endBulk();
    for (const [index, column] of this.#textColumns().entries()) {
      if (this.#long[index] && !before[index])
        await this.#session.run(
          `ALTER TABLE ${tableOf(Math.floor(index / maxColumns))} ALTER COLUMN ${definitionOf(column)}`,
        );
    }
  }

  async #endBulk(): Promise<void> {
    const bulk = this.#bulk;
    this.#bulk = undefined;
    this.#bytes = 0;
    this.#rows += (await bulk?.end()) ?? 0;
  }

  *#textRows(block: CsvBlock): Generator<TextRow> {
    const { rows, width } = block;
    for (let row = 0, index = 0; row < rows; row += 1) {
      const values = new Array<string | null>(width);
      for (let column = 0; column < width; column += 1, index += 1) {
        const value = readValue(block, index);
        values[column] = value;
        if (value !== null) this.#addFacts(column, value);
      }
      yield values;
    }
  }

  #addFacts(column: number, value: string): void {
    const needed = this.#neededFacts[column];
    if (needed === undefined) return;
    const facts = this.#facts[column] as ValueFacts;
    if (needed === 'text') addLength(facts, value);
    else addNumber(facts, value);
    const ruled = this.#ruled[column];
    if (ruled) addMisfit(facts, ruled, value);
  }

  #textColumns(): TextColumn[] {
    return this.#long.map((isLong, index) => ({ name: stagedName(index), length: isLong ? Infinity : boundedLength }));
  }

  #factsNeededBy({ name, type, precision }: InferredColumn): NeededFacts {
    const { existing, key, evolve } = this.#plan;
    if (existing && evolve) return 'number';
    if (!existing && type === 'decimal' && precision === undefined) return 'number';
    return key.includes(name) ? 'text' : undefined;
  }
}

function definitionOf({ name, length }: TextColumn): string {
  return `[${name}] nvarchar(${length === Infinity ? 'max' : length}) COLLATE DATABASE_DEFAULT NULL`;
}

function stagedName(index: number): string {
  return `c${index + 1}`;
}

const tableOf = (part: number): string => (part === 0 ? staging : `${staging}_${part + 1}`);

const aliasOf = (part: number): string => (part === 0 ? 'incoming' : `incoming_${part + 1}`);
