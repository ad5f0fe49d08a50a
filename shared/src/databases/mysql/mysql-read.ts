import type { Connection, FieldPacket } from 'mysql2';
import { PipewrightError } from '../../host/error.ts';
import type {
  ExportColumn,
  ExportRow,
  ExportValue,
  OpenedRows,
  RowsRequest,
} from '../../datasets/export/row-source.ts';
import { shortestFloat } from '../../datasets/export/number-text.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { hexadecimal, noSuchTable, notReadOnly, parametersWithoutValues, readQuery } from '../read-query.ts';
import { RowQueue } from '../row-queue.ts';
import { explainMysql } from './mysql-error.ts';
import type { MysqlSession } from './mysql-session.ts';

const service = 'MySQL';

/** Types of the protocol. @see https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const type = {
  tiny: 1,
  short: 2,
  long: 3,
  float: 4,
  double: 5,
  timestamp: 7,
  longlong: 8,
  int24: 9,
  date: 10,
  datetime: 12,
  year: 13,
  bit: 16,
  vector: 242,
  json: 245,
  newDecimal: 246,
  geometry: 255,
};

const integers: readonly number[] = [type.tiny, type.short, type.long, type.longlong, type.int24, type.year, type.bit];

/**
 * A column with how its values become texts. Integers, decimals and dates arrive as digits, floating-point numbers as
 * such: the text protocol would round a 4-byte one to six digits.
 */
interface Reader {
  column: ExportColumn;
  read(value: unknown): ExportValue;
}

/** Which rows to open. */
interface Reading {
  /** The database of a table. */
  schema: string;
  request: RowsRequest;
  /** Opens a second connection, which stops a query. */
  connect(): Promise<MysqlSession>;
  /** Receives the rows before the server has answered, so that a slow query can be stopped. */
  onStart(rows: OpenedRows): void;
}

/**
 * Opens rows as a stream of the binary protocol in a read-only transaction that sees one state of the database.
 * @throws PipewrightError `table-missing`, `invalid-input`, and the explained error of the server
 */
export async function openMysqlRows(
  session: MysqlSession,
  { schema, request, connect, onStart }: Reading,
): Promise<OpenedRows> {
  const statement = 'query' in request ? checkedQuery(request.query) : undefined;
  const utc = 'table' in request ? await utcColumns(session, schema, request.table) : new Set<string>();
  const sql = statement ?? ('table' in request ? `SELECT * FROM ${quoted(schema)}.${quoted(request.table)}` : '');
  await session.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
  const rows = new MysqlRows(session, sql, connect);
  onStart(rows);
  try {
    await rows.open(utc);
    return rows;
  } catch (error) {
    await rows.close();
    throw error;
  }
}

/** A read-only transaction allows a query to write a file on the server. */
function checkedQuery(query: string): string {
  const statement = readQuery(service, query);
  if (/\binto\b[\s\S]*\b(?:outfile|dumpfile)\b/i.test(statement))
    throw notReadOnly(service, 'The query contains INTO OUTFILE or INTO DUMPFILE, which writes a file on the server.');
  return statement;
}

/** The columns that store UTC without a time zone, as a load comments them. */
async function utcColumns({ run }: MysqlSession, schema: string, table: string): Promise<Set<string>> {
  const { rows } = await run(
    'SELECT column_name AS name, column_comment AS comment FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
    [schema, table],
  );
  if (rows.length === 0) throw noSuchTable(service, table);
  return new Set(rows.filter(({ comment }) => comment === 'UTC').map(({ name }) => String(name)));
}

/** What the driver tells about a column of a result. */
type Field = Pick<FieldPacket, 'name' | 'columnType' | 'columnLength' | 'characterSet' | 'decimals' | 'flags'> & {
  /** `json` for a column of MariaDB. */
  extendedFormat?: string;
};

/** The character set of bytes. */
const binary = 63;

/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__column__definition__flags.html */
const unsignedFlag = 32;

function readerOf(field: Field, utc: ReadonlySet<string>): Reader {
  const { name, columnType = 0, columnLength = 0, characterSet, decimals = 0, flags } = field;
  const isUnsigned = typeof flags === 'number' && (flags & unsignedFlag) !== 0;
  const asText = (value: unknown): ExportValue =>
    Buffer.isBuffer(value) ? hexadecimal(value) : typeof value === 'number' ? String(value) : (value as ExportValue);
  if (columnType === type.geometry || columnType === type.vector)
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `The column “${name}” has a geometry or vector, which has no exact text.`,
      hint: 'Nothing was exported. Use Export Query, and convert the column with a function such as ST_AsText.',
    });
  if (columnType === type.tiny && columnLength === 1)
    return { column: { name, kind: 'boolean' }, read: (value) => truths.get(value) ?? (value as ExportValue) };
  if (columnType === type.bit)
    return {
      column: { name, kind: 'integer', isUnsigned: true },
      read: (value) => (Buffer.isBuffer(value) ? String(BigInt(`0x${value.toString('hex')}`)) : asText(value)),
    };
  if (integers.includes(columnType))
    return {
      column: { name, kind: 'integer', ...(columnType === type.longlong && isUnsigned ? { isUnsigned } : {}) },
      read: asText,
    };
  if (columnType === type.newDecimal) {
    // The length counts the point and the sign.
    const precision = columnLength - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1);
    const size = decimals < 31 ? { scale: decimals, ...(precision >= Math.max(decimals, 1) ? { precision } : {}) } : {};
    return { column: { name, kind: 'decimal', ...size }, read: asText };
  }
  if (columnType === type.float)
    return {
      column: { name, kind: 'float' },
      read: (value) => (typeof value === 'number' ? shortestFloat(value) : asText(value)),
    };
  if (columnType === type.double) return { column: { name, kind: 'float' }, read: asText };
  if (columnType === type.date) return { column: { name, kind: 'date' }, read: asText };
  if (columnType === type.timestamp || (columnType === type.datetime && utc.has(name)))
    return { column: { name, kind: 'timestamp-with-zone' }, read: (value) => (value === null ? null : `${value}Z`) };
  if (columnType === type.datetime) return { column: { name, kind: 'timestamp' }, read: asText };
  if (columnType === type.json || field.extendedFormat === 'json')
    return { column: { name, kind: 'json' }, read: asText };
  // The driver gives the bytes of a binary text, and a string for any other.
  return { column: { name, kind: 'text' }, read: characterSet === binary ? asText : (value) => value as ExportValue };
}

const truths = new Map<unknown, string>([
  [1, 'true'],
  [0, 'false'],
]);

class MysqlRows implements OpenedRows {
  columns: readonly ExportColumn[] = [];
  readonly #session: MysqlSession;
  readonly #connection: Connection;
  readonly #sql: string;
  readonly #connect: () => Promise<MysqlSession>;
  readonly #queue: RowQueue;
  #readers: Reader[] = [];

  constructor(session: MysqlSession, sql: string, connect: () => Promise<MysqlSession>) {
    this.#session = session;
    this.#connection = session.connection;
    this.#sql = sql;
    this.#connect = connect;
    this.#queue = new RowQueue(session.connection);
  }

  /** Starts the query, and waits for its columns. */
  async open(utc: ReadonlySet<string>): Promise<void> {
    const queue = this.#queue;
    let described = false;
    const command = this.#connection.execute({ sql: this.#sql, rowsAsArray: true, dateStrings: true });
    command
      .on('fields', (fields: Field[] | undefined) => {
        described = true;
        try {
          this.#readers = (fields ?? []).map((field) => readerOf(field, utc));
          this.columns = this.#readers.map(({ column }) => column);
        } catch (error) {
          queue.fail(error);
        }
        queue.notify();
      })
      .on('result', (row: unknown) => {
        // A statement without rows has only a header.
        if (Array.isArray(row)) queue.add(this.#read(row));
      })
      .on('error', (error: unknown) => this.#fail(error))
      .on('end', () => queue.end());
    // The driver reports a lost connection only there.
    this.#connection.once('error', (error: unknown) => this.#fail(error));
    await queue.until(() => described);
    if (queue.isClosed) throw new PipewrightError({ code: 'cancelled', service, message: 'The query was stopped.' });
    if (this.#readers.length === 0) throw notReadOnly(service, 'The query returns no rows.');
  }

  next(): Promise<readonly ExportRow[] | undefined> {
    return this.#queue.next();
  }

  async close(): Promise<void> {
    if (this.#queue.isClosed) return;
    const { isEnded } = this.#queue;
    this.#queue.close();
    if (isEnded) {
      await this.#session.run('ROLLBACK').catch(() => undefined);
      return;
    }
    const { threadId } = this.#connection;
    this.#connection.destroy();
    await this.#stop(threadId).catch(() => undefined);
  }

  /** Stops the query on the server, which would otherwise continue it. */
  async #stop(threadId: number): Promise<void> {
    const other = await this.#connect();
    await other.run(`KILL ${threadId}`).finally(() => other.close());
  }

  #read(row: unknown[]): ExportRow {
    return row.map((value, index) => (value === null ? null : (this.#readers[index] as Reader).read(value)));
  }

  #fail(error: unknown): void {
    if (this.#queue.isEnded) return;
    this.#queue.fail(isParameterFault(error) ? parametersWithoutValues(service) : explainMysql(error, this.#sql));
    this.#queue.end();
  }
}

/** Whether the server misses the values of parameters: ER_WRONG_ARGUMENTS. */
const isParameterFault = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && error.errno === 1210;
