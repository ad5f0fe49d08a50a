import { createHash } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import type { OpenOptions } from '../open-options.ts';
import { listedNames, listedTables } from '../list-tables.ts';
import { maxSqlServerNameLength, quoteSqlServer as quoted } from '../quote-identifier.ts';
import { columnMissing, maxColumnValues, tableMissing } from '../read-column.ts';
import { releaseAppLock, takeAppLock } from './sql-server-lock.ts';
import { asText } from './sql-server-text.ts';
import { openSqlServerRows } from './sql-server-read.ts';
import { readSqlServerAddress } from './sql-server-address.ts';
import { readSqlServerColumns } from './sql-server-table.ts';
import { SqlServerLoad } from './sql-server-load.ts';
import { SqlServerRecords } from './sql-server-records.ts';
import { refuseMissingPermissions } from './sql-server-rights.ts';
import { connectSqlServer, type SqlServerSession } from './sql-server-session.ts';

const service = 'SQL Server';

/**
 * Opens a database of SQL Server (2016 or later) or Azure SQL by its address; see `readSqlServerAddress`. It was tested
 * against a double of the server's protocol, never against a real server.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openSqlServer(address: string, options: OpenOptions = {}): Promise<TableTarget> {
  const session = await connectSqlServer(readSqlServerAddress(address), options);
  return {
    names: { maxLength: maxSqlServerNameLength },
    async describe() {
      const [row] = await session.run('SELECT DB_NAME() AS name, USER_NAME() AS person');
      return `${String(row?.['name'])} (${String(row?.['person'])})`;
    },
    async listTables(schema) {
      return listedTables(
        await session.run(
          'SELECT OBJECT_NAME(object_id) AS name FROM sys.tables WHERE OBJECT_SCHEMA_NAME(object_id) = COALESCE(@schema, SCHEMA_NAME())',
          { schema: schema ?? null },
        ),
      );
    },
    async listColumns(table, schema) {
      const name = `${quoted(await findSchema(session, schema))}.${quoted(table)}`;
      const columns = (await readSqlServerColumns(session, name, table)) ?? [];
      return columns.filter(({ calculated }) => !calculated).map(({ name: column }) => column);
    },
    async listSchemas() {
      // The schemas of fixed roles, such as db_owner, have higher IDs.
      return listedNames(
        await session.run(
          "SELECT name FROM sys.schemas WHERE schema_id < 16384 AND name <> 'guest' AND name <> 'sys' AND name <> 'INFORMATION_SCHEMA'",
        ),
      );
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
          message: `The column “${known.name}” of the table “${table}” is masked, so its values cannot be read.`,
          hint: 'Choose another column in the rule.',
        });
      }
      // A binary collation: values that differ in case are two.
      const text = `${asText(known.declaration, quoted(known.name))} COLLATE Latin1_General_100_BIN2`;
      const rows = await session.run(
        `SELECT DISTINCT TOP (${maxColumnValues}) ${text} AS value FROM ${name} WHERE ${quoted(known.name)} IS NOT NULL`,
      );
      for (const { value } of rows) yield String(value);
    },
    async openRows(request) {
      const schema = quoted(await findSchema(session, 'table' in request ? request.schema : undefined));
      return openSqlServerRows(session, schema, request);
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
        if (existing && mode !== 'create') await refuseMissingPermissions(session, name, mode);
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

/** The requested schema, or the default schema of the user. */
async function findSchema(session: SqlServerSession, schema: string | undefined): Promise<string> {
  const [row] = await session.run(
    "SELECT COALESCE(@schema, SCHEMA_NAME(), N'dbo') AS name, SCHEMA_ID(COALESCE(@schema, SCHEMA_NAME(), N'dbo')) AS id",
    { schema: schema ?? null },
  );
  if (row && row['id'] !== null) return String(row['name']);
  throw new PipewrightError({
    code: 'not-found',
    service,
    message: `The schema “${schema}” does not exist.`,
    hint: 'Check the schema name.',
  });
}
