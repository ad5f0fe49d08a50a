import { Client } from 'pg';
import type { Log } from '../../support/machine/command.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';

/** Number of rows in the dataset that the flows load. */
export const claimsRows = 5_000;

/** The vendors and the database that both platforms use. */
export interface World {
  sandbox: Sandbox;
  postgres: Postgres;
  /** Queries the database. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Starts a double of every vendor and a real PostgreSQL on this machine. */
export async function startWorld(log: Log): Promise<World> {
  const postgres = await startPostgres({ log });
  const sandbox = await startSandbox({ claimsRows });
  return {
    sandbox,
    postgres,
    async query(sql) {
      const client = new Client({ connectionString: postgres.url });
      await client.connect();
      try {
        return (await client.query(sql)).rows as Record<string, unknown>[];
      } finally {
        await client.end();
      }
    },
    async stop() {
      await sandbox.stop();
      await postgres.stop();
    },
  };
}
