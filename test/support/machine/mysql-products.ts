import { isThorough } from '../thorough.ts';
import { startMariaDb } from './mariadb.ts';
import { startMysql } from './mysql.ts';

const products = [
  ['MySQL', startMysql],
  ['MariaDB', startMariaDb],
] as const;

/** The servers on which the tests of MySQL run, each with its start function: MariaDB, and in the load tests MySQL too. */
export const mysqlProducts = products.filter(([name]) => isThorough || name === 'MariaDB');

/** A `describe` of what only one of the products has, where this run tests it. */
export function describeOn(product: 'MySQL' | 'MariaDB', tests: (start: typeof startMysql) => void): void {
  for (const [name, start] of mysqlProducts) if (name === product) describe(name, () => tests(start));
}
