import { LoadRecords } from '../load-records.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { createTableLock } from './postgres-lock.ts';
import type { PostgresSession } from './postgres-session.ts';

/**
 * The load records of one schema.
 * @param schema quoted
 */
export function postgresRecords({ run }: PostgresSession, schema: string): LoadRecords {
  const qualify = (table: string): string => `${schema}.${table}`;
  return new LoadRecords(postgresDialect, {
    run: async (sql, values) => (await run(sql, values)).rows,
    qualify,
    async exists(table) {
      const { rows } = await run('SELECT to_regclass($1) IS NOT NULL AS found', [qualify(table)]);
      return rows[0]?.['found'] === true;
    },
    async create(table, definition) {
      // Two loads that create the same table at once would fail in the catalog of PostgreSQL.
      await run(createTableLock);
      await run(`CREATE TABLE IF NOT EXISTS ${qualify(table)} (${definition})`);
    },
  });
}
