import type { InferredColumn } from '../../types/column.ts';
import type { Upserted } from '../../load/target.ts';
import { keyError } from '../load-records.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import type { MysqlSession } from './mysql-session.ts';

/** Rows that wait, and the table that they are for; both names quoted. */
interface Waiting {
  table: string;
  staged: string;
  columns: readonly InferredColumn[];
  key: readonly string[];
}

/**
 * Sees that a key tells the rows of a table apart.
 * @throws PipewrightError `bad-input`
 */
export async function checkKey({ run }: MysqlSession, table: string, key: readonly string[]): Promise<void> {
  const names = key.map(quoted);
  const empty = await run(`SELECT 1 AS yes FROM ${table} WHERE ${names.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`);
  if (empty.rows.length > 0) throw keyError('MySQL', key, undefined);
  const twice = await run(`SELECT concat_ws(', ', ${names.join(', ')}) AS value FROM ${table} GROUP BY ${names.join(', ')} HAVING count(*) > 1 LIMIT 1`);
  if (twice.rows[0]) throw keyError('MySQL', key, String(twice.rows[0]['value']));
}

/** Puts the rows that waited into the table. */
export async function insertRows(session: MysqlSession, { table, staged, columns }: Waiting): Promise<number> {
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  return session.write(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${staged}`);
}

/** Changes the rows that are there already, then adds the others; columns that the dataset lacks stay as they are. */
export async function mergeRows(session: MysqlSession, waiting: Waiting): Promise<Upserted> {
  const { table, staged, columns, key } = waiting;
  const pairs = `${table} old JOIN ${staged} new ON ${key.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(' AND ')}`;
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => `old.${quoted(name)} = new.${quoted(name)}`);
  const updated = others.length > 0 ? await session.write(`UPDATE ${pairs} SET ${others.join(', ')}`) : 0;
  // What is left is new: MariaDB would read the whole table for each row, were it asked which rows it does not have.
  await session.write(`DELETE new FROM ${pairs}`);
  return { updated, inserted: await insertRows(session, waiting) };
}
