import { mysqlCapabilities } from '../../../shared/src/databases/mysql/mysql-capabilities.ts';
import { testDatabase } from '../contract.ts';
import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql } from './use-mysql.ts';

describe.each(mysqlProducts)('The contract of %s', (product, start) => {
  const { address, ask } = useMysql(start);

  testDatabase(product, mysqlCapabilities, {
    address,
    rows: (table) => ask(`SELECT * FROM \`${table.replaceAll('`', '``')}\``),
    createTable: async (table, columns) => {
      const definitions = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
      await ask(`CREATE TABLE ${table} (${definitions.join(', ')})`);
    },
    schema: 'warehouse',
  });
});
