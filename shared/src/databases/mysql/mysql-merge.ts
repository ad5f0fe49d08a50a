import { valuesChangedError } from '../../datasets/load/verify-row-count.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { UpsertCounts } from '../../datasets/load/target.ts';
import { keyError } from '../load-records.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import type { MysqlSession } from './mysql-session.ts';
import { columnsLeftEmpty, type MysqlColumn } from './mysql-table.ts';

/** Rows that wait, and the table that they are for. */
interface Waiting {
  /** The table's name, for people. */
  name: string;
  /** Both quoted. */
  table: string;
  staged: string;
  columns: readonly InferredColumn[];
  key: readonly string[];
  existing: readonly MysqlColumn[];
  /** Triggers that may change the rows, for people. */
  triggers: readonly string[];
}

/**
 * Checks that a key tells the rows of a table apart.
 * @throws PipewrightError `bad-input`
 */
export async function checkKey({ run }: MysqlSession, table: string, key: readonly string[]): Promise<void> {
  const names = key.map(quoted);
  const empty = await run(
    `SELECT 1 AS yes FROM ${table} WHERE ${names.map((name) => `${name} IS NULL`).join(' OR ')} LIMIT 1`,
  );
  if (empty.rows.length > 0) throw keyError('MySQL', key, undefined);
  // Of texts that the order of the column takes for the same, each group shows one.
  const twice = await run(
    `SELECT ${names.map((name, at) => `min(${name}) AS k${at}`).join(', ')} FROM ${table} GROUP BY ${names.join(', ')} HAVING count(*) > 1 LIMIT 1`,
  );
  if (twice.rows[0]) throw keyError('MySQL', key, Object.values(twice.rows[0]).map(String).join(', '));
}

/**
 * Puts the rows that waited into the table; gives how many the server took.
 * @throws PipewrightError `rows-changed` where a trigger changed a value
 */
export async function insertRows(session: MysqlSession, waiting: Waiting): Promise<number> {
  const { name, table, staged, columns, triggers } = waiting;
  const names = columns.map((column) => quoted(column.name)).join(', ');
  const empty = columnsLeftEmpty(waiting.existing, columns);
  const inserted = await session.write(
    `INSERT INTO ${table} (${[names, ...empty].join(', ')}) SELECT ${[names, ...empty.map(() => 'NULL')].join(', ')} FROM ${staged}`,
  );
  if (triggers.length === 0) return inserted;
  const values = columns.map((column) => comparable(quoted(column.name), column.name, waiting)).join(', ');
  const { rows } = await session.run(
    `SELECT count(*) AS number FROM (SELECT ${values} FROM ${staged} EXCEPT ALL SELECT ${values} FROM ${table}) lost`,
  );
  if (Number(rows[0]?.['number']) > 0) throw valuesChangedError('MySQL', name, triggers);
  return inserted;
}

/**
 * Changes the rows that exist, then adds the others; columns that the dataset lacks stay as they are. Gives also how many
 * rows of the dataset the table then holds.
 * @throws PipewrightError `rows-changed` where a trigger changed a value
 */
export async function mergeRows(session: MysqlSession, waiting: Waiting): Promise<UpsertCounts & { held: number }> {
  const { name: tableName, table, staged, columns, key, triggers } = waiting;
  const pairs = `${table} old JOIN ${staged} new ON ${key.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(' AND ')}`;
  const others = columns.filter(({ name }) => !key.includes(name)).map(({ name }) => name);
  const updated =
    others.length > 0
      ? await session.write(
          `UPDATE ${pairs} SET ${others.map((name) => `old.${quoted(name)} = new.${quoted(name)}`).join(', ')}`,
        )
      : 0;
  if (triggers.length > 0 && others.length > 0) {
    const kept = others.map(
      (name) =>
        `${comparable(`old.${quoted(name)}`, name, waiting)} <=> ${comparable(`new.${quoted(name)}`, name, waiting)}`,
    );
    const { rows } = await session.run(`SELECT count(*) AS number FROM ${pairs} WHERE NOT (${kept.join(' AND ')})`);
    if (Number(rows[0]?.['number']) > 0) throw valuesChangedError('MySQL', tableName, triggers);
  }
  // What is left is new: MariaDB would read the whole table for each row, were it asked which rows it does not have.
  const met = await session.write(`DELETE new FROM ${pairs}`);
  const inserted = await insertRows(session, waiting);
  return { updated, inserted, held: met + inserted };
}

/** SQL for a value that is the same only as what is the same byte by byte. */
function comparable(value: string, name: string, { existing }: Waiting): string {
  const type = existing.find((column) => column.name === name)?.dataType ?? 'longtext';
  if (/char$|text$|^enum$|^set$/.test(type)) return `CAST(${value} AS BINARY)`;
  return type === 'json' ? `CAST(${value} AS CHAR)` : value;
}
