import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PipewrightError } from '../../host/error.ts';
import { readValue, type CsvBlock } from '../csv-block.ts';
import type { Column } from '../infer-types.ts';
import type { TableLoad, TableRequest, TableTarget } from '../target.ts';
import { quoteIdentifier as quoted } from './quote-identifier.ts';

const service = 'SQLite';
const staging = 'temp.pipewright_staging';

/** An SQLite database file; it is made when it is missing, its folder is not. */
export async function openSqlite(path: string): Promise<TableTarget> {
  if (path === '') throw new PipewrightError({ code: 'bad-input', service, message: 'The path of the SQLite file is missing.', hint: 'Write it behind sqlite:, such as sqlite:datasets.db.' });
  if (path !== ':memory:' && !(await stat(dirname(path)).catch(() => undefined))?.isDirectory()) {
    throw new PipewrightError({ code: 'not-found', service, message: 'The folder of the SQLite file does not exist.', hint: 'Make the folder, or correct the path.' });
  }
  const { DatabaseSync } = await import('node:sqlite');
  const database = guard(() => new DatabaseSync(path));
  guard(() => database.exec('PRAGMA temp_store = FILE'));
  return {
    async describe() {
      guard(() => database.prepare('SELECT count(*) FROM sqlite_schema').get());
      return basename(path);
    },
    begin: (request) => beginLoad(database, request),
    close: async () => database.close(),
  };
}

/** How long a load waits for another one into the same file, in milliseconds. */
const patience = 60_000;

async function beginLoad(database: DatabaseSync, { table, mode, schema }: TableRequest): Promise<TableLoad> {
  if (schema !== undefined && schema !== 'main') throw new PipewrightError({ code: 'bad-input', service, message: 'SQLite has no schemas.', hint: 'Leave the schema empty.' });
  if (/^sqlite_/i.test(table)) throw new PipewrightError({ code: 'bad-input', service, message: 'Names that begin with sqlite_ belong to SQLite.', hint: 'Choose another name for the table.' });
  await lock(database);
  try {
    const columns = guard(() => database.prepare('SELECT name FROM pragma_table_info(?)').all(table)).map((row) => String(row['name']));
    return new SqliteLoad(database, table, mode, columns.length > 0 ? columns : undefined);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Takes the file for writing. SQLite's own waiting would hold up the whole process, the other load included. */
async function lock(database: DatabaseSync): Promise<void> {
  for (const deadline = Date.now() + patience; ; await sleep(50)) {
    try {
      guard(() => database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE'));
      database.exec('PRAGMA busy_timeout = 10000');
      return;
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'busy' || Date.now() > deadline) throw error;
    }
  }
}

class SqliteLoad implements TableLoad {
  readonly existing: readonly string[] | undefined;
  readonly #database: DatabaseSync;
  readonly #table: string;
  readonly #mode: TableRequest['mode'];
  #insert: StatementSync | undefined;
  #names: readonly string[] = [];
  #rows = 0;
  #done = false;

  constructor(database: DatabaseSync, table: string, mode: TableRequest['mode'], existing: readonly string[] | undefined) {
    this.#database = database;
    this.#table = table;
    this.#mode = mode;
    this.existing = existing;
  }

  async stage(names: readonly string[]): Promise<void> {
    this.#names = names;
    guard(() => {
      this.#database.exec(`CREATE TEMP TABLE pipewright_staging (${names.map((name) => `${quoted(name)} TEXT`).join(', ')})`);
      this.#insert = this.#database.prepare(`INSERT INTO ${staging} VALUES (${names.map(() => '?').join(', ')})`);
    });
  }

  async write(block: CsvBlock): Promise<void> {
    const insert = this.#insert;
    if (!insert) return;
    const row = new Array<string | null>(block.width);
    guard(() => {
      for (let index = 0, end = block.rows * block.width; index < end; ) {
        for (let column = 0; column < block.width; column += 1, index += 1) row[column] = readValue(block, index);
        insert.run(...row);
      }
    });
    this.#rows += block.rows;
  }

  async count(): Promise<number> {
    return this.#rows;
  }

  async publish(columns: readonly Column[]): Promise<void> {
    const name = `main.${quoted(this.#table)}`;
    guard(() => {
      if (!this.existing) this.#database.exec(`CREATE TABLE ${name} (${columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`).join(', ')})`);
      else if (this.#mode === 'replace') this.#database.exec(`DELETE FROM ${name}`);
      const values = columns.map((column) => (column.type === 'boolean' ? `lower(${quoted(column.name)}) = 'true'` : quoted(column.name)));
      this.#database.exec(`INSERT INTO ${name} (${this.#names.map(quoted).join(', ')}) SELECT ${values.join(', ')} FROM ${staging}`);
      this.#database.exec('DROP TABLE temp.pipewright_staging; COMMIT');
    });
    this.#done = true;
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    this.#insert = undefined;
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite rolls some errors back by itself, such as a full disk; then there is no transaction left to end.
    }
  }
}

/** SQLite's declared type; a decimal with more than 15 digits stays text, for its numbers are not exact beyond. */
function typeOf({ type, precision }: Column): string {
  if (type === 'integer') return 'INTEGER';
  if (type === 'decimal') return (precision ?? 38) <= 15 ? 'NUMERIC' : 'TEXT';
  return type === 'boolean' ? 'BOOLEAN' : 'TEXT';
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PipewrightError || !(error instanceof Error)) throw error;
    const number = (error as { errcode?: number }).errcode;
    const busy = number === 5 || number === 6;
    throw new PipewrightError({
      code: busy ? 'busy' : 'unavailable',
      service,
      message: busy ? 'Another load holds the SQLite file.' : `SQLite answered: ${error.message}.`,
      hint: busy ? 'Try again when it has finished.' : 'The table is as it was. Check that the file is an SQLite database and can be written.',
      retryable: busy,
    });
  }
}
