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

/** Servers may limit how long a statement takes or a transaction rests; a load takes as long as its source. */
export const patient = "statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '30s'; SET LOCAL DateStyle = 'ISO, YMD'";

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
