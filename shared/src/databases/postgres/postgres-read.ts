import type pg from 'pg';
import { PipewrightError } from '../../host/error.ts';
import type { ExportColumn, ExportRow, OpenedRows, RowsRequest } from '../../datasets/export/row-source.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { batchSize, noSuchTable, notReadOnly, parametersWithoutValues, readQuery } from '../read-query.ts';
import { explainPostgres } from './postgres-error.ts';
import { connectPostgres, sessionSettings, type PostgresSession } from './postgres-session.ts';

const service = 'PostgreSQL';
const cursor = 'pipewright_export';

/** Rows of the first batch, before the size of a row is known. */
const firstRows = 100;

/** Kinds by the object ID of a type; a domain has that of its base. @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const kinds: Record<number, ExportColumn['kind']> = {
  16: 'boolean',
  20: 'integer',
  21: 'integer',
  23: 'integer',
  26: 'integer',
  114: 'json',
  700: 'float',
  701: 'float',
  790: 'decimal',
  1082: 'date',
  1114: 'timestamp',
  1184: 'timestamp-with-zone',
  1700: 'decimal',
  2950: 'uuid',
  3802: 'json',
};

/** How the text of PostgreSQL becomes that of a dataset, where they differ. */
const conversions: Record<number, (text: string) => string> = {
  16: (text) => (text === 't' ? 'true' : 'false'),
  790: (text) => text.replace(/[$,]/g, ''),
  1184: (text) => text.replace(/\+00$/, 'Z'),
};

/** The text that the server sends, of any type. */
const asSent = { getTypeParser: () => (value: string) => value };

function columnOf({ name, dataTypeID, dataTypeModifier }: pg.FieldDef): ExportColumn {
  const kind = kinds[dataTypeID] ?? 'text';
  // The modifier of numeric(p,s) has a scale of eleven bits with a sign.
  if (dataTypeID !== 1700 || dataTypeModifier < 4) return { name, kind };
  const precision = ((dataTypeModifier - 4) >> 16) & 0xffff;
  const scale = (dataTypeModifier - 4) & 0x7ff;
  // A negative scale, or one greater than the precision, leaves no digits to count.
  return scale < 0x400 && scale <= precision ? { name, kind, scale, precision } : { name, kind };
}

/**
 * Opens rows with a cursor in a read-only transaction that sees one state of the database.
 * @param address to connect to again when the query is stopped
 * @throws PipewrightError `table-missing`, `invalid-input`, and the explained error of the server
 * @see https://www.postgresql.org/docs/current/sql-declare.html
 */
export async function openPostgresRows(
  session: PostgresSession,
  address: string,
  request: RowsRequest,
): Promise<OpenedRows> {
  const { run } = session;
  const query = 'query' in request ? readQuery(service, request.query) : undefined;
  await run('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  try {
    await run(`${sessionSettings('SET LOCAL')}; SET LOCAL timezone = 'UTC'; SET LOCAL cursor_tuple_fraction = 1`);
    await refuseUnknownEncoding(session);
    const statement = query ?? `SELECT * FROM ${await findTable(session, request)}`;
    // Only the extended protocol refuses several statements.
    await send(session, `DECLARE ${cursor} NO SCROLL CURSOR FOR ${statement}`);
    const { fields } = await send(session, `FETCH 0 FROM ${cursor}`);
    if (fields.length === 0) throw notReadOnly(service, 'The result has no columns.');
    return new PostgresRows(session, address, fields, await processId(session));
  } catch (error) {
    await run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function send({ client }: PostgresSession, text: string): Promise<pg.QueryArrayResult<(string | null)[]>> {
  const statement = { text, rowMode: 'array' as const, types: asSent, queryMode: 'extended' };
  try {
    return await client.query<(string | null)[]>(statement);
  } catch (error) {
    throw isParameterFault(error) ? parametersWithoutValues(service) : explainPostgres(error);
  }
}

/** Whether the server misses the values of parameters such as $1. */
const isParameterFault = (error: unknown): boolean =>
  error instanceof Error && /^bind message supplies 0 parameters|^there is no parameter/.test(error.message);

/** Texts of a database without an encoding cannot be read as characters. */
async function refuseUnknownEncoding({ run }: PostgresSession): Promise<void> {
  const { rows } = await run("SELECT current_setting('server_encoding') AS encoding");
  if (rows[0]?.['encoding'] !== 'SQL_ASCII') return;
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: 'The database has the encoding SQL_ASCII, so it is unknown which characters its bytes represent.',
    hint: 'Export from a database in UTF-8.',
  });
}

/** The name of the table, quoted, with its schema. */
async function findTable({ run }: PostgresSession, request: RowsRequest): Promise<string> {
  if (!('table' in request)) return '';
  const { table, schema } = request;
  const name = `${schema === undefined ? '' : `${quoted(schema)}.`}${quoted(table)}`;
  const { rows } = await run('SELECT to_regclass($1) IS NOT NULL AS found', [name]);
  if (rows[0]?.['found'] !== true) throw noSuchTable(service, table);
  return name;
}

async function processId({ run }: PostgresSession): Promise<number> {
  const { rows } = await run('SELECT pg_backend_pid() AS id');
  return Number(rows[0]?.['id']);
}

class PostgresRows implements OpenedRows {
  readonly columns: readonly ExportColumn[];
  readonly #session: PostgresSession;
  readonly #address: string;
  readonly #conversions: (((text: string) => string) | undefined)[];
  readonly #processId: number;
  #count = firstRows;
  #fetching: Promise<unknown> | undefined;
  #closed = false;

  constructor(session: PostgresSession, address: string, fields: readonly pg.FieldDef[], processId: number) {
    this.#session = session;
    this.#address = address;
    this.columns = fields.map(columnOf);
    this.#conversions = fields.map(({ dataTypeID }) => conversions[dataTypeID]);
    this.#processId = processId;
  }

  async next(): Promise<readonly ExportRow[] | undefined> {
    if (this.#closed) return undefined;
    const fetching = send(this.#session, `FETCH FORWARD ${this.#count} FROM ${cursor}`);
    this.#fetching = fetching;
    const { rows } = await fetching.finally(() => (this.#fetching = undefined));
    if (rows.length === 0) return undefined;
    let characters = 0;
    for (const row of rows) {
      for (let index = 0; index < row.length; index += 1) {
        const text = row[index];
        if (text === null || text === undefined) continue;
        characters += text.length;
        const convert = this.#conversions[index];
        if (convert) row[index] = convert(text);
      }
    }
    const perRow = characters / rows.length + 1;
    this.#count = Math.max(1, Math.min(batchSize.rows, this.#count * 4, Math.floor(batchSize.characters / perRow)));
    return rows;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#fetching) await this.#cancel();
    await this.#session.run('ROLLBACK').catch(() => undefined);
  }

  /** Cancels the running query from a second connection; the server would otherwise continue it. */
  async #cancel(): Promise<void> {
    try {
      const other = await connectPostgres(this.#address);
      await other.run('SELECT pg_cancel_backend($1)', [this.#processId]).finally(() => other.close());
      await this.#fetching?.catch(() => undefined);
    } catch {
      // Without a second connection, the end of this one is all that is left.
      await this.#session.close();
    }
  }
}
