import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { openPostgres } from '../../shared/src/databases/postgres/postgres-target.ts';
import { openSqlite } from '../../shared/src/databases/sqlite/sqlite-target.ts';
import type { TableTarget } from '../../shared/src/datasets/load/target.ts';
import { startPostgres } from '../support/machine/postgres.ts';

/** A database whose only table, `data`, is new for each file. */
export interface Store {
  /** Removes the table and opens the database. */
  open(): Promise<TableTarget>;
  /** The rows of the table in the order of the load, every value as text. */
  rows(): AsyncIterable<(string | null)[]> | Iterable<(string | null)[]>;
  stop(): Promise<void>;
}

/** A new SQLite file for each table. */
export function sqliteStore(path: string): Store {
  return {
    open() {
      rmSync(path, { force: true });
      return openSqlite(path);
    },
    *rows() {
      const database = new DatabaseSync(path);
      const statement = database.prepare('SELECT * FROM data');
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      for (const row of statement.iterate())
        yield Object.values(row).map((value) => (value === null ? null : String(value)));
      database.close();
    },
    stop: async () => rmSync(path, { force: true }),
  };
}

/** A PostgreSQL server of its own. */
export async function postgresStore(): Promise<Store> {
  // A scan of a large table could start in its middle, next to another one.
  const server = await startPostgres({ settings: { synchronize_seqscans: 'off', timezone: 'UTC' } });
  const client = new pg.Client(server.url);
  await client.connect();
  return {
    async open() {
      await client.query('DROP TABLE IF EXISTS data');
      return openPostgres(`${server.url}?sslmode=disable`);
    },
    async *rows() {
      const { rows: columns } = await client.query<{ name: string }>(
        "SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = 'data'::regclass AND attnum > 0 ORDER BY attnum",
      );
      const list = columns.map(({ name }) => `${name}::text`).join(', ');
      const { rows } = await client.query<(string | null)[]>({ text: `SELECT ${list} FROM data`, rowMode: 'array' });
      yield* rows;
    },
    async stop() {
      await client.end();
      await server.stop();
    },
  };
}
