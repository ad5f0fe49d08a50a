import pg from 'pg';
import { postgresCapabilities } from '../../../shared/src/databases/postgres/postgres-capabilities.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { testDatabase } from '../contract.ts';

let server: Postgres;
let client: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

testDatabase('PostgreSQL', postgresCapabilities, {
  address: () => `${server.url}?sslmode=disable`,
  rows: async (table) =>
    (await client.query<Record<string, unknown>>(`SELECT * FROM "${table.replaceAll('"', '""')}"`)).rows,
  createTable: async (table, columns) => {
    const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await client.query(`CREATE TABLE ${table} (${definitions.join(', ')})`);
  },
  schema: 'public',
});
