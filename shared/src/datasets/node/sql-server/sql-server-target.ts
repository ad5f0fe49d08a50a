import { createHash } from 'node:crypto';
import { PipewrightError } from '../../../host/error.ts';
import type { TableTarget } from '../../load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../known-values.ts';
import type { OpenOptions } from '../open-options.ts';
import { asText } from './from-text.ts';
import { quoteSqlServer as quoted } from './quote-sql-server.ts';
import { readSqlServerAddress } from './sql-server-address.ts';
import { readSqlServerColumns } from './sql-server-columns.ts';
import { busyError } from './sql-server-error.ts';
import { SqlServerLoad } from './sql-server-load.ts';
import { SqlServerRecords } from './sql-server-records.ts';
import { connectSqlServer, type SqlServerSession } from './sql-server-session.ts';

const service = 'SQL Server';

/** Milliseconds that a load waits for another one into the same table. */
const lockTimeout = 30_000;

/**
 * A database of SQL Server (2016 or later) or Azure SQL, by its connection address; see `readSqlServerAddress`. It was
 * tried against a double of the server's protocol, never against a server.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openSqlServer(address: string, options: OpenOptions = {}): Promise<TableTarget> {
  const session = await connectSqlServer(readSqlServerAddress(address), options);
  return {
    async describe() {
      const [row] = await session.run('SELECT DB_NAME() AS name, USER_NAME() AS person');
      return `${String(row?.['name'])} (${String(row?.['person'])})`;
    },
    async *readColumn(table, column) {
      const name = table.split('.').map(quoted).join('.');
      const columns = await readSqlServerColumns(session, name, table);
      if (!columns) throw tableMissing(service, table);
      const known = columns.find((one) => one.name === column) ?? columns.find((one) => one.name.toLowerCase() === column.toLowerCase());
      if (!known) throw columnMissing(service, table, column);
      // Byte by byte: values that differ in a capital are two.
      const text = `${asText(known.declaration, quoted(known.name))} COLLATE Latin1_General_100_BIN2`;
      const rows = await session.run(`SELECT DISTINCT TOP (${mostValues}) ${text} AS value FROM ${name} WHERE ${quoted(known.name)} IS NOT NULL`);
      for (const { value } of rows) yield String(value);
    },
    async begin({ table, schema, mode, key = [], loadKey, evolve = false }) {
      const inSchema = quoted(await findSchema(session, schema));
      const name = `${inSchema}.${quoted(table)}`;
      const resource = `pipewright ${createHash('sha256').update(name.toLowerCase()).digest('hex')}`;
      await lock(session, resource, table);
      const unlock = async (): Promise<void> => {
        await session.run("EXEC sys.sp_releaseapplock @Resource = @resource, @LockOwner = N'Session'", { resource });
      };
      try {
        const records = new SqlServerRecords(session, inSchema);
        const existing = await readSqlServerColumns(session, name, table);
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        return new SqlServerLoad({ session, table: name, tableName: table, records, mode, key, evolve, existing, earlier, unlock });
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
  const [row] = await session.run("SELECT COALESCE(@schema, SCHEMA_NAME(), N'dbo') AS name, SCHEMA_ID(COALESCE(@schema, SCHEMA_NAME(), N'dbo')) AS id", { schema: schema ?? null });
  if (row && row['id'] !== null) return String(row['name']);
  throw new PipewrightError({ code: 'not-found', service, message: `There is no schema “${schema}”.`, hint: 'Check the name of the schema.' });
}

/**
 * Holds back other loads into a table until this one ends or its session does.
 * @throws PipewrightError `busy` when another one goes on for too long
 * @see https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
 */
async function lock(session: SqlServerSession, resource: string, table: string): Promise<void> {
  const [row] = await session.run(
    `DECLARE @got int; EXEC @got = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${lockTimeout}; SELECT @got AS got`,
    { resource },
  );
  if (Number(row?.['got']) < 0) throw busyError(table);
}
