import { isUtf8 } from 'node:buffer';
import { PipewrightError } from '../../host/error.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { inMysqlDialect, type Sending } from './mysql-encode.ts';
import { MysqlInfile } from './mysql-infile.ts';
import type { MysqlSession } from './mysql-session.ts';
import { columnsLeftEmpty, type MysqlColumn } from './mysql-table.ts';
import { carrierOf, isText, keyText, lettersOfKey, longText, mysqlType, textAgain } from './mysql-types.ts';
import { valueOfText } from './mysql-text.ts';
import { becomesWider, wideType } from './mysql-wider.ts';

/** Each widening of a column writes the rows anew that are there; after this many, all columns become text at once. */
const mostWidenings = 2;

/** Stands for the type that a column has in the table that was there before. */
const own = 'own';

/** How tables are made that take rows: a text of any script, and rows of any length. */
const tableOptions = 'ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** The primary key of rows that wait, on a server that asks for one. */
const rowNumber = 'pipewright_row_number';

/** Where rows go. */
export interface Place {
  session: MysqlSession;
  /** The quoted table that is there and takes the rows itself; undefined where one is made for them. */
  table: string | undefined;
  /** Whether the one that is made is the session's own, which nobody else sees and which goes with it. */
  temporary: boolean;
  /** A quoted name for one that is made, another one each time. */
  nameOf(): string;
  delimiter: string;
  /** Columns that have their types already. */
  known: readonly MysqlColumn[];
  /** Whether those that are not fixed may get wider types. */
  evolves: boolean;
  /** Columns by which rows are told apart: where they are texts, an index must take them. */
  key: readonly string[];
}

/**
 * Rows on their way into a table whose types are found while they come: a column is stored as the type of its values so
 * far, as long as their text can be made again from it.
 */
export class MysqlRows {
  readonly #place: Place;
  /** The columns as their values so far are, and the types that carry them. */
  #columns: readonly InferredColumn[] = [];
  #carriers: string[] = [];
  /** Columns of the key with a text that is too long for an index. */
  readonly #long = new Set<string>();
  #widenings = 0;
  #name: string | undefined;
  #sendings: Sending[] = [];
  #infile: MysqlInfile | undefined;
  #rows = 0;

  constructor(place: Place) {
    this.#place = place;
    this.#name = place.table;
  }

  /** The quoted table that has the rows; undefined before one is made for them. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Makes the table, where one is to be made. */
  async open(columns: readonly InferredColumn[]): Promise<void> {
    this.#columns = columns;
    // In a column that may become wider, every value is text as it was written until the last row has come.
    this.#carriers = columns.map((column) =>
      this.#staysOwn(column) ? own : this.#typeOf(column, this.#known(column) ? longText : carrierOf(column)),
    );
    if (this.#name === undefined) this.#name = await this.#make(columns, this.#carriers);
  }

  /** @throws PipewrightError `bad-csv` for bytes that are not UTF-8 */
  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    this.#measureKey(block, columns);
    await this.#widen(columns);
    if (!this.#infile) this.#openInfile(block.lineEnd);
    const bytes = inMysqlDialect(block, this.#sendings);
    if (!isUtf8(bytes))
      throw new PipewrightError({
        code: 'bad-csv',
        message: 'The file is not in UTF-8.',
        hint: 'The table was not changed. Save the file as CSV in UTF-8.',
      });
    await this.#infile?.write(bytes);
  }

  /** Ends sending; gives the rows that the server took. */
  async end(): Promise<number> {
    this.#rows += (await this.#infile?.end()) ?? 0;
    this.#infile = undefined;
    return this.#rows;
  }

  /** Gives the columns the types that they shall have. */
  async settle(columns: readonly InferredColumn[]): Promise<void> {
    await this.#change(
      columns,
      columns.map((column) => {
        const known = this.#known(column);
        if (!known) return this.#typeOf(column, mysqlType(column));
        return becomesWider(column, known) && this.#place.evolves ? wideType(column, known) : own;
      }),
    );
  }

  /** Makes the rows easy to find by the key. */
  async index(): Promise<void> {
    const texts = this.#columns.filter(({ name }, index) => this.#place.key.includes(name) && this.#isTextual(index));
    const letters = Math.floor(mostLettersOfIndex / Math.max(1, texts.length));
    const parts = this.#place.key.map((name) => {
      const index = this.#columns.findIndex((column) => column.name === name);
      const cut = this.#isTextual(index) && this.#lettersOf(index) > letters;
      return cut ? `${quoted(name)}(${letters})` : quoted(name);
    });
    await this.#place.session.run(`ALTER TABLE ${this.#name ?? ''} ADD INDEX pipewright_key (${parts.join(', ')})`);
  }

  async abort(): Promise<void> {
    await this.#infile?.abort();
  }

  #known(column: InferredColumn): MysqlColumn | undefined {
    return this.#place.known.find(({ name }) => name === column.name);
  }

  /** A type, where a text of the key is one that an index takes. */
  #typeOf({ name }: InferredColumn, type: string): string {
    return type === longText && this.#place.key.includes(name) && !this.#long.has(name) ? keyText : type;
  }

  /** Whether a column has the type that the table gave it, whatever values come. */
  #staysOwn(column: InferredColumn): boolean {
    const known = this.#known(column);
    return known !== undefined && (!this.#place.evolves || known.fixed === true);
  }

  /** What the column at a place is made as. */
  #definition(column: InferredColumn, carrier: string): string {
    return carrier === own ? (this.#known(column)?.definition ?? longText) : carrier;
  }

  #isTextual(index: number): boolean {
    return /^(?:(?:var)?(?:char|binary)|(?:tiny|medium|long)?(?:text|blob))\b/.test(
      this.#definition(this.#columns[index] as InferredColumn, this.#carriers[index] as string),
    );
  }

  #lettersOf(index: number): number {
    const [, letters] =
      /^(?:var)?(?:char|binary)\((\d+)\)/.exec(
        this.#definition(this.#columns[index] as InferredColumn, this.#carriers[index] as string),
      ) ?? [];
    return letters === undefined ? Infinity : Number(letters);
  }

  async #make(columns: readonly InferredColumn[], carriers: readonly string[]): Promise<string> {
    const name = this.#place.nameOf();
    const list = columns.map(
      (column, index) => `${quoted(column.name)} ${this.#definition(column, carriers[index] as string)}`,
    );
    const { temporary, session } = this.#place;
    // A table that stays is not given a column that nobody asked for.
    if (temporary && session.server.needsPrimaryKey)
      list.push(`${rowNumber} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY`);
    await session.run(`CREATE ${temporary ? 'TEMPORARY ' : ''}TABLE ${name} (${list.join(', ')}) ${tableOptions}`);
    return name;
  }

  /** Changes the types that no longer carry the values, before those values are sent. */
  async #widen(columns: readonly InferredColumn[]): Promise<void> {
    const needed = columns.map((column, index) => this.#nextCarrier(column, this.#carriers[index] as string));
    if (needed.some((carrier, index) => carrier !== this.#carriers[index])) {
      await this.end();
      this.#widenings += 1;
      await this.#change(
        this.#columns,
        this.#widenings > mostWidenings
          ? needed.map((carrier, index) =>
              carrier === own ? own : this.#typeOf(columns[index] as InferredColumn, longText),
            )
          : needed,
      );
    }
    this.#columns = columns;
  }

  /** The type that carries a column's values from now on; one that became text stays so until the end. */
  #nextCarrier(column: InferredColumn, now: string): string {
    if (now === own) return own;
    const next = carrierOf(column);
    const [, scale] = /^decimal\(\d+,(\d+)\)$/.exec(next) ?? [];
    if (now === next || (scale !== undefined && now.startsWith('decimal') && now.endsWith(`,${scale})`))) return next;
    return this.#typeOf(column, longText);
  }

  /** Writes the rows anew, with other types: one statement that fails where a value does not fit. */
  async #change(columns: readonly InferredColumn[], carriers: string[]): Promise<void> {
    const before = this.#carriers;
    const name = this.#name;
    if (
      name !== undefined &&
      name !== this.#place.table &&
      carriers.some((carrier, index) => carrier !== before[index])
    ) {
      const made = await this.#make(columns, carriers);
      const list = columns.map((column) => quoted(column.name)).join(', ');
      const values = columns.map((column, index) =>
        valueOf(column, before[index] as string, carriers[index] as string),
      );
      await this.#place.session.write(`INSERT INTO ${made} (${list}) SELECT ${values.join(', ')} FROM ${name}`);
      await this.#place.session.run(`DROP ${this.#place.temporary ? 'TEMPORARY ' : ''}TABLE ${name}`);
      this.#name = made;
    }
    this.#carriers = carriers;
    this.#columns = columns;
  }

  #openInfile(lineEnd: Uint8Array): void {
    const { session, delimiter } = this.#place;
    this.#sendings = this.#columns.map((column, index) =>
      sendingOf(column, this.#carriers[index] as string, this.#known(column)),
    );
    // The bytes of a text would become the bits of a number.
    const isBits = (column: InferredColumn, index: number): boolean =>
      this.#carriers[index] === own && this.#known(column)?.dataType === 'bit';
    const columns = this.#columns
      .map((column, index) => (isBits(column, index) ? `@bits${index}` : quoted(column.name)))
      .join(', ');
    const bits = this.#columns.flatMap((column, index) =>
      isBits(column, index) ? [`${quoted(column.name)} = CAST(@bits${index} AS UNSIGNED)`] : [],
    );
    const { table, known } = this.#place;
    const empty = table === undefined ? [] : columnsLeftEmpty(known, this.#columns).map((name) => `${name} = NULL`);
    const set = [...bits, ...empty].join(', ');
    const sql = `LOAD DATA LOCAL INFILE 'pipewright' INTO TABLE ${this.#name ?? ''} CHARACTER SET utf8mb4
      FIELDS TERMINATED BY '${delimiter === '\t' ? '\\t' : delimiter}' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
      LINES TERMINATED BY '${lineEnd.length > 1 ? '\\r' : ''}\\n' (${columns})${set ? ` SET ${set}` : ''}`;
    this.#infile = new MysqlInfile(session, sql, this.#rows);
  }

  /** Finds texts of the key that are too long for an index; bytes are at least as many as letters. */
  #measureKey({ rows, width, starts, ends }: CsvBlock, columns: readonly InferredColumn[]): void {
    columns.forEach(({ name, type }, column) => {
      if (type !== 'text' || !this.#place.key.includes(name) || this.#long.has(name)) return;
      for (let index = column; index < rows * width; index += width) {
        if ((ends[index] as number) - (starts[index] as number) > lettersOfKey) this.#long.add(name);
      }
    });
  }
}

/** Letters of four bytes that an index of InnoDB takes, with some bytes left for numbers. */
const mostLettersOfIndex = 750;

/** SQL for a value as another type carries it. */
function valueOf(column: InferredColumn, before: string, after: string): string {
  const name = quoted(column.name);
  if (before === after || (isText(before) && isText(after))) return name;
  if (isText(after)) return textAgain(column);
  return isText(before) ? valueOfText(column) : name;
}

/** What becomes of a column's values on their way. */
function sendingOf({ type }: InferredColumn, carrier: string, known: MysqlColumn | undefined): Sending {
  if (isText(carrier)) return 'plain';
  const stored = (carrier === own ? known?.type : undefined) ?? type;
  return stored === 'boolean' ? 'boolean' : stored === 'timestamp-with-zone' ? 'moment' : 'plain';
}
