import pg from 'pg';
import { explainPostgres } from './postgres-error.ts';

/** A row of an answer. */
export type Row = Record<string, unknown>;

/** A connection to a server, whose errors are in our words. */
export interface PostgresSession {
  client: pg.Client;
  /** @throws PipewrightError what the server says */
  run(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  close(): Promise<void>;
}

/**
 * Settings under which a load takes as long as its source, whatever the server allows, and a value means the same on
 * every server.
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html
 */
const settings = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  lock_timeout: '30s',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  lc_monetary: 'C',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  xmloption: 'content',
};

/** The statements that make those settings. */
export function sameEverywhere(set: 'SET' | 'SET LOCAL'): string {
  return Object.entries(settings)
    .map(([name, value]) => `${set} ${name} = '${value}'`)
    .join('; ')
    .replace("'ISO, YMD'", 'ISO, YMD');
}

/** Where the search path names PostgreSQL's own schema, functions of others may hide its functions: it comes first then. */
export const ownFunctionsFirst = `SELECT set_config('search_path', 'pg_catalog, ' || current_setting('search_path'), true) WHERE current_setting('search_path') ~ 'pg_catalog'`;

/**
 * Connects to a server.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectPostgres(address: string): Promise<PostgresSession> {
  const client = new pg.Client({
    connectionString: address,
    application_name: 'pipewright',
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  });
  // A lost connection fails the statement that is running, which says it better.
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    throw explainPostgres(error);
  });
  return {
    client,
    async run(sql, values = []) {
      try {
        return await client.query<Row>(sql, [...values]);
      } catch (error) {
        throw explainPostgres(error);
      }
    },
    close: () => client.end(),
  };
}
