import { quoteIdentifier as quoted } from '../quote-identifier.ts';

/** Name under which the file of the staging table is attached. */
export const stagingFile = 'pipewright_staging';

/** The staging table. Its columns have names of their own, so that no name of a dataset, such as rowid, hides anything. */
export const staging = `${stagingFile}.rows`;

/** Name of a column of the staging table, by its place. */
export const stagedName = (place: number): string => `c${place}`;

/** A column of the dataset on its way from the staging table, which is `new` in every statement, into the table. */
export interface MovedColumn {
  name: string;
  /** Its column of the staging table. */
  staged: string;
  /** SQL for its value as the table shall have it. */
  value: string;
}

/** The statements that move rows from the staging table into the table. */
export class MoveStatements {
  /** The table, qualified and quoted. */
  readonly table: string;
  readonly #columns: readonly MovedColumn[];
  readonly #key: readonly MovedColumn[];
  readonly #others: readonly MovedColumn[];

  constructor(table: string, columns: readonly MovedColumn[], key: readonly string[]) {
    this.table = `main.${quoted(table)}`;
    this.#columns = columns;
    this.#key = columns.filter(({ name }) => key.includes(name));
    this.#others = columns.filter(({ name }) => !key.includes(name));
  }

  /** Whole rows as they are, which SQLite copies page by page where it can; needs all columns of the table in its order. */
  get copy(): string {
    return `INSERT INTO ${this.table} SELECT * FROM ${staging}`;
  }

  /** Rows in the order in which they came. @param one whether only the row with the number `?` */
  insert(one = false): string {
    return `${this.#insertFrom}${one ? ' WHERE new.rowid = ?' : ' ORDER BY new.rowid'}`;
  }

  /** Changes the rows that have the key of a new one; undefined when the key is all there is. */
  update(one = false): string | undefined {
    if (this.#others.length === 0) return undefined;
    const changes = this.#others.map(({ name, value }) => `${quoted(name)} = ${value}`).join(', ');
    return `UPDATE ${this.table} AS old SET ${changes} FROM ${staging} AS new WHERE ${this.sameKey}${one ? ' AND new.rowid = ?' : ''}`;
  }

  /** Adds the rows whose key the table lacks. */
  insertMissing(one = false): string {
    const missing = `NOT EXISTS (SELECT 1 FROM ${this.table} AS old WHERE ${this.sameKey})`;
    return `${this.#insertFrom} WHERE ${missing}${one ? ' AND new.rowid = ?' : ' ORDER BY new.rowid'}`;
  }

  /** Makes the key of the staged rows quick to find. */
  get indexKey(): string {
    return `CREATE INDEX ${stagingFile}.pipewright_key ON rows (${this.#key.map(({ staged }) => staged).join(', ')})`;
  }

  /** Makes the staged rows quick to find by all of their values. */
  get indexRows(): string {
    return `CREATE INDEX ${stagingFile}.pipewright_rows ON rows (${this.#columns.map(({ staged }) => `${staged} COLLATE BINARY`).join(', ')})`;
  }

  /** Whether a row of the table, `old`, has the key of a staged one; compared as the table compares its key. */
  get sameKey(): string {
    return this.#key.map(({ name, staged }) => `old.${quoted(name)} = new.${staged}`).join(' AND ');
  }

  /**
   * Whether a row of the table, `old`, has all values of a staged one, letter by letter.
   * @param numbered column that SQLite fills where the dataset has nothing
   */
  sameRow(numbered: string | undefined): string {
    return this.#columns
      .map(({ name, value }) => {
        const same = `old.${quoted(name)} COLLATE BINARY IS ${value}`;
        return name === numbered ? `(${value} IS NULL OR ${same})` : same;
      })
      .join(' AND ');
  }

  get #insertFrom(): string {
    const names = this.#columns.map(({ name }) => quoted(name)).join(', ');
    return `INSERT INTO ${this.table} (${names}) SELECT ${this.#columns.map(({ value }) => value).join(', ')} FROM ${staging} AS new`;
  }
}
