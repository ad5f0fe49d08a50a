import { isThorough } from '../thorough.ts';
import { startMariaDb } from './mariadb.ts';
import { startMysql } from './mysql.ts';

const products = [
  ['MySQL', startMysql],
  ['MariaDB', startMariaDb],
] as const;

/** The servers for the MySQL tests, each with its start function: MariaDB, and in the load tests also MySQL. */
export const mysqlProducts = products.filter(([name]) => isThorough || name === 'MariaDB');

/** A `describe` for features of only one product; skipped if this run does not test that product. */
export function describeOn(product: 'MySQL' | 'MariaDB', tests: (start: typeof startMysql) => void): void {
  for (const [name, start] of mysqlProducts) if (name === product) describe(name, () => tests(start));
}
