import { setImmediate as turn } from 'node:timers/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import { plainNumber } from '../../datasets/export/number-text.ts';
import type {
  ExportColumn,
  ExportRow,
  ExportValue,
  OpenedRows,
  RowsRequest,
} from '../../datasets/export/row-source.ts';
import { quoteIdentifier as quoted } from '../quote-identifier.ts';
import { batchSize, hexadecimal, noSuchTable, notReadOnly, parametersWithoutValues, readQuery } from '../read-query.ts';
import { inSqlite } from './sqlite-error.ts';
import { whenUnlocked } from './sqlite-lock.ts';
import { readDeclaredType } from './sqlite-rules.ts';

const service = 'SQLite';

/**
 * Opens rows with `query_only`. SQLite stores a type per value, so that numbers stay numbers in any column.
 * @throws PipewrightError `table-missing`, `invalid-input`, and the explained error of SQLite
 */
export async function openSqliteRows(database: DatabaseSync, request: RowsRequest): Promise<OpenedRows> {
  const sql = 'query' in request ? readQuery(service, request.query) : await tableQuery(database, request.table);
  inSqlite(() => database.exec('PRAGMA query_only = ON'));
  try {
    const statement = await whenUnlocked(() => database.prepare(sql));
    refuseMore(statement, sql);
    // Parameters are expanded to their values, which are NULL.
    if (statement.expandedSQL !== statement.sourceSQL) throw parametersWithoutValues(service);
    statement.setReadBigInts(true);
    return new SqliteRows(database, statement, columnsOf(statement));
  } catch (error) {
    database.exec('PRAGMA query_only = OFF');
    throw error;
  }
}

async function tableQuery(database: DatabaseSync, table: string): Promise<string> {
  const found = await whenUnlocked(() =>
    database
      .prepare("SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE")
      .get(table),
  );
  if (!found) throw noSuchTable(service, table);
  return `SELECT * FROM main.${quoted(String(found['name']))}`;
}

/** SQLite prepares the first of several statements and ignores the others. */
function refuseMore({ sourceSQL }: StatementSync, sql: string): void {
  const rest = sql.slice(sourceSQL.length).replace(/--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)|[\s;]+/g, '');
  if (rest !== '') throw notReadOnly(service, 'The query contains several statements.');
}

/** @throws PipewrightError `unavailable` for a Node that does not name the columns */
function columnsOf(statement: StatementSync): ExportColumn[] {
  if (typeof statement.columns !== 'function')
    throw new PipewrightError({
      code: 'unavailable',
      service,
      message: `Node ${process.versions.node} does not report the columns of a query in SQLite.`,
      hint: 'Use Node 22.16 or later.',
    });
  return statement.columns().map(({ name, type }) => {
    const { type: kind, scale } = readDeclaredType(type ?? '', false);
    return { name, kind, ...(kind === 'decimal' && scale !== undefined ? { scale } : {}) };
  });
}

function read(value: unknown, { kind }: ExportColumn): ExportValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return hexadecimal(value);
  if (kind === 'boolean' && (value === 1n || value === 0n)) return value === 1n ? 'true' : 'false';
  if (typeof value === 'number' && !Number.isFinite(value)) return plainNumber(value);
  return typeof value === 'bigint' || typeof value === 'number' ? value : String(value);
}

/** What the driver returns for bytes that are not UTF-8, as for this character itself. */
const replacement = '\uFFFD';

/**
 * Refuses a column with text that is not UTF-8, which the driver would change.
 * @throws PipewrightError `invalid-input`
 */
function refuseInvalidText(database: DatabaseSync, sql: string, name: string): void {
  const encoding = database.prepare('PRAGMA encoding').get()?.['encoding'];
  if (encoding !== 'UTF-8') return;
  database.function('pipewright_is_replaced', (text) =>
    typeof text === 'string' && text.includes(replacement) ? 1 : 0,
  );
  const text = quoted(name);
  const found = inSqlite(() =>
    database
      .prepare(
        `SELECT 1 FROM (${sql}\n) WHERE typeof(${text}) = 'text' AND pipewright_is_replaced(${text}) AND instr(CAST(${text} AS BLOB), x'EFBFBD') = 0 LIMIT 1`,
      )
      .get(),
  );
  if (!found) return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The column “${name}” has text that is not valid UTF-8.`,
    hint: 'Nothing was exported. Correct the text in the database, or export its bytes with Export Query and hex().',
  });
}

class SqliteRows implements OpenedRows {
  readonly columns: readonly ExportColumn[];
  readonly #database: DatabaseSync;
  readonly #sql: string;
  readonly #rows: Iterator<unknown>;
  /** Names of the columns whose text is known to be valid, although it has replacement characters. */
  readonly #valid = new Set<string>();
  #started = false;
  #closed = false;

  constructor(database: DatabaseSync, statement: StatementSync, columns: readonly ExportColumn[]) {
    this.#database = database;
    this.#sql = statement.sourceSQL.replace(/[;\s]+$/, '');
    this.#rows = statement.iterate();
    this.columns = columns;
  }

  async next(): Promise<readonly ExportRow[] | undefined> {
    // SQLite works in this process: others need a turn between two batches.
    await turn();
    if (this.#closed) return undefined;
    const rows: ExportRow[] = [];
    for (let characters = 0; rows.length < batchSize.rows && characters < batchSize.characters; ) {
      const step = this.#started ? inSqlite(() => this.#rows.next()) : await whenUnlocked(() => this.#rows.next());
      this.#started = true;
      if (step.done) break;
      const found = step.value as Record<string, unknown>;
      const row = this.columns.map((column) => read(found[column.name], column));
      row.forEach((value, index) => {
        characters += typeof value === 'string' ? value.length : 8;
        if (typeof value === 'string' && value.includes(replacement)) this.#checkText(this.columns[index]?.name ?? '');
      });
      rows.push(row);
    }
    return rows.length === 0 ? undefined : rows;
  }

  #checkText(name: string): void {
    if (this.#valid.has(name)) return;
    refuseInvalidText(this.#database, this.#sql, name);
    this.#valid.add(name);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#rows.return?.();
    this.#database.exec('PRAGMA query_only = OFF');
  }
}
