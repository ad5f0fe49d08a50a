import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { PipewrightError } from '../../host/error.ts';
import type { CsvBlock } from '../csv-block.ts';
import type { Column } from '../infer-types.ts';
import type { TableLoad, TableRequest, TableTarget } from '../target.ts';
import { quoteIdentifier as quoted } from './quote-identifier.ts';

const service = 'PostgreSQL';
const staging = 'pg_temp.pipewright_staging';

/** A PostgreSQL database, by its connection address; `sslmode` is verify-full, no-verify or disable. */
export async function openPostgres(address: string): Promise<TableTarget> {
  const client = new pg.Client({ connectionString: address, application_name: 'pipewright', connectionTimeoutMillis: 15_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw explain(error);
  }
  return {
    async describe() {
      const { rows } = await query(client, 'SELECT current_database() AS name, current_user AS person');
      return `${rows[0]?.['name']} (${rows[0]?.['person']})`;
    },
    begin: (request) => beginLoad(client, request),
    close: () => client.end(),
  };
}

async function query(client: pg.Client, text: string, values: unknown[] = []): Promise<pg.QueryResult<Record<string, unknown>>> {
  try {
    return await client.query(text, values);
  } catch (error) {
    throw explain(error);
  }
}

/** One transaction from the lock to the publication: what others see changes at its very end, or not at all. */
async function beginLoad(client: pg.Client, request: TableRequest): Promise<TableLoad> {
  const { table, mode } = request;
  await query(client, 'BEGIN');
  try {
    const schema = request.schema ?? String((await query(client, 'SELECT current_schema() AS name')).rows[0]?.['name'] ?? 'public');
    const name = `${quoted(schema)}.${quoted(table)}`;
    await query(client, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 20261120))', [name]);
    const found = await query(
      client,
      `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
       WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`,
      [name],
    );
    const types = new Map(found.rows.map((row) => [String(row['name']), String(row['type'])]));
    return new PostgresLoad(client, name, mode, types.size > 0 ? types : undefined);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

class PostgresLoad implements TableLoad {
  readonly existing: readonly string[] | undefined;
  readonly #client: pg.Client;
  readonly #name: string;
  readonly #mode: TableRequest['mode'];
  readonly #types: Map<string, string> | undefined;
  #names: readonly string[] = [];
  #copy: ReturnType<typeof copyFrom> | undefined;
  #broken: Promise<never> | undefined;
  #done = false;

  constructor(client: pg.Client, name: string, mode: TableRequest['mode'], types: Map<string, string> | undefined) {
    this.#client = client;
    this.#name = name;
    this.#mode = mode;
    this.#types = types;
    this.existing = types && [...types.keys()];
  }

  async stage(names: readonly string[]): Promise<void> {
    this.#names = names;
    const columns = names.map((name) => `${quoted(name)} ${this.#types?.get(name) ?? 'text'}`).join(', ');
    await query(this.#client, `CREATE TEMP TABLE pipewright_staging (${columns}) ON COMMIT DROP`);
    const copy = this.#client.query(copyFrom(`COPY ${staging} FROM STDIN (FORMAT csv)`));
    this.#broken = once(copy, 'finish').then(() => new Promise<never>(() => undefined), (error: unknown) => Promise.reject(explain(error)));
    this.#broken.catch(() => undefined);
    this.#copy = copy;
  }

  async write(block: CsvBlock): Promise<void> {
    const copy = this.#copy;
    if (!copy) return;
    for (const piece of block.pieces) {
      if (!copy.write(piece)) await Promise.race([once(copy, 'drain'), this.#broken]);
    }
  }

  async count(): Promise<number> {
    const copy = this.#copy;
    if (!copy) return 0;
    copy.end();
    await Promise.race([once(copy, 'finish'), this.#broken]);
    this.#copy = undefined;
    return copy.rowCount;
  }

  async publish(columns: readonly Column[]): Promise<void> {
    const targets = this.#names.map(quoted).join(', ');
    const values = columns.map((column) => (this.#types ? quoted(column.name) : cast(column))).join(', ');
    if (!this.#types) await query(this.#client, `CREATE TABLE ${this.#name} (${columns.map((column) => `${quoted(column.name)} ${typeOf(column)}`).join(', ')})`);
    else if (this.#mode === 'replace') await query(this.#client, `DELETE FROM ${this.#name}`);
    if (columns.length > 0) await query(this.#client, `INSERT INTO ${this.#name} (${targets}) SELECT ${values} FROM ${staging}`);
    await query(this.#client, 'COMMIT');
    this.#done = true;
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    const copy = this.#copy;
    if (copy) {
      copy.on('error', () => undefined);
      copy.destroy();
      await Promise.race([this.#broken, new Promise((resolve) => copy.once('close', resolve))]).catch(() => undefined);
    }
    await this.#client.query('ROLLBACK').catch(() => undefined);
  }
}

function typeOf({ type, precision, scale }: Column): string {
  switch (type) {
    case 'integer': return 'bigint';
    case 'decimal': return `numeric(${precision ?? 38}, ${scale ?? 0})`;
    case 'boolean': return 'boolean';
    case 'date': return 'date';
    case 'timestamp': return 'timestamp';
    case 'timestamp-with-zone': return 'timestamptz';
    case 'text': return 'text';
  }
}

function cast(column: Column): string {
  return column.type === 'text' ? quoted(column.name) : `${quoted(column.name)}::${typeOf(column)}`;
}

const codes: Record<string, { code: 'unauthorized' | 'forbidden' | 'not-found' | 'busy' | 'bad-input' | 'unavailable'; hint: string }> = {
  '28P01': { code: 'unauthorized', hint: 'Check the user and the password in the connection.' },
  '28000': { code: 'unauthorized', hint: 'Check the user in the connection, and that the server lets this address in.' },
  '3D000': { code: 'not-found', hint: 'Check the name of the database in the connection.' },
  '3F000': { code: 'not-found', hint: 'Check the name of the schema.' },
  '42501': { code: 'forbidden', hint: 'Let the user of the connection create and write tables in this schema.' },
  '55P03': { code: 'busy', hint: 'Another session holds the table; try again.' },
  '53100': { code: 'unavailable', hint: 'The disk of the server is full.' },
  ENOTFOUND: { code: 'unavailable', hint: 'Check the host in the connection.' },
  ECONNREFUSED: { code: 'unavailable', hint: 'Check host and port in the connection, and that the server runs.' },
};

/** A database's error in our words; its detail is left out, for it can hold values of rows. */
function explain(error: unknown): unknown {
  if (error instanceof PipewrightError || !(error instanceof Error)) return error;
  const { code = '' } = error as { code?: string };
  const known = codes[code];
  const where = (error as { where?: string }).where?.match(/line (\d+)(, column \S+)?/)?.[0];
  const badValue = code.startsWith('22');
  return new PipewrightError({
    code: known?.code ?? (badValue ? 'bad-input' : 'unavailable'),
    service,
    message: `PostgreSQL answered: ${error.message}${where ? ` (row ${where})` : ''}.`,
    hint: known?.hint ?? (badValue ? 'A value does not fit the type of its column; the table is as it was.' : 'The table is as it was. Try again; if it goes on, ask the administrator of the database.'),
  });
}
