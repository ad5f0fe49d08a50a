import { tableAlias, type SqlDialect } from './sql-dialect.ts';

/** A column of the dataset on its way from the staged rows into the table. */
export interface MergedColumn {
  name: string;
  /** SQL for its value among the staged rows. */
  value: string;
  /** SQL for the value that is compared with a key column of the table. Default: `value`. */
  compared?: string;
}

/** Rows to merge, and where. */
export interface MergeParts {
  /** The table, qualified and quoted. */
  table: string;
  /** SQL of the staged rows with their alias, as it follows FROM. */
  source: string;
  columns: readonly MergedColumn[];
  /** Names of the columns that identify a row. */
  key: readonly string[];
  /** A clause between the column list of an INSERT and its SELECT: `OVERRIDING SYSTEM VALUE`. Default: none. */
  overriding?: string;
  /** Further columns that are set to NULL, quoted. Default: none. */
  nulls?: readonly string[];
}

/** The statements that move staged rows into a table, for every engine. */
export class MergeStatements {
  readonly table: string;
  readonly #dialect: SqlDialect;
  readonly #parts: MergeParts;

  constructor(dialect: SqlDialect, parts: MergeParts) {
    this.#dialect = dialect;
    this.#parts = parts;
    this.table = parts.table;
  }

  /** Inserts every staged row. @param rest what follows: ` ORDER BY …` */
  insert(rest = ''): string {
    const { table, source, columns, overriding, nulls = [] } = this.#parts;
    const names = [...columns.map(({ name }) => this.#dialect.quote(name)), ...nulls].join(', ');
    const values = [...columns.map(({ value }) => value), ...nulls.map(() => 'NULL')].join(', ');
    return `INSERT INTO ${table} (${names})${overriding ? ` ${overriding}` : ''} SELECT ${values} FROM ${source}${rest}`;
  }

  /** Inserts the staged rows whose key is not in the table. @param rest what follows the condition */
  insertMissing(rest = ''): string {
    return this.insert(` WHERE NOT EXISTS (SELECT 1 FROM ${this.table} AS ${tableAlias} WHERE ${this.sameKey})${rest}`);
  }

  /** Updates the rows that have the key of a staged one; undefined where the dataset has key columns only. */
  update(rest = ''): string | undefined {
    const { source, columns, key } = this.#parts;
    const { quote, update } = this.#dialect;
    const assignments = columns
      .filter(({ name }) => !key.includes(name))
      .map(({ name, value }) => ({ column: quote(name), value }));
    if (assignments.length === 0) return undefined;
    return update({ table: this.table, source, assignments, condition: `${this.sameKey}${rest}` });
  }

  /** Whether a row of the table has the key of a staged one, compared as the table compares its key. */
  get sameKey(): string {
    const { columns, key } = this.#parts;
    return columns
      .filter(({ name }) => key.includes(name))
      .map(({ name, value, compared = value }) => `${tableAlias}.${this.#dialect.quote(name)} = ${compared}`)
      .join(' AND ');
  }
}
