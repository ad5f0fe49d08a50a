import type { TableTarget } from '../../datasets/load/target.ts';
import { listedNames, listedTables } from '../list-tables.ts';
import { columnMissing, maxColumnValues, tableMissing } from '../read-column.ts';
import { maxPostgresNameBytes, quotePostgres as quoted } from '../quote-identifier.ts';
import { postgresCapabilities } from './postgres-capabilities.ts';
import { PostgresLoad } from './postgres-load.ts';
import { lockTable } from './postgres-lock.ts';
import { openPostgresRows } from './postgres-read.ts';
import { postgresRecords } from './postgres-records.ts';
import { refuseWithoutCreate } from './postgres-rights.ts';
import { builtInFunctionsFirst, connectPostgres, sessionSettings, type PostgresSession } from './postgres-session.ts';
import { readPostgresTable } from './postgres-table.ts';

/** Columns that every table has. @see https://www.postgresql.org/docs/current/ddl-system-columns.html */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** Maximum connections that fill a new table; more would only wait for each other. */
const maxConnections = 8;

/**
 * Opens a PostgreSQL database by its address. `sslmode` is `verify-full`, `no-verify` or `disable`; `sslrootcert` is the
 * path of a file with the certificate of the authority.
 * @see https://node-postgres.com/features/ssl
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openPostgres(address: string): Promise<TableTarget> {
  const session = await connectPostgres(address);
  const { run } = session;
  return {
    names: { maxBytes: maxPostgresNameBytes, reserved: systemColumns },
    async describe() {
      const { rows } = await run('SELECT current_database() AS database, current_user AS person');
      return `${String(rows[0]?.['database'])} (${String(rows[0]?.['person'])})`;
    },
    async listTables(schema) {
      const { rows } = await run(
        "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = COALESCE($1, current_schema()))",
        [schema ?? null],
      );
      return listedTables(rows);
    },
    async listColumns(table, schema) {
      const { rows } = await run(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = $1 AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = COALESCE($2, current_schema()))) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table, schema ?? null],
      );
      return rows.map(({ name }) => String(name));
    },
    async listSchemas() {
      const { rows } = await run(
        "SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'USAGE')",
      );
      return listedNames(rows);
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const existing = await run('SELECT to_regclass($1) IS NOT NULL AS found', [name]);
      if (existing.rows[0]?.['found'] !== true) throw tableMissing('PostgreSQL', table);
      const known = await run(
        'SELECT 1 AS found FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped',
        [name, column],
      );
      if (!known.rows[0]) throw columnMissing('PostgreSQL', table, column);
      const { rows } = await run(
        `SELECT DISTINCT ${quoted(column)}::text AS value FROM ${name} WHERE ${quoted(column)} IS NOT NULL LIMIT ${maxColumnValues}`,
      );
      for (const { value } of rows) yield String(value);
    },
    openRows: (request) => openPostgresRows(session, address, request),
    async begin({ table, schema, mode, key = [], loadKey, evolve = false, parallelConnections: connections = 1 }) {
      await run('BEGIN');
      try {
        await run(sessionSettings('SET LOCAL'));
        const { rows } = await run("SELECT coalesce($1, current_schema(), 'public') AS name", [schema ?? null]);
        const inSchema = quoted(String(rows[0]?.['name']));
        const name = `${inSchema}.${quoted(table)}`;
        await lockTable(session, name);
        const records = postgresRecords(session, inSchema);
        await run(builtInFunctionsFirst);
        const known = await readPostgresTable(session, name, table, mode);
        if (!known) await refuseWithoutCreate(session, inSchema);
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        const isParallel = postgresCapabilities.parallelConnections === true && !known && !earlier && connections > 1;
        const parallel = await connectParallel(address, isParallel ? Math.min(connections, maxConnections) : 0);
        return new PostgresLoad({
          session,
          parallel,
          schema: inSchema,
          table: quoted(table),
          tableName: table,
          records,
          mode,
          key,
          evolve,
          known,
          earlier,
        });
      } catch (error) {
        await run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    close: session.close,
  };
}

/** Opens further connections, either all of them or none. */
async function connectParallel(address: string, count: number): Promise<PostgresSession[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, () => connectPostgres(address)));
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) {
    await Promise.all(opened.map((session) => session.close()));
    throw failed.reason;
  }
  await Promise.all(opened.map(({ run }) => run(sessionSettings('SET'))));
  return opened;
}
