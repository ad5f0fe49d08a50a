import mysql, { type Connection } from 'mysql2/promise';
import type { LoadResult } from '../../../shared/src/datasets/load/load-options.ts';
import type { MysqlServer, MysqlServerOptions } from '../../support/machine/mysql-family.ts';
import { loadCsv } from '../load-csv.ts';

type Row = Record<string, unknown>;

/** A server for the tests of a `describe`, with queries as its administrator. */
export interface MysqlInUse {
  server(): MysqlServer;
  /** The connection of the administrator. */
  client(): Connection;
  /** The address with a user who has only the documented privileges. */
  address(): string;
  ask(sql: string, values?: unknown[]): Promise<Row[]>;
  load(csv: string | AsyncIterable<Uint8Array>, options: Parameters<typeof loadCsv>[2]): Promise<LoadResult>;
  /** The staging tables. */
  staged(): Promise<Row[]>;
  exists(table: string): Promise<boolean>;
  /** The type of a column, and its values as text. */
  column(table: string, name?: string, order?: string): Promise<{ type: string; values: unknown[] }>;
}

/** Starts a server before the tests of the `describe` around it, and stops it after them. */
export function useMysql(
  start: (options?: MysqlServerOptions) => Promise<MysqlServer>,
  options: MysqlServerOptions = {},
): MysqlInUse {
  let server: MysqlServer;
  let client: Connection;
  beforeAll(async () => {
    server = await start(options);
    client = await mysql.createConnection({
      uri: server.adminUrl,
      multipleStatements: true,
      dateStrings: true,
      supportBigNumbers: true,
    });
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });
  const ask = async (sql: string, values: unknown[] = []): Promise<Row[]> => {
    const [rows] = await client.query({ sql, values });
    return (Array.isArray(rows) ? rows : []).map((row) => ({ ...(row as Row) }));
  };
  const address = (): string => `${server.url}?ssl=off`;
  return {
    server: () => server,
    client: () => client,
    address,
    ask,
    load: (csv, chosen) => loadCsv(address(), csv, chosen),
    staged: () =>
      ask(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = database() AND table_name LIKE 'pipewright\\_staging%'",
      ),
    exists: async (table) =>
      (
        await ask('SELECT 1 AS yes FROM information_schema.tables WHERE table_schema = database() AND table_name = ?', [
          table,
        ])
      ).length > 0,
    async column(table, name = 'value', order = 'row') {
      const [first] = await ask(
        'SELECT column_type AS type FROM information_schema.columns WHERE table_schema = database() AND table_name = ? AND column_name = ?',
        [table, name],
      );
      const rows = await ask(`SELECT CAST(\`${name}\` AS char) AS value FROM \`${table}\` ORDER BY \`${order}\``);
      return { type: String(first?.['type']), values: rows.map(({ value }) => value) };
    },
  };
}
