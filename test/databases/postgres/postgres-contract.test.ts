import pg from 'pg';
import { postgresCapabilities } from '../../../shared/src/databases/postgres/postgres-capabilities.ts';
import { startPostgres, type Postgres } from '../../support/machine/postgres.ts';
import { testDatabase, type ContractEngine } from '../contract.ts';
import { testExport } from '../export-contract.ts';

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

const engine: ContractEngine = {
  address: () => `${server.url}?sslmode=disable`,
  rows: async (table) =>
    (await client.query<Record<string, unknown>>(`SELECT * FROM "${table.replaceAll('"', '""')}"`)).rows,
  createTable: async (table, columns) => {
    const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await client.query(`CREATE TABLE ${table} (${definitions.join(', ')})`);
  },
  schema: 'public',
};

testDatabase('PostgreSQL', postgresCapabilities, engine);
testExport(
  'PostgreSQL',
  postgresCapabilities,
  engine,
  {
    small: { type: 'bigint', values: ['9223372036854775807', '-9223372036854775808', null] },
    paid: {
      type: 'numeric',
      values: ['12345678901234567890.12345678901234567890', '0.10', '-0.000000000000000001', null],
      parquet: 'refuses',
    },
    cents: { type: 'numeric(10,2)', values: ['12.50', '-0.01'] },
    ratio: { type: 'double precision', values: ['0.1', '1e+300', '-2.5e-300', '0.30000000000000004'] },
    short: { type: 'real', values: ['0.1', '1.5e+30', '16777216'], exported: ['0.1', '1.5e+30', '1.6777216e+07'] },
    amount: { type: 'money', values: ['1234567.89', '-0.05'] },
    closed: { type: 'boolean', values: ['true', 'false', null] },
    day: { type: 'date', values: ['2026-11-20', '0001-01-01', '9999-12-31', null] },
    at: { type: 'timestamp', values: ['2026-03-29 02:30:00', '0001-01-01 00:00:00', '2026-11-20 10:00:00.123456'] },
    zoned: { type: 'timestamptz', values: ['2026-03-29 01:30:00Z', '2026-11-20 10:00:00.000001Z', null] },
    clock: { type: 'time', values: ['23:59:59.999999', '00:00:00'] },
    doc: { type: 'json', values: ['{"a":1.10,"b":[1,2]}', '"text"', 'null', null] },
    parsed: { type: 'jsonb', values: ['{"a": 12345678901234567890.10}', '[]', '"x"'] },
    bytes: { type: 'bytea', values: ['\\x00ff', '\\x', null] },
    list: { type: 'integer[]', values: ['{1,NULL}', '{}', '{{1,2},{3,4}}'] },
    identity: { type: 'uuid', values: ['8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', null] },
    period: { type: 'interval', values: ['-1 years -2 mons +3 days', '01:30:00'] },
  },
  {
    slowQuery: 'SELECT pg_sleep(600)::text AS slept',
    running: async () =>
      (await client.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'pipewright' AND state = 'active'"))
        .rows.length,
    killSessions: async () =>
      void (await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipewright'",
      )),
  },
);
