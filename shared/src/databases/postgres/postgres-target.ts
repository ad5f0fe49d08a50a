import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../known-values.ts';
import { bytesOfPostgresName, quotePostgres as quoted } from '../quote-identifier.ts';
import { PostgresLoad } from './postgres-load.ts';
import { PostgresRecords } from './postgres-records.ts';
import { connectPostgres, ownFunctionsFirst, sameEverywhere, type PostgresSession } from './postgres-session.ts';
import { readPostgresTable } from './postgres-table.ts';

/** Any number that other programs do not take for their locks. */
const lockSpace = 20_261_120;

/** Columns that every table has already. @see https://www.postgresql.org/docs/current/ddl-system-columns.html */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

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
    names: { maxBytes: bytesOfPostgresName, reserved: systemColumns },
    async describe() {
      const { rows } = await run('SELECT current_database() AS database, current_user AS person');
      return `${String(rows[0]?.['database'])} (${String(rows[0]?.['person'])})`;
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const there = await run('SELECT to_regclass($1) IS NOT NULL AS yes', [name]);
      if (there.rows[0]?.['yes'] !== true) throw tableMissing('PostgreSQL', table);
      const known = await run(
        'SELECT 1 AS yes FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 AND NOT attisdropped',
        [name, column],
      );
      if (!known.rows[0]) throw columnMissing('PostgreSQL', table, column);
      const { rows } = await run(
        `SELECT DISTINCT ${quoted(column)}::text AS value FROM ${name} WHERE ${quoted(column)} IS NOT NULL LIMIT ${mostValues}`,
      );
      for (const { value } of rows) yield String(value);
    },
    async begin({
      table,
      schema,
      mode,
      delimiter = ',',
      key = [],
      loadKey,
      evolve = false,
      parallelConnections: connections = 1,
    }) {
      await run('BEGIN');
      try {
        await run(sameEverywhere('SET LOCAL'));
        const { rows } = await run("SELECT coalesce($1, current_schema(), 'public') AS name", [schema ?? null]);
        const inSchema = quoted(String(rows[0]?.['name']));
        const name = `${inSchema}.${quoted(table)}`;
        await run('SELECT pg_advisory_xact_lock(hashtextextended($1, $2))', [name, lockSpace]);
        const records = new PostgresRecords(session, inSchema);
        await run(ownFunctionsFirst);
        const known = await readPostgresTable(session, name, table, mode);
        if (!known) await refuseWithoutCreate(session, inSchema);
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        const several = !known && !earlier && connections > 1 ? Math.min(connections, mostConnections) : 0;
        const more = await connectMore(address, several);
        return new PostgresLoad({
          session,
          more,
          schema: inSchema,
          table: quoted(table),
          tableName: table,
          records,
          mode,
          delimiter,
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

/** Further connections, all of them or none. */
async function connectMore(address: string, count: number): Promise<PostgresSession[]> {
  const settled = await Promise.allSettled(Array.from({ length: count }, () => connectPostgres(address)));
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed) {
    await Promise.all(opened.map((session) => session.close()));
    throw failed.reason;
  }
  await Promise.all(opened.map(({ run }) => run(sameEverywhere('SET'))));
  return opened;
}

/** A new table needs a right that is better missed now than after the dataset was read. */
async function refuseWithoutCreate({ run }: PostgresSession, schema: string): Promise<void> {
  const { rows } = await run(
    "SELECT current_user AS person, pg_catalog.has_schema_privilege(oid, 'CREATE') AS may FROM pg_catalog.pg_namespace WHERE oid = pg_catalog.to_regnamespace($1)",
    [schema],
  );
  if (!rows[0] || rows[0]['may'] === true) return;
  throw new PipewrightError({
    code: 'forbidden',
    service: 'PostgreSQL',
    message: `The user ${String(rows[0]['person'])} has no right to create tables in the schema ${schema}.`,
    hint: `Grant CREATE on the schema to the user, or load into a table that exists.`,
  });
}
