import { PipewrightError } from '../../../host/error.ts';
import type { ExistingColumn, TableTarget } from '../../load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../known-values.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { PostgresLoad } from './postgres-load.ts';
import { PostgresRecords } from './postgres-records.ts';
import { connectPostgres, patient, type PostgresSession } from './postgres-session.ts';
import { typeOfPostgres } from './postgres-types.ts';

/** Any number that other programs do not take for their locks. */
const lockSpace = 20_261_120;

/** More would only wait for each other. */
const mostConnections = 8;

/**
 * A PostgreSQL database, by its connection address. `sslmode` is `verify-full`, `no-verify` or `disable`; `sslrootcert`
 * names a file with the authority's certificate.
 * @see https://node-postgres.com/features/ssl
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openPostgres(address: string): Promise<TableTarget> {
  const session = await connectPostgres(address);
  const { run } = session;
  return {
    async describe() {
      const { rows } = await run('SELECT current_database() AS database, current_user AS person');
      return `${String(rows[0]?.['database'])} (${String(rows[0]?.['person'])})`;
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const there = await run('SELECT to_regclass($1) IS NOT NULL AS yes', [name]);
      if (there.rows[0]?.['yes'] !== true) throw tableMissing('PostgreSQL', table);
      const known = await run('SELECT 1 AS yes FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped', [name, column]);
      if (!known.rows[0]) throw columnMissing('PostgreSQL', table, column);
      const { rows } = await run(`SELECT DISTINCT ${quoted(column)}::text AS value FROM ${name} WHERE ${quoted(column)} IS NOT NULL LIMIT ${mostValues}`);
      for (const { value } of rows) yield String(value);
    },
    async begin({ table, schema, mode, delimiter = ',', key = [], loadKey, evolve = false, connections = 1 }) {
      await run('BEGIN');
      try {
        await run(`SET LOCAL ${patient}`);
        const { rows } = await run("SELECT coalesce($1, current_schema(), 'public') AS name", [schema ?? null]);
        const inSchema = quoted(String(rows[0]?.['name']));
        const name = `${inSchema}.${quoted(table)}`;
        await run('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [name, lockSpace]);
        const records = new PostgresRecords(session, inSchema);
        const existing = await readColumns(session, name, table);
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        const several = !existing && !earlier && connections > 1 ? Math.min(connections, mostConnections) : 0;
        const more = await connectMore(address, several);
        return new PostgresLoad({ session, more, schema: inSchema, table: quoted(table), records, mode, delimiter, key, evolve, existing, earlier });
      } catch (error) {
        await run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    close: session.close,
  };
}

/** Further connections, all of them or none. */
async function connectMore(address: string, count: number): Promise<PostgresSession[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, () => connectPostgres(address)));
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) {
    await Promise.all(opened.map((session) => session.close()));
    throw failed.reason;
  }
  await Promise.all(opened.map(({ run }) => run(`SET ${patient.replaceAll('LOCAL ', '')}`)));
  return opened;
}

/** The greatest integers, by the name of their type; a bigint has more than a number holds. */
const integers: Record<string, { least: number; most: number }> = {
  smallint: { least: -32_768, most: 32_767 },
  integer: { least: -2_147_483_648, most: 2_147_483_647 },
};

/** What the values of a column may be at most, from the name of its type: `numeric(10,2)`, `character varying(20)`. */
function limitsOf(type: string): Partial<ExistingColumn> {
  const [, precision, scale = '0'] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) return { whole: Number(precision) - Number(scale), scale: Math.max(0, Number(scale)) };
  const [, longest] = /^character varying\((\d+)\)$/.exec(type) ?? [];
  return longest === undefined ? (integers[type] ?? {}) : { longest: Number(longest) };
}

/** The columns of a table that can be written; undefined when there is none of that name. */
async function readColumns({ run }: PostgresSession, name: string, table: string): Promise<ExistingColumn[] | undefined> {
  const { rows } = await run(
    `SELECT c.relkind AS kind, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
            a.atthasdef OR a.attidentity <> '' AS optional, NOT a.attnotnull AS nullable
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
      nullable: row['nullable'] === true,
      ...limitsOf(String(row['type'])),
    }));
}
