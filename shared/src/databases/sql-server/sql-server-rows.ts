import { isUtf8 } from 'node:buffer';
import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { readValue, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { SqlServerBulk, type TextColumn, type TextRow } from './sql-server-bulk.ts';
import type { SqlServerColumn } from './sql-server-table.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { boundedLength } from './sql-server-types.ts';
import { lookAtNumber, lookAtRules, lookAtText, noFacts, type ValueFacts } from './sql-server-value-facts.ts';

/** Where rows wait until they are published; only this session sees it, and it goes with the session. */
const staging = '#pipewright_staging';

/**
 * Columns of one staging table at most. A row has room for 8,060 bytes, and a text of more than 24 bytes can be moved out
 * of it but for a pointer of 24 bytes: so many columns fit, whatever is in them.
 * @see https://learn.microsoft.com/sql/relational-databases/pages-and-extents-architecture-guide
 */
const mostColumns = 250;

/** What numbers the rows where they are in several staging tables. */
const rowNumber: TextColumn = { name: 'n', length: 20 };

/** Each `INSERT BULK` takes so many bytes of the file: the server's log of temporary tables can be cleared between two of them. */
const bytesPerBulk = 32 * 1024 * 1024;

/** What becomes of a column. */
export interface StagedColumn {
  column: InferredColumn;
  /** T-SQL for its text among the staged rows: `incoming.[c1]`. */
  staged: string;
  facts: ValueFacts;
}

/** How much must be known of the values of a column to find its type. */
type Looks = 'number' | 'text' | undefined;

/** What rows are staged for. */
interface RowsPlan {
  existing: readonly SqlServerColumn[] | undefined;
  key: readonly string[];
  evolve: boolean;
}

/**
 * Rows on their way into a staging table whose columns are all text: a decimal keeps every digit, a type that later
 * values break costs nothing, and nothing can fail to convert before all rows are there. A column is `nvarchar(max)`,
 * which the server takes several times more slowly, only from its first long value on. Rows of many columns are in
 * several tables.
 */
export class SqlServerRows {
  readonly #session: SqlServerSession;
  readonly #plan: RowsPlan;
  #facts: ValueFacts[] = [];
  #looks: Looks[] = [];
  /** The columns of the table as they are, where their rules decide what they become. */
  #ruled: (SqlServerColumn | undefined)[] = [];
  /** The columns that hold long values. */
  #long: boolean[] = [];
  #bulk: SqlServerBulk | undefined;
  #bytes = 0;
  #rows = 0;
  /** Rows that were sent, by which those of several tables are numbered. */
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

  /** The staging tables, with a comma between two. */
  get tables(): string {
    return this.#parts()
      .map((_part, index) => tableOf(index))
      .join(', ');
  }

  /** Makes the place for the rows. */
  async open(columns: readonly InferredColumn[]): Promise<void> {
    const { existing, evolve } = this.#plan;
    this.#facts = columns.map(noFacts);
    this.#looks = columns.map((column) => this.#lookOf(column));
    this.#ruled = columns.map(({ name }) =>
      evolve ? existing?.find((column) => column.name === name && (column.rules ?? []).length > 0) : undefined,
    );
    this.#long = columns.map(() => false);
    const made = this.#parts().map(
      (part, index) => `CREATE TABLE ${tableOf(index)} (${part.map(definitionOf).join(', ')})`,
    );
    await this.#session.run(`DROP TABLE IF EXISTS ${this.tables}; ${made.join('; ')}`);
  }

  /** @throws PipewrightError `bad-csv` for a file that is not UTF-8 */
  async write(block: CsvBlock): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) {
      throw new PipewrightError({
        code: 'bad-csv',
        message: 'The file is not in UTF-8.',
        hint: 'Save it as CSV in UTF-8. The table was not changed.',
      });
    }
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

  /** Ends sending; gives the rows that the server took. */
  async end(): Promise<number> {
    await this.#endBulk();
    return this.#rows;
  }

  /** Breaks off sending. */
  async abort(): Promise<void> {
    const bulk = this.#bulk;
    this.#bulk = undefined;
    await bulk?.abort();
  }

  /** The columns, with what their values are like. */
  staged(columns: readonly InferredColumn[]): StagedColumn[] {
    return columns.map((column, index) => ({
      column,
      staged: `${aliasOf(Math.floor(index / mostColumns))}.[${stagedName(index)}]`,
      facts: this.#facts[index] as ValueFacts,
    }));
  }

  /** The columns of each staging table. */
  #parts(): TextColumn[][] {
    const columns = this.#textColumns();
    if (columns.length <= mostColumns) return [columns];
    return Array.from({ length: Math.ceil(columns.length / mostColumns) }, (_, part) => [
      rowNumber,
      ...columns.slice(part * mostColumns, (part + 1) * mostColumns),
    ]);
  }

  /** Sends the values of one table after the other, for only one takes rows at a time. */
  async #writeParts(parts: readonly TextColumn[][], rows: readonly TextRow[]): Promise<void> {
    for (const [part, columns] of parts.entries()) {
      const bulk = new SqlServerBulk(this.#session, tableOf(part), columns);
      this.#bulk = bulk;
      await bulk.write(
        rows.map((row, index) => [
          String(this.#sent + index),
          ...row.slice(part * mostColumns, (part + 1) * mostColumns),
        ]),
      );
      const taken = await bulk.end();
      this.#bulk = undefined;
      if (part === 0) this.#rows += taken;
    }
    this.#sent += rows.length;
  }

  /** Makes room for the long values of a block, before they are sent. */
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
          `ALTER TABLE ${tableOf(Math.floor(index / mostColumns))} ALTER COLUMN ${definitionOf(column)}`,
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
        if (value !== null) this.#look(column, value);
      }
      yield values;
    }
  }

  #look(column: number, value: string): void {
    const look = this.#looks[column];
    if (look === undefined) return;
    const facts = this.#facts[column] as ValueFacts;
    if (look === 'text') lookAtText(facts, value);
    else lookAtNumber(facts, value);
    const ruled = this.#ruled[column];
    if (ruled) lookAtRules(facts, ruled, value);
  }

  #textColumns(): TextColumn[] {
    return this.#long.map((isLong, index) => ({ name: stagedName(index), length: isLong ? Infinity : boundedLength }));
  }

  #lookOf({ name, type, precision }: InferredColumn): Looks {
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
