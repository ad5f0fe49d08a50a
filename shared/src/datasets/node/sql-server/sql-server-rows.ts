import { isUtf8 } from 'node:buffer';
import { PipewrightError } from '../../../host/error.ts';
import type { InferredColumn } from '../../types/column.ts';
import { readValue, type CsvBlock } from '../../csv/csv-block.ts';
import { SqlServerBulk, type TextColumn, type TextRow } from './sql-server-bulk.ts';
import type { SqlServerColumn } from './sql-server-columns.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { boundedLength } from './sql-server-types.ts';
import { lookAtNumber, lookAtText, noFacts, type ValueFacts } from './value-facts.ts';

/** Where rows wait until they are published; only this session sees it, and it goes with the session. */
export const staging = '#pipewright_staging';

/** Each `INSERT BULK` takes so many bytes of the file: the server's log of temporary tables can be cleared between two of them. */
const bytesPerBulk = 32 * 1024 * 1024;

/** What becomes of a column. */
export interface StagedColumn {
  column: InferredColumn;
  /** Its name in the staging table. */
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
 * which the server takes several times more slowly, only from its first long value on.
 */
export class SqlServerRows {
  readonly #session: SqlServerSession;
  readonly #plan: RowsPlan;
  #facts: ValueFacts[] = [];
  #looks: Looks[] = [];
  /** The columns that hold long values. */
  #long: boolean[] = [];
  #bulk: SqlServerBulk | undefined;
  #bytes = 0;
  #rows = 0;

  constructor(session: SqlServerSession, plan: RowsPlan) {
    this.#session = session;
    this.#plan = plan;
  }

  /** Makes the place for the rows. */
  async open(columns: readonly InferredColumn[]): Promise<void> {
    this.#facts = columns.map(noFacts);
    this.#looks = columns.map((column) => this.#lookOf(column));
    this.#long = columns.map(() => false);
    await this.#session.run(`DROP TABLE IF EXISTS ${staging}; CREATE TABLE ${staging} (${this.#textColumns().map(definitionOf).join(', ')})`);
  }

  /** @throws PipewrightError `bad-csv` for a file that is not UTF-8 */
  async write(block: CsvBlock): Promise<void> {
    if (!block.pieces.every((piece) => isUtf8(piece))) {
      throw new PipewrightError({ code: 'bad-csv', message: 'The file is not in UTF-8.', hint: 'Save it as CSV in UTF-8. The table is as it was.' });
    }
    await this.#lengthen(block);
    this.#bulk ??= new SqlServerBulk(this.#session, staging, this.#textColumns());
    await this.#bulk.write(this.#textRows(block));
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
    return columns.map((column, index) => ({ column, staged: `[${stagedName(index)}]`, facts: this.#facts[index] as ValueFacts }));
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
    const lengthened = this.#textColumns().filter((_column, index) => this.#long[index] && !before[index]);
    for (const column of lengthened) await this.#session.run(`ALTER TABLE ${staging} ALTER COLUMN ${definitionOf(column)}`);
  }

  async #endBulk(): Promise<void> {
    const bulk = this.#bulk;
    this.#bulk = undefined;
    this.#bytes = 0;
    this.#rows += (await bulk?.end()) ?? 0;
  }

  *#textRows(block: CsvBlock): Generator<TextRow> {
    const { rows, width } = block;
    const looks = this.#looks;
    for (let row = 0, index = 0; row < rows; row += 1) {
      const values = new Array<string | null>(width);
      for (let column = 0; column < width; column += 1, index += 1) {
        const value = readValue(block, index);
        values[column] = value;
        const look = looks[column];
        if (look === undefined || value === null) continue;
        if (look === 'text') lookAtText(this.#facts[column] as ValueFacts, value);
        else lookAtNumber(this.#facts[column] as ValueFacts, value);
      }
      yield values;
    }
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
