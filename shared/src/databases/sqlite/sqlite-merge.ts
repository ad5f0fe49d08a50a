import type { DatabaseSync } from 'node:sqlite';
import { checkKey } from '../check-key.ts';
import { MergeStatements } from '../merge-statements.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { stagedAlias, tableAlias } from '../sql-dialect.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** Name under which the file of the staging table is attached. */
export const stagingFile = 'pipewright_staging';

/** The staging table. Its columns are named c0, c1, …, so that no name of a dataset, such as rowid, hides anything. */
export const staging = `${stagingFile}.rows`;

/** Name of a staged column, by its index. */
export const stagedName = (index: number): string => `c${index}`;

/** The number of a staged row: rows are numbered from 1 in the order of the dataset. */
const rowNumber = `${stagedAlias}.rowid`;

/** A column of the dataset on its way from the staging table into the table. */
export interface MovedColumn {
  name: string;
  /** Its name in the staging table. */
  staged: string;
  /** SQL for its final value. */
  value: string;
}

/** The statements that move rows from the staging table into the table, in the order of the dataset. */
export class SqliteMerge {
  /** The table, qualified and quoted. */
  readonly table: string;
  readonly #statements: MergeStatements;
  readonly #columns: readonly MovedColumn[];
  readonly #key: readonly string[];

  constructor(table: string, columns: readonly MovedColumn[], key: readonly string[]) {
    this.table = `main.${quoted(table)}`;
    this.#columns = columns;
    this.#key = key;
    this.#statements = new MergeStatements(sqliteDialect, {
      table: this.table,
      source: `${staging} AS ${stagedAlias}`,
      columns: columns.map(({ name, staged, value }) => ({ name, value, compared: `${stagedAlias}.${staged}` })),
      key,
    });
  }

  /** Copies whole rows, which SQLite does page by page where it can; needs every column of the table in its order. */
  get copy(): string {
    return `INSERT INTO ${this.table} SELECT * FROM ${staging}`;
  }

  get insert(): string {
    return this.#statements.insert(` ORDER BY ${rowNumber}`);
  }

  get insertMissing(): string {
    return this.#statements.insertMissing(` ORDER BY ${rowNumber}`);
  }

  /** Updates the rows that have the key of a staged one; undefined where the dataset has key columns only. */
  get update(): string | undefined {
    return this.#statements.update();
  }

  /**
   * The same for one row, whose number is the parameter: finds the row that violates a constraint.
   * @param merges whether rows are merged by their key
   */
  forOneRow(merges: boolean): string[] {
    const one = ` AND ${rowNumber} = ?`;
    if (!merges) return [this.#statements.insert(one.replace(' AND', ' WHERE'))];
    return [this.#statements.update(one) ?? [], this.#statements.insertMissing(one)].flat();
  }

  /** Indexes the staged rows by their key. */
  get indexKey(): string {
    const key = this.#columns.filter(({ name }) => this.#key.includes(name)).map(({ staged }) => staged);
    return `CREATE INDEX ${stagingFile}.pipewright_key ON rows (${key.join(', ')})`;
  }

  /** Indexes the staged rows by all values. */
  get indexRows(): string {
    return `CREATE INDEX ${stagingFile}.pipewright_rows ON rows (${this.#columns.map(({ staged }) => `${staged} COLLATE BINARY`).join(', ')})`;
  }

  /** Whether a row of the table has the key of a staged one, compared as the table compares its key. */
  get sameKey(): string {
    return this.#statements.sameKey;
  }

  /**
   * Whether a row of the table has exactly the values of a staged one.
   * @param numbered column that SQLite fills where the dataset has NULL
   */
  sameRow(numbered: string | undefined): string {
    return this.#columns
      .map(({ name, value }) => {
        const same = `${tableAlias}.${quoted(name)} COLLATE BINARY IS ${value}`;
        return name === numbered ? `(${value} IS NULL OR ${same})` : same;
      })
      .join(' AND ');
  }

  /**
   * Refuses rows whose key is NULL or not unique: those of the dataset where they are merged, otherwise those of the table.
   * @throws PipewrightError `invalid-input`
   */
  async checkKey(database: DatabaseSync, merges: boolean): Promise<void> {
    const stagedKey = this.#key.map((name) => this.#columns.find((column) => column.name === name)?.staged ?? name);
    await checkKey(sqliteDialect, async (sql) => database.prepare(sql).get(), {
      names: this.#key,
      values: merges ? stagedKey : this.#key.map(quoted),
      rows: merges ? staging : this.table,
    });
  }
}
