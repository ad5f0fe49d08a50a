import { isUtf8 } from 'node:buffer';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { CsvBlock } from '../../datasets/formats/csv-block.ts';
import { notUtf8Error } from '../load-errors.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { encodeRows, type Encoding } from './mysql-encode.ts';
import { mustWiden, widenedType } from './mysql-evolve.ts';
import { MysqlInfile } from './mysql-infile.ts';
import type { MysqlSession } from './mysql-session.ts';
import { columnsLeftEmpty, type MysqlColumn } from './mysql-table.ts';
import { isText, restoreText, stagingType, valueOfText } from './mysql-text.ts';
import { binaryCollation, keyText, longText, maxKeyLength, mysqlType } from './mysql-types.ts';

/** Each type change rewrites the staged rows; after this many, every column becomes text at once. */
const maxTypeChanges = 2;

/** Marks a column that keeps the type of the existing table. */
const existingType = 'existing';

/** Options of staging tables: texts of any script, and rows of any length. */
const tableOptions = `ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT ${binaryCollation}`;

/** The primary key of staged rows, on a server that requires one. */
const rowNumber = 'pipewright_row_number';

/** Where rows are written. */
export interface RowsTarget {
  session: MysqlSession;
  /** The existing table, quoted, that the rows are written into; undefined where they are staged. */
  table: string | undefined;
  /** Whether the staging table is a temporary table of the session. */
  temporary: boolean;
  /** A new quoted name for a staging table. */
  nameOf(): string;
  /** Columns of the existing table. */
  known: readonly MysqlColumn[];
  /** Whether they may get wider types. */
  evolves: boolean;
  /** Columns that identify a row: their texts must fit an index. */
  key: readonly string[];
}

/**
 * Writes rows into a table whose types are inferred on the way: a column has the type of its values so far, as long as
 * their original text can be restored from it.
 */
export class MysqlRows {
  readonly #target: RowsTarget;
  /** The columns as inferred so far, and the types in which they are staged. */
  #columns: readonly InferredColumn[] = [];
  #types: string[] = [];
  /** Key columns with a text that is too long for an index. */
  readonly #long = new Set<string>();
  #typeChanges = 0;
  #name: string | undefined;
  #encodings: Encoding[] = [];
  #infile: MysqlInfile | undefined;
  #rows = 0;

  constructor(target: RowsTarget) {
    this.#target = target;
    this.#name = target.table;
  }

  /** The table that has the rows, quoted; undefined before it is created. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Creates the staging table, where rows are staged. */
  async open(columns: readonly InferredColumn[]): Promise<void> {
    this.#columns = columns;
    // In a column that may get a wider type, values are staged as text until all rows have arrived.
    this.#types = columns.map((column) =>
      this.#keepsType(column)
        ? existingType
        : this.#typeOf(column, this.#known(column) ? longText : stagingType(column)),
    );
    if (this.#name === undefined) this.#name = await this.#create(columns, this.#types);
  }

  /** @throws PipewrightError `invalid-file` for bytes that are not UTF-8 */
  async write(block: CsvBlock, columns: readonly InferredColumn[]): Promise<void> {
    this.#measureKey(block, columns);
    await this.#widen(columns);
    if (!this.#infile) this.#openInfile(block);
    const bytes = encodeRows(block, this.#encodings);
    if (!isUtf8(bytes)) throw notUtf8Error();
    await this.#infile?.write(bytes);
  }

  /** Ends writing and returns the number of rows that the server accepted. */
  async end(): Promise<number> {
    this.#rows += (await this.#infile?.end()) ?? 0;
    this.#infile = undefined;
    return this.#rows;
  }

  /** Gives the columns their final types. */
  async settle(columns: readonly InferredColumn[]): Promise<void> {
    await this.#change(
      columns,
      columns.map((column) => {
        const known = this.#known(column);
        if (!known) return this.#typeOf(column, mysqlType(column));
        return mustWiden(column, known) && this.#target.evolves ? widenedType(column, known) : existingType;
      }),
    );
  }

  /** Indexes the staged rows by their key. */
  async index(): Promise<void> {
    const texts = this.#columns.filter(({ name }, index) => this.#target.key.includes(name) && this.#isTextual(index));
    const length = Math.floor(maxIndexLength / Math.max(1, texts.length));
    const parts = this.#target.key.map((name) => {
      const index = this.#columns.findIndex((column) => column.name === name);
      const cut = this.#isTextual(index) && this.#lengthOf(index) > length;
      return cut ? `${quoted(name)}(${length})` : quoted(name);
    });
    await this.#target.session.run(`ALTER TABLE ${this.#name ?? ''} ADD INDEX pipewright_key (${parts.join(', ')})`);
  }

  async abort(): Promise<void> {
    await this.#infile?.abort();
  }

  #known(column: InferredColumn): MysqlColumn | undefined {
    return this.#target.known.find(({ name }) => name === column.name);
  }

  /** A staging type: a text of the key becomes one that an index stores. */
  #typeOf({ name }: InferredColumn, type: string): string {
    return type === longText && this.#target.key.includes(name) && !this.#long.has(name) ? keyText : type;
  }

  /** Whether a column keeps the type of the existing table regardless of its values. */
  #keepsType(column: InferredColumn): boolean {
    const known = this.#known(column);
    return known !== undefined && (!this.#target.evolves || known.fixed === true);
  }

  /** The definition of a staged column. */
  #definition(column: InferredColumn, type: string): string {
    return type === existingType ? (this.#known(column)?.definition ?? longText) : type;
  }

  #isTextual(index: number): boolean {
    return /^(?:(?:var)?(?:char|binary)|(?:tiny|medium|long)?(?:text|blob))\b/.test(
      this.#definition(this.#columns[index] as InferredColumn, this.#types[index] as string),
    );
  }

  #lengthOf(index: number): number {
    const [, length] =
      /^(?:var)?(?:char|binary)\((\d+)\)/.exec(
        this.#definition(this.#columns[index] as InferredColumn, this.#types[index] as string),
      ) ?? [];
    return length === undefined ? Infinity : Number(length);
  }

  async #create(columns: readonly InferredColumn[], types: readonly string[]): Promise<string> {
    const name = this.#target.nameOf();
    const list = columns.map(
      (column, index) => `${quoted(column.name)} ${this.#definition(column, types[index] as string)}`,
    );
    const { temporary, session } = this.#target;
    // A table that is published does not get an extra column.
    if (temporary && session.server.needsPrimaryKey)
      list.push(`${rowNumber} bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY`);
    await session.run(`CREATE ${temporary ? 'TEMPORARY ' : ''}TABLE ${name} (${list.join(', ')}) ${tableOptions}`);
    return name;
  }

  /** Changes the types that cannot store the values of the next block. */
  async #widen(columns: readonly InferredColumn[]): Promise<void> {
    const needed = columns.map((column, index) => this.#nextType(column, this.#types[index] as string));
    if (needed.some((type, index) => type !== this.#types[index])) {
      await this.end();
      this.#typeChanges += 1;
      await this.#change(
        this.#columns,
        this.#typeChanges > maxTypeChanges
          ? needed.map((type, index) =>
              type === existingType ? existingType : this.#typeOf(columns[index] as InferredColumn, longText),
            )
          : needed,
      );
    }
    this.#columns = columns;
  }

  /** The next staging type of a column; text stays text until the end. */
  #nextType(column: InferredColumn, current: string): string {
    if (current === existingType) return existingType;
    const next = stagingType(column);
    const [, scale] = /^decimal\(\d+,(\d+)\)$/.exec(next) ?? [];
    if (current === next || (scale !== undefined && current.startsWith('decimal') && current.endsWith(`,${scale})`)))
      return next;
    return this.#typeOf(column, longText);
  }

  /** Rewrites the staged rows with other types, in one statement that fails where a value does not fit. */
  async #change(columns: readonly InferredColumn[], types: string[]): Promise<void> {
    const before = this.#types;
    const name = this.#name;
    if (name !== undefined && name !== this.#target.table && types.some((type, index) => type !== before[index])) {
      const created = await this.#create(columns, types);
      const list = columns.map((column) => quoted(column.name)).join(', ');
      const values = columns.map((column, index) => valueOf(column, before[index] as string, types[index] as string));
      await this.#target.session.write(`INSERT INTO ${created} (${list}) SELECT ${values.join(', ')} FROM ${name}`);
      await this.#target.session.run(`DROP ${this.#target.temporary ? 'TEMPORARY ' : ''}TABLE ${name}`);
      this.#name = created;
    }
    this.#types = types;
    this.#columns = columns;
  }

  #openInfile({ delimiter, lineEnd }: CsvBlock): void {
    const { session } = this.#target;
    this.#encodings = this.#columns.map((column, index) =>
      encodingOf(column, this.#types[index] as string, this.#known(column)),
    );
    // LOAD DATA would read the bytes of the text as bits.
    const isBits = (column: InferredColumn, index: number): boolean =>
      this.#types[index] === existingType && this.#known(column)?.dataType === 'bit';
    const columns = this.#columns
      .map((column, index) => (isBits(column, index) ? `@bits${index}` : quoted(column.name)))
      .join(', ');
    const bits = this.#columns.flatMap((column, index) =>
      isBits(column, index) ? [`${quoted(column.name)} = CAST(@bits${index} AS UNSIGNED)`] : [],
    );
    const { table, known } = this.#target;
    const empty = table === undefined ? [] : columnsLeftEmpty(known, this.#columns).map((name) => `${name} = NULL`);
    const set = [...bits, ...empty].join(', ');
    const sql = `LOAD DATA LOCAL INFILE 'pipewright' INTO TABLE ${this.#name ?? ''} CHARACTER SET utf8mb4
      FIELDS TERMINATED BY '${delimiter === '\t' ? '\\t' : delimiter}' OPTIONALLY ENCLOSED BY '"' ESCAPED BY ''
      LINES TERMINATED BY '${lineEnd.length > 1 ? '\\r' : ''}\\n' (${columns})${set ? ` SET ${set}` : ''}`;
    this.#infile = new MysqlInfile(session, sql, this.#rows);
  }

  /** Finds texts of the key that are too long for an index: a text has at least as many bytes as characters. */
  #measureKey({ rows, width, starts, ends }: CsvBlock, columns: readonly InferredColumn[]): void {
    columns.forEach(({ name, type }, column) => {
      if (type !== 'text' || !this.#target.key.includes(name) || this.#long.has(name)) return;
      for (let index = column; index < rows * width; index += width) {
        if ((ends[index] as number) - (starts[index] as number) > maxKeyLength) this.#long.add(name);
      }
    });
  }
}

/** Characters of four bytes that an index of InnoDB stores, with some bytes left for numbers. */
const maxIndexLength = 750;

/** SQL that converts a value from one staging type to another. */
function valueOf(column: InferredColumn, before: string, after: string): string {
  const name = quoted(column.name);
  if (before === after || (isText(before) && isText(after))) return name;
  if (isText(after)) return restoreText(column);
  return isText(before) ? valueOfText(column) : name;
}

/** How the values of a column are encoded. */
function encodingOf({ type }: InferredColumn, stagedAs: string, known: MysqlColumn | undefined): Encoding {
  if (isText(stagedAs)) return 'plain';
  const stored = (stagedAs === existingType ? known?.type : undefined) ?? type;
  return stored === 'boolean' ? 'boolean' : stored === 'timestamp-with-zone' ? 'utc' : 'plain';
}
