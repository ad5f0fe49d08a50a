import { mysqlProducts } from '../../support/machine/mysql-products.ts';
import { useMysql, type MysqlInUse } from '../mysql/use-mysql.ts';
import { checkValues, propertyModes, valuesPerMode } from './check-values.ts';
import { ownMysqlTypes, sharedMysqlTypes } from './mysql-types.ts';
import type { PropertyEngine } from './property-engine.ts';
import { seedOf } from '../../support/seed.ts';

const seed = seedOf('Values of MySQL and MariaDB');

/** The shortest text of a floating-point number of 32 bits, which a server displays with six digits. */
function shortestFloat(text: string): string {
  const value = Math.fround(Number(text));
  return (
    [1, 2, 3, 4, 5, 6, 7, 8, 9]
      .map((digits) => value.toPrecision(digits))
      .find((short) => Math.fround(Number(short)) === value) ?? text
  );
}

function engineOf(product: 'MySQL' | 'MariaDB', { address, ask, client }: MysqlInUse): PropertyEngine {
  const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  return {
    name: product,
    address: address(),
    types: [...sharedMysqlTypes, ...ownMysqlTypes[product]],
    widens: true,
    quote,
    createTable: (table, columns) =>
      `CREATE TABLE ${quote(table)} (\`row\` bigint PRIMARY KEY, ${columns.map(({ name, declaration }) => `${quote(name)} ${declaration}`).join(', ')}) DEFAULT CHARACTER SET utf8mb4`,
    run: async (sql) => void (await ask(sql)),
    async read(table, columns) {
      const known = await ask(
        'SELECT column_name AS name, column_type AS type, column_comment AS comment FROM information_schema.columns WHERE table_schema = database() AND table_name = ?',
        [table],
      );
      if (known.length === 0) return [];
      const types = new Map(known.map(({ name, type, comment }) => [name, `${String(type)} ${String(comment)}`]));
      const shown = (name: string): string => {
        const [column, type = ''] = [quote(name), types.get(name)];
        if (/^bit/.test(type)) return `CAST(${column} AS UNSIGNED)`;
        if (/^float/.test(type)) return `${column} + 0e0`;
        if (/^tinyint\(1\)/.test(type))
          return `CASE ${column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE ${column} END`;
        return /^timestamp|UTC$/.test(type) ? `concat(${column}, 'Z')` : column;
      };
      const [rows] = await client().query({
        sql: `SELECT CAST(\`row\` AS char), ${columns.map((name) => `CONVERT(${shown(name)} USING utf8mb4)`).join(', ')} FROM ${quote(table)} ORDER BY \`row\``,
        rowsAsArray: true,
      });
      return (rows as (string | null)[][]).map(([row = null, ...values]) => [
        row,
        ...values.map((value, index) =>
          value !== null && /^float/.test(types.get(columns[index] ?? '') ?? '') ? shortestFloat(value) : value,
        ),
      ]);
    },
  };
}

describe.each(mysqlProducts)('Random values and %s', (product, start) => {
  const server = useMysql(start);
  beforeAll(() => server.ask("SET time_zone = '+00:00'"));

  it.each(propertyModes)(
    'Every value that the server holds after a load in the mode %s is the one that was written',
    async (mode) => {
      const count = await checkValues(engineOf(product, server), mode, { seed, values: valuesPerMode });
      process.stderr.write(`${product}, ${mode}: ${JSON.stringify(count)}\n`);
      expect(count.rows).toBeGreaterThan(valuesPerMode / 20);
    },
  );
});
