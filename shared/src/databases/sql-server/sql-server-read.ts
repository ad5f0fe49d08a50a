import { Request } from 'tedious';
import { PipewrightError } from '../../host/error.ts';
import { shortestFloat } from '../../datasets/export/number-text.ts';
import type {
  ExportColumn,
  ExportRow,
  ExportValue,
  OpenedRows,
  RowsRequest,
} from '../../datasets/export/row-source.ts';
import { reasonAgainst } from '../capabilities.ts';
import { quoteSqlServer as quoted } from '../quote-identifier.ts';
import { noSuchTable } from '../read-query.ts';
import { RowQueue } from '../row-queue.ts';
import { sqlServerCapabilities } from './sql-server-capabilities.ts';
import { explainSqlServer } from './sql-server-error.ts';
import type { SqlServerSession } from './sql-server-session.ts';
import { readSqlServerColumns, type SqlServerColumn } from './sql-server-table.ts';
import { asText, baseOf } from './sql-server-text.ts';

const service = 'SQL Server';

/** Texts, which the driver reads unchanged; any other type becomes text on the server. */
const texts = /^n?(?:char|varchar|text)$/;

const kinds: Record<string, ExportColumn['kind']> = {
  bit: 'boolean',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  bigint: 'integer',
  decimal: 'decimal',
  numeric: 'decimal',
  money: 'decimal',
  smallmoney: 'decimal',
  float: 'float',
  real: 'float',
  date: 'date',
  datetime: 'timestamp',
  datetime2: 'timestamp',
  smalldatetime: 'timestamp',
  datetimeoffset: 'timestamp-with-zone',
  uniqueidentifier: 'uuid',
};

/** Types whose text is exact. */
const exportable =
  /^(?:bit|(?:tiny|small|big)?int|decimal|numeric|(?:small)?money|float|real|date|time|datetime2?|smalldatetime|datetimeoffset|uniqueidentifier|n?char|n?varchar|n?text|(?:var)?binary|xml|timestamp)$/;

/**
 * Opens the rows of a table. Its values become text on the server, because the driver rounds decimals to 15 digits.
 * @param schema quoted
 * @throws PipewrightError `table-missing`, `invalid-input`, and the explained error of the server
 */
export async function openSqlServerRows(
  session: SqlServerSession,
  schema: string,
  request: RowsRequest,
): Promise<OpenedRows> {
  const cannotQuery = reasonAgainst(sqlServerCapabilities.exportQuery);
  if ('query' in request)
    throw new PipewrightError({
      code: 'invalid-input',
      service,
      message: `Export Query does not support SQL Server. ${cannotQuery ?? ''}`.trim(),
      hint: 'Create a table with the rows of the query, and use Export Table.',
    });
  const name = `${schema}.${quoted(request.table)}`;
  const columns = await readSqlServerColumns(session, name, request.table);
  if (!columns) throw noSuchTable(service, request.table);
  for (const column of columns) refuseInexact(column, request.table);
  const list = columns.map((column) => `${expressionOf(column)} AS ${quoted(column.name)}`).join(', ');
  return new SqlServerRows(session, `SELECT ${list} FROM ${name}`, columns);
}

function refuseInexact({ name, masked, refusal, declaration }: SqlServerColumn, table: string): void {
  const reason = masked
    ? 'is masked, so its values cannot be read'
    : exportable.test(baseOf(declaration))
      ? /encrypted|column set/.exec(refusal ?? '')
        ? refusal
        : undefined
      : `has the type ${declaration}, which has no exact text`;
  if (reason === undefined) return;
  throw new PipewrightError({
    code: masked ? 'forbidden' : 'invalid-input',
    service,
    message: `The column “${name}” of the table “${table}” ${reason}.`,
    hint: 'Nothing was exported. Copy the other columns into a table, and export that.',
  });
}

function expressionOf({ name, declaration }: SqlServerColumn): string {
  const base = baseOf(declaration);
  if (texts.test(base)) return quoted(name);
  if (base === 'timestamp') return asText('binary(8)', quoted(name));
  // NULL would otherwise become false.
  if (base === 'bit') return `CASE ${quoted(name)} WHEN 1 THEN N'true' WHEN 0 THEN N'false' END`;
  return asText(declaration, quoted(name));
}

/** A timestamp without the zeros that the type adds, and without the space before the offset. */
const timestampForm = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d*?)0*)? ?((?:[-+]\d\d:\d\d)?)$/;

function readerOf(declaration: string): (text: string) => ExportValue {
  switch (baseOf(declaration)) {
    case 'float':
      return (text) => String(Number(text));
    case 'real':
      return (text) => shortestFloat(Math.fround(Number(text)));
    case 'datetime':
    case 'datetime2':
    case 'smalldatetime':
    case 'datetimeoffset':
      return (text) => {
        const [, date, time, fraction = '', zone = ''] = timestampForm.exec(text) ?? [];
        return date === undefined ? text : `${date} ${time}${fraction === '' ? '' : `.${fraction}`}${zone}`;
      };
    case 'time':
      return (text) => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
    default:
      return (text) => text;
  }
}

class SqlServerRows implements OpenedRows {
  readonly columns: readonly ExportColumn[];
  readonly #session: SqlServerSession;
  readonly #readers: ((text: string) => ExportValue)[];
  readonly #request: Request;
  readonly #queue: RowQueue;
  readonly #ended: Promise<void>;

  constructor(session: SqlServerSession, sql: string, columns: readonly SqlServerColumn[]) {
    this.#session = session;
    this.columns = columns.map(({ name, declaration, scale }) => {
      const kind = kinds[baseOf(declaration)] ?? 'text';
      return { name, kind, ...(kind === 'decimal' && scale !== undefined ? { scale } : {}) };
    });
    this.#readers = columns.map(({ declaration }) => readerOf(declaration));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    this.#request = new Request(sql, (error) => {
      if (error && !queue.isClosed) queue.fail(explainSqlServer(error));
      queue.end();
      resolve();
    });
    const queue = new RowQueue(this.#request);
    this.#queue = queue;
    this.#request.on('row', (values: { value: unknown }[]) => queue.add(this.#read(values)));
    session.connection.execSqlBatch(this.#request);
  }

  next(): Promise<readonly ExportRow[] | undefined> {
    return this.#queue.next();
  }

  async close(): Promise<void> {
    if (this.#queue.isClosed) return;
    this.#queue.close();
    if (this.#queue.isEnded) return;
    this.#session.connection.cancel();
    this.#request.resume();
    await this.#ended;
  }

  #read(values: readonly { value: unknown }[]): ExportRow {
    return values.map(
      ({ value }, index): ExportValue =>
        value === null || value === undefined
          ? null
          : (this.#readers[index] as (text: string) => ExportValue)(String(value)),
    );
  }
}
