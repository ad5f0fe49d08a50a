import { sqlServerCapabilities } from '../../../shared/src/databases/sql-server/sql-server-capabilities.ts';
import { startSqlServer, type SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { testDatabase } from '../contract.ts';

let server: SqlServer;
beforeAll(async () => {
  server = await startSqlServer();
});
afterAll(async () => {
  expect(server.misunderstood).toEqual([]);
  await server.stop();
});

testDatabase('SQL Server', sqlServerCapabilities, {
  address: () => server.address({ encrypt: 'off' }),
  rows: async (table) => server.rows(`dbo.${table}`),
  createTable: async (table, columns) =>
    server.table(
      `dbo.${table}`,
      Object.entries(columns).map(([name, type]) => ({ name, type })),
    ),
  schema: 'dbo',
  isDouble: true,
});
