import { createHash } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../read-column.ts';
import type { OpenOptions } from '../open-options.ts';
import { releaseAppLock, takeAppLock } from './sql-server-lock.ts';
import { asText } from './sql-server-text.ts';
import { longestName, quoteSqlServer as quoted } from './quote-sql-server.ts';
import { readSqlServerAddress } from './sql-server-address.ts';
import { readSqlServerColumns } from './sql-server-table.ts';
import { SqlServerLoad } from './sql-server-load.ts';
import { SqlServerRecords } from './sql-server-records.ts';
import { refuseMissingRights } from './sql-server-rights.ts';
import { connectSqlServer, type SqlServerSession } from './sql-server-session.ts';

const service = 'SQL Server';

/**
 * A database of SQL Server (2016 or later) or Azure SQL, by its connection address; see `readSqlServerAddress`. It was
 * tried against a double of the server's protocol, never against a server.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openSqlServer(address: string, options: OpenOptions = {}): Promise<TableTarget> {
  const session = await connectSqlServer(readSqlServerAddress(address), options);
  return {
    names: { maxLength: longestName },
    async describe() {
      const [row] = await session.run('SELECT DB_NAME() AS name, USER_NAME() AS person');
      return `${String(row?.['name'])} (${String(row?.['person'])})`;
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const columns = await readSqlServerColumns(session, name, table);
      if (!columns) throw tableMissing(service, table);
      const known =
        columns.find((one) => one.name === column) ??
        columns.find((one) => one.name.toLowerCase() === column.toLowerCase());
      if (!known) throw columnMissing(service, table, column);
      if (known.masked) {
        throw new PipewrightError({
          code: 'forbidden',
          service,
          message: `The column “${known.name}” of the table “${table}” is masked, so its values cannot be compared.`,
          hint: 'Choose another column in the rule.',
        });
      }
      // Byte by byte: values that differ in a capital are two.
      const text = `${asText(known.declaration, quoted(known.name))} COLLATE Latin1_General_100_BIN2`;
      const rows = await session.run(
        `SELECT DISTINCT TOP (${mostValues}) ${text} AS value FROM ${name} WHERE ${quoted(known.name)} IS NOT NULL`,
      );
      for (const { value } of rows) yield String(value);
    },
    async begin({ table, schema, mode, key = [], loadKey, evolve = false }) {
      const inSchema = quoted(await findSchema(session, schema));
      const name = `${inSchema}.${quoted(table)}`;
      const resource = `pipewright ${createHash('sha256').update(name.toLowerCase()).digest('hex')}`;
      await takeAppLock(session, { resource, owner: 'Session', table });
      const unlock = (): Promise<void> => releaseAppLock(session, resource);
      try {
        const records = new SqlServerRecords(session, inSchema);
        const existing = await readSqlServerColumns(session, name, table);
        if (existing && mode !== 'create') await refuseMissingRights(session, name, mode);
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        return new SqlServerLoad({
          session,
          table: name,
          tableName: table,
          records,
          mode,
          key,
          evolve,
          existing,
          earlier,
          unlock,
        });
      } catch (error) {
        await unlock().catch(() => undefined);
        throw error;
      }
    },
    close: () => session.close(),
  };
}

/** The schema that was asked for, or the user's own. */
async function findSchema(session: SqlServerSession, schema: string | undefined): Promise<string> {
  const [row] = await session.run(
    "SELECT COALESCE(@schema, SCHEMA_NAME(), N'dbo') AS name, SCHEMA_ID(COALESCE(@schema, SCHEMA_NAME(), N'dbo')) AS id",
    { schema: schema ?? null },
  );
  if (row && row['id'] !== null) return String(row['name']);
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: `There is no schema “${schema}”.`,
    hint: 'Check the name of the schema.',
  });
}
