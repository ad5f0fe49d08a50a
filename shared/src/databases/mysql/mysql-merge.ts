import { valuesChangedError } from '../../datasets/load/verify-row-count.ts';
import type { InferredColumn } from '../../datasets/types/column.ts';
import type { UpsertCounts } from '../../datasets/load/table-load.ts';
import { checkKey } from '../check-key.ts';
import { MergeStatements } from '../merge-statements.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { stagedAlias, tableAlias } from '../sql-dialect.ts';
import { mysqlDialect } from './mysql-dialect.ts';
import type { MysqlSession } from './mysql-session.ts';
import { columnsLeftEmpty, type MysqlColumn } from './mysql-table.ts';

/** Staged rows, and the table that they are moved into. */
interface StagedRows {
  /** Display name of the table. */
  name: string;
  /** The table and the staging table, quoted. */
  table: string;
  staged: string;
  columns: readonly InferredColumn[];
  key: readonly string[];
  existing: readonly MysqlColumn[];
  /** Display names of triggers that may change the rows. */
  triggers: readonly string[];
}

/**
 * Refuses rows whose key is NULL or not unique.
 * @param rows the table that has them, quoted
 * @throws PipewrightError `invalid-input`
 */
export async function checkMysqlKey({ run }: MysqlSession, rows: string, names: readonly string[]): Promise<void> {
  await checkKey(mysqlDialect, async (sql) => (await run(sql)).rows[0], { names, values: names.map(quoted), rows });
}

function statementsOf({ table, staged, columns, key, existing }: StagedRows): MergeStatements {
  return new MergeStatements(mysqlDialect, {
    table,
    source: `${staged} ${stagedAlias}`,
    columns: columns.map(({ name }) => ({ name, value: `${stagedAlias}.${quoted(name)}` })),
    key,
    nulls: columnsLeftEmpty(existing, columns),
  });
}

/**
 * Inserts the staged rows, and returns how many the server accepted.
 * @throws PipewrightError `rows-changed` where a trigger changed a value
 */
export async function insertRows(session: MysqlSession, staged: StagedRows): Promise<number> {
  const { name, table, columns, triggers } = staged;
  const inserted = await session.write(statementsOf(staged).insert());
  if (triggers.length === 0) return inserted;
  const values = columns.map((column) => comparable(quoted(column.name), column.name, staged)).join(', ');
  const { rows } = await session.run(
    `SELECT count(*) AS number FROM (SELECT ${values} FROM ${staged.staged} EXCEPT ALL SELECT ${values} FROM ${table}) lost`,
  );
  if (Number(rows[0]?.['number']) > 0) throw valuesChangedError('MySQL', name, triggers);
  return inserted;
}

/**
 * Updates the rows whose key exists, then inserts the others; columns that the dataset lacks keep their values.
 * @returns also how many rows of the dataset the table then has
 * @throws PipewrightError `rows-changed` where a trigger changed a value
 */
export async function mergeRows(session: MysqlSession, staged: StagedRows): Promise<UpsertCounts & { held: number }> {
  const { name: tableName, table, columns, key, triggers } = staged;
  const statements = statementsOf(staged);
  const pairs = `${table} ${tableAlias} JOIN ${staged.staged} ${stagedAlias} ON ${statements.sameKey}`;
  const update = statements.update();
  const updated = update === undefined ? 0 : await session.write(update);
  if (triggers.length > 0 && update !== undefined) {
    const isSame = columns
      .filter(({ name }) => !key.includes(name))
      .map(
        ({ name }) =>
          `${comparable(`${tableAlias}.${quoted(name)}`, name, staged)} <=> ${comparable(`${stagedAlias}.${quoted(name)}`, name, staged)}`,
      );
    const { rows } = await session.run(`SELECT count(*) AS number FROM ${pairs} WHERE NOT (${isSame.join(' AND ')})`);
    if (Number(rows[0]?.['number']) > 0) throw valuesChangedError('MySQL', tableName, triggers);
  }
  // The remaining rows are new. With NOT EXISTS, MariaDB would read the whole table for each row.
  const matched = await session.write(`DELETE ${stagedAlias} FROM ${pairs}`);
  const inserted = await insertRows(session, staged);
  return { updated, inserted, held: matched + inserted };
}

/** SQL for a value that is compared byte by byte. */
function comparable(value: string, name: string, { existing }: StagedRows): string {
  const type = existing.find((column) => column.name === name)?.dataType ?? 'longtext';
  if (/char$|text$|^enum$|^set$/.test(type)) return `CAST(${value} AS BINARY)`;
  return type === 'json' ? `CAST(${value} AS CHAR)` : value;
}
