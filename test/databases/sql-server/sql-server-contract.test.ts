import { sqlServerCapabilities } from '../../../shared/src/databases/sql-server/sql-server-capabilities.ts';
import { startSqlServer, type SqlServer } from '../../doubles/sql-server/sql-server.ts';
import { testDatabase, type ContractEngine } from '../contract.ts';
import { hardTexts, testExport } from '../export-contract.ts';

let server: SqlServer;
beforeAll(async () => {
  server = await startSqlServer();
});
afterAll(async () => {
  expect(server.misunderstood).toEqual([]);
  await server.stop();
});

const engine: ContractEngine = {
  address: () => server.address({ encrypt: 'off' }),
  rows: async (table) => server.rows(`dbo.${table}`),
  createTable: async (table, columns) =>
    server.table(
      `dbo.${table}`,
      Object.entries(columns).map(([name, type]) => ({ name, type })),
    ),
  schema: 'dbo',
  isDouble: true,
};

testDatabase('SQL Server', sqlServerCapabilities, engine);
testExport('SQL Server', sqlServerCapabilities, engine, {
  note: { type: 'nvarchar(100)', values: hardTexts },
  small: { type: 'bigint', values: ['9223372036854775807', '-9223372036854775808', null] },
  paid: { type: 'decimal(38,18)', values: ['12345678901234567890.123456789012345678', null] },
  ratio: { type: 'float', values: ['0.1', '0.30000000000000004', null] },
  amount: { type: 'money', values: ['922337203685477.5807', '-0.0500'] },
  closed: { type: 'bit', values: ['true', 'false', null] },
  day: { type: 'date', values: ['2026-11-20', '0001-01-01', null] },
  at: { type: 'datetime2(7)', values: ['2026-03-29 02:30:00.1234567', '2026-03-29 02:30:00'], parquet: 'refuses' },
  old: { type: 'datetime', values: ['2026-03-29 02:30:00.997', null] },
  zoned: { type: 'datetimeoffset(3)', values: ['2026-03-29 01:30:00.5+02:00', null], parquet: 'in UTC' },
  bytes: { type: 'varbinary(10)', values: ['0x00FF', null] },
  identity: { type: 'uniqueidentifier', values: ['8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77', null] },
});
