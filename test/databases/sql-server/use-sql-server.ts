import type { LoadOptions, LoadResult } from '../../../shared/src/datasets/load/load-options.ts';
import type { SqlServerOptions } from '../../doubles/sql-server/server-state.ts';
import { startSqlServer, type SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { loadCsv } from '../load-csv.ts';

/** The double that the tests of a file share, and the table of the current test. */
export interface SqlServerTests {
  readonly server: SqlServer;
  /** A table name that no other test uses. */
  readonly table: string;
  /** Loads CSV into that table unless the options say otherwise. */
  load(csv: string | AsyncIterable<Uint8Array>, options?: Partial<LoadOptions>): Promise<LoadResult>;
  rows(name?: string): Record<string, unknown>[];
  values(name?: string): unknown[][];
  types(name?: string): Record<string, string>;
}

/** Starts a double for the tests of a file; a statement that it does not know fails the test. */
export function useSqlServer(): SqlServerTests {
  let server: SqlServer;
  let count = 0;
  let table = '';
  beforeAll(async () => {
    server = await startSqlServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    table = `t${(count += 1)}`;
    server.forget();
  });
  afterEach(() => expect(server.misunderstood).toEqual([]));
  const rows = (name = table): Record<string, unknown>[] => server.rows(`dbo.${name}`);
  return {
    get server() {
      return server;
    },
    get table() {
      return table;
    },
    load: (csv, options = {}) => loadCsv(server.address({ encrypt: 'off' }), csv, { table, ...options }),
    rows,
    values: (name) => rows(name).map((row) => Object.values(row)),
    types: (name = table) => server.types(`dbo.${name}`),
  };
}

/** The error of a promise that must reject. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<Error & { code: string; hint: string; retryable: boolean }> {
  const failure: unknown = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  return failure as Error & { code: string; hint: string; retryable: boolean };
}

/** Runs work with its own double. */
export async function withServer(options: SqlServerOptions, work: (other: SqlServer) => Promise<void>): Promise<void> {
  const other = await startSqlServer(options);
  try {
    await work(other);
    expect(other.misunderstood).toEqual([]);
  } finally {
    await other.stop();
  }
}

/** CSV with this number of rows. */
export const manyRows = (length: number): string =>
  `id,name\n${Array.from({ length }, (_, row) => `${row},text of a row`).join('\n')}\n`;
