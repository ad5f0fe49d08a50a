import pg from 'pg';
import { PipewrightError } from '../../host/error.ts';
import type { Row } from '../sql-dialect.ts';
import { explainPostgres } from './postgres-error.ts';

/** A connection to a server that throws explained errors. */
export interface PostgresSession {
  client: pg.Client;
  /** @throws PipewrightError the explained error of the server */
  run(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult<Row>>;
  close(): Promise<void>;
}

/**
 * Session settings: a load may take as long as its source, and a value means the same on every server.
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

/** The statements that apply the settings. */
export function sessionSettings(set: 'SET' | 'SET LOCAL'): string {
  return Object.entries(settings)
    .map(([name, value]) => `${set} ${name} = '${value}'`)
    .join('; ')
    .replace("'ISO, YMD'", 'ISO, YMD');
}

/** Puts the schema pg_catalog first where the search path names it, so that other functions cannot hide its own. */
export const builtInFunctionsFirst = `SELECT set_config('search_path', 'pg_catalog, ' || current_setting('search_path'), true) WHERE current_setting('search_path') ~ 'pg_catalog'`;

/** @throws PipewrightError `invalid-input`, which does not repeat the address, because it has a password */
function createClient(address: string): pg.Client {
  try {
    return new pg.Client({
      connectionString: address,
      application_name: 'pipewright',
      connectionTimeoutMillis: 15_000,
      keepAlive: true,
    });
  } catch {
    throw new PipewrightError({
      code: 'invalid-input',
      service: 'PostgreSQL',
      message: 'This is not the address of a PostgreSQL database.',
      hint: 'Use the form postgres://user:password@host:5432/database?sslmode=verify-full, with special characters percent-encoded, such as %40 for @.',
    });
  }
}

/**
 * Connects to a server.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectPostgres(address: string): Promise<PostgresSession> {
  const client = createClient(address);
  // A lost connection fails the running statement, whose error is more precise.
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
