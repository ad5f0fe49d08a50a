import pg from 'pg';
import { PipewrightError } from '../../host/error.ts';
import type { ExistingColumn, LoadRecord, TableRequest, TableTarget } from '../target.ts';
import { columnMissing, mostValues, tableMissing } from './known-values.ts';
import { loadsColumns, loadsTable, readRecord } from './load-records.ts';
import { explainPostgres } from './postgres-error.ts';
import { PostgresLoad } from './postgres-load.ts';
import { typeOfPostgres } from './postgres-types.ts';
import { quotePostgres as quoted } from './quote-identifier.ts';

/** Any number that other programs do not take for their locks. */
const lockSpace = 20_261_120;

/**
 * A PostgreSQL database, by its connection address. `sslmode` is `verify-full`, `no-verify` or `disable`; `sslrootcert`
 * names a file with the authority's certificate.
 * @see https://node-postgres.com/features/ssl
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openPostgres(address: string): Promise<TableTarget> {
  const client = new pg.Client({
    connectionString: address,
    application_name: 'pipewright',
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  });
  // A lost connection fails the statement that is running, which says it better.
  client.on('error', () => undefined);
  const run = async (sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    try {
      return (await client.query<Record<string, unknown>>(sql, values)).rows;
    } catch (error) {
      throw explainPostgres(error);
    }
  };
  await client.connect().catch((error: unknown) => {
    throw explainPostgres(error);
  });
  return {
    async describe() {
      const [row] = await run('SELECT current_database() AS database, current_user AS person');
      return `${String(row?.['database'])} (${String(row?.['person'])})`;
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const [there] = await run('SELECT to_regclass($1) IS NOT NULL AS yes', [name]);
      if (there?.['yes'] !== true) throw tableMissing('PostgreSQL', table);
      const [known] = await run('SELECT 1 AS yes FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped', [name, column]);
      if (!known) throw columnMissing('PostgreSQL', table, column);
      for (const { value } of await run(`SELECT DISTINCT ${quoted(column)}::text AS value FROM ${name} WHERE ${quoted(column)} IS NOT NULL LIMIT ${mostValues}`)) yield String(value);
    },
    async begin({ table, schema, mode, delimiter = ',', key, loadKey }: TableRequest) {
      await run('BEGIN');
      try {
        // Servers may limit how long a statement takes or waits; a load takes as long as its source.
        await run("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '30s'; SET LOCAL DateStyle = 'ISO, YMD'");
        const [found] = await run("SELECT coalesce($1, current_schema(), 'public') AS name", [schema ?? null]);
        const name = `${quoted(String(found?.['name']))}.${quoted(table)}`;
        await run('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [name, lockSpace]);
        const loads = `${quoted(String(found?.['name']))}.${loadsTable}`;
        const existing = await readColumns(run, name, table);
        const earlier = loadKey === undefined ? undefined : await readLoad(run, loads, table, loadKey);
        return new PostgresLoad(client, { name, loads, mode, delimiter, key: key ?? [], existing, earlier });
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    close: () => client.end(),
  };
}

/** The load that was done under a key; undefined when there is none. */
async function readLoad(run: (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>, loads: string, table: string, loadKey: string): Promise<LoadRecord | undefined> {
  const [there] = await run('SELECT to_regclass($1) IS NOT NULL AS yes', [loads]);
  if (there?.['yes'] !== true) return undefined;
  const [row] = await run(`SELECT ${loadsColumns} FROM ${loads} WHERE table_name = $1 AND load_id = $2`, [table, loadKey]);
  return row && readRecord(row);
}

/** The columns of a table that can be written; undefined when there is none of that name. */
async function readColumns(
  run: (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>,
  name: string,
  table: string,
): Promise<ExistingColumn[] | undefined> {
  const rows = await run(
    `SELECT c.relkind AS kind, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.atthasdef OR a.attidentity <> '' AS optional
     FROM pg_class c LEFT JOIN pg_attribute a
       ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
     WHERE c.oid = to_regclass($1) ORDER BY a.attnum`,
    [name],
  );
  const [first] = rows;
  if (!first) return undefined;
  if (!['r', 'p', 'f'].includes(String(first['kind']))) {
    throw new PipewrightError({
      code: 'bad-input',
      service: 'PostgreSQL',
      message: `“${table}” is not a table; it may be a view.`,
      hint: 'Choose another name.',
    });
  }
  return rows
    .filter((row) => row['name'] !== null)
    .map((row) => ({
      name: String(row['name']),
      type: typeOfPostgres(String(row['type'])),
      optional: row['optional'] === true,
    }));
}
