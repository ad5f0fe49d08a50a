import { mysqlCapabilities } from '../../../shared/src/databases/mysql/mysql-capabilities.ts';
import { testDatabase, type ContractEngine } from '../contract.ts';
import { hardTexts, testExport } from '../export-contract.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

describe.each(mysqlProducts)('The contract of %s', (product, start) => {
  const { address, ask } = useMysql(start);

  const engine: ContractEngine = {
    address,
    rows: (table) => ask(`SELECT * FROM \`${table.replaceAll('`', '``')}\``),
    createTable: async (table, columns) => {
      const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
      await ask(`CREATE TABLE ${table} (${definitions.join(', ')})`);
    },
    schema: 'warehouse',
  };

  testDatabase(product, mysqlCapabilities, engine);
  testExport(
    product,
    mysqlCapabilities,
    engine,
    {
      note: { type: 'varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', values: hardTexts },
      small: { type: 'bigint', values: ['9223372036854775807', '-9223372036854775808', null] },
      big: { type: 'bigint unsigned', values: ['18446744073709551615', '0'] },
      paid: {
        type: 'decimal(65,30)',
        values: ['12345678901234567890.123456789012345678901234567890', null],
        parquet: 'refuses',
      },
      cents: { type: 'decimal(10,2)', values: ['12.50', '-0.01'] },
      ratio: { type: 'double', values: ['0.1', '-2.5e-300', '0.30000000000000004'] },
      short: { type: 'float', values: ['0.1', '16777216', null] },
      flags: { type: 'bit(40)', values: ['1099511627775', '0'] },
      closed: { type: 'tinyint(1)', values: ['true', 'false', '5', null], parquet: 'refuses' },
      day: { type: 'date', values: ['2026-11-20', '0001-01-01', '9999-12-31', null] },
      at: { type: 'datetime(6)', values: ['2026-03-29 02:30:00.123456', '9999-12-31 23:59:59.000001'] },
      whole: { type: 'datetime', values: ['2026-03-29 02:30:00', '2026-03-29 00:00:00', null] },
      zoned: { type: "datetime(3) COMMENT 'UTC'", values: ['2026-03-29 01:30:00.500Z', null] },
      stamp: { type: 'timestamp(6) NULL', values: ['2026-03-29 01:30:00.500001Z', null] },
      clock: { type: 'time(3)', values: ['-838:59:58.5', '23:59:59.999', '00:00:00'] },
      grown: { type: 'year', values: ['1901', '2155'] },
      doc: { type: 'json', values: ['[1]', '"text"', '{}', null] },
      mood: { type: "enum('sad','ok')", values: ['sad', 'ok', null] },
      long_text: { type: 'longtext CHARACTER SET utf8mb4', values: ['x'.repeat(70_000), '🎉'] },
    },
    {
      slowQuery: 'SELECT sleep(600) AS slept',
      running: async () =>
        (await ask("SELECT 1 AS yes FROM information_schema.processlist WHERE info LIKE 'SELECT sleep%'")).length,
      async killSessions() {
        for (const { id } of await ask(
          "SELECT id AS id FROM information_schema.processlist WHERE id <> connection_id() AND user NOT IN ('system user', 'event_scheduler')",
        ))
          await ask(`KILL ${String(id)}`);
      },
    },
  );
});
