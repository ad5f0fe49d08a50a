import { PipewrightError } from '../../host/error.ts';
import type { OpenedRows } from '../../datasets/export/row-source.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import { connectionHint } from '../known-error.ts';
import type { OpenOptions } from '../open-options.ts';
import { listedNames, listedTables } from '../list-tables.ts';
import { maxMysqlNameLength, quoteMysql as quoted } from '../quote-identifier.ts';
import { columnMissing, maxColumnValues, tableMissing } from '../read-column.ts';
import { allowInfile } from './mysql-error-table.ts';
import { MysqlLoad } from './mysql-load.ts';
import { lockTable } from './mysql-lock.ts';
import { openMysqlRows } from './mysql-read.ts';
import { MysqlRecords, stagingPrefix } from './mysql-records.ts';
import { connectMysql, type MysqlSession } from './mysql-session.ts';
import { readCalculated, readMysqlColumns, readTriggers } from './mysql-table.ts';

const service = 'MySQL';

/**
 * Opens a MySQL or MariaDB database by its address `mysql://user:password@host:port/database?ssl=verify`. `ssl` is
 * `verify`, `encrypt` or `off`; `ca` is the path of a file with the CA certificate that verifies the server. The
 * server must have `local_infile = ON`.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openMysql(address: string, options: OpenOptions = {}): Promise<TableTarget> {
  const connect = (): Promise<MysqlSession> => connectMysql(address, options);
  const session = await connect();
  const { run } = session;
  let reading: OpenedRows | undefined;
  return {
    names: { maxLength: maxMysqlNameLength },
    async describe() {
      const { rows } = await run('SELECT database() AS name, current_user() AS person');
      return `${String(rows[0]?.['name'])} (${String(rows[0]?.['person'])})`;
    },
    async listTables(schema) {
      const { rows } = await run(
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
        [await findDatabase(session, schema)],
      );
      return listedTables(rows);
    },
    async listColumns(table, schema) {
      const { rows } = await run(
        "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND coalesce(generation_expression, '') = '' ORDER BY ordinal_position",
        [await findDatabase(session, schema), table],
      );
      return rows.map(({ name }) => String(name));
    },
    async listSchemas() {
      const { rows } = await run(
        "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
      );
      return listedNames(rows);
    },
    async *readColumn(table, column) {
      const [name = '', schema] = table.split('.').reverse();
      const database = await findDatabase(session, schema);
      const { rows: known } = await run(
        'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
        [database, name],
      );
      if (known.length === 0) throw tableMissing(service, table);
      if (!known.some((row) => row['name'] === column)) throw columnMissing(service, table, column);
      // As bytes, because the collation of the column may treat different texts as the same.
      const { rows } = await run(
        `SELECT DISTINCT CAST(CONVERT(${quoted(column)} USING utf8mb4) AS binary) AS value FROM ${quoted(database)}.${quoted(name)} WHERE ${quoted(column)} IS NOT NULL LIMIT ${maxColumnValues}`,
      );
      for (const { value } of rows) yield String(value);
    },
    async openRows(request) {
      const schema = 'table' in request ? await findDatabase(session, request.schema) : '';
      return openMysqlRows(session, { schema, request, connect, onStart: (rows) => (reading = rows) });
    },
    async begin({ table, schema: requested, mode, key = [], loadKey, evolve = false }) {
      await refuseWithoutInfile(session);
      const schema = await findDatabase(session, requested);
      quoted(table);
      const release = await lockTable(session, schema, table);
      try {
        const records = new MysqlRecords(session, schema, connect);
        await records.settle(table);
        await dropLeftovers(session, schema, table);
        const existing = await readMysqlColumns(session, schema, table);
        const [calculated, triggers] = existing
          ? [await readCalculated(session, schema, table), await readTriggers(session, schema, table)]
          : [[], []];
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        return new MysqlLoad({
          session,
          schema,
          table,
          records,
          mode,
          key,
          evolve,
          existing,
          calculated,
          triggers,
          earlier,
          release,
        });
      } catch (error) {
        await release().catch(() => undefined);
        throw error;
      }
    },
    async close() {
      // The driver would wait for the end of the query.
      await reading?.close();
      await session.close();
    },
  };
}

/** The requested database of the server, or that of the connection. */
async function findDatabase({ run }: MysqlSession, schema: string | undefined): Promise<string> {
  if (schema !== undefined) {
    const { rows } = await run('SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name = ?', [
      schema,
    ]);
    if (rows[0]) return String(rows[0]['name']);
    throw new PipewrightError({
      code: 'not-found',
      service,
      message: `The database “${schema}” does not exist, or the database user may not use it.`,
      hint: 'Check Schema, and the privileges of the user in that database.',
    });
  }
  const { rows } = await run('SELECT database() AS name');
  if (rows[0]?.['name'] !== null) return String(rows[0]?.['name']);
  throw new PipewrightError({
    code: 'invalid-input',
    service,
    message: 'No database was selected.',
    hint: connectionHint('Enter the database name in the {connection}; in an address, it follows the last /.'),
  });
}

async function refuseWithoutInfile({ run }: MysqlSession): Promise<void> {
  const { rows } = await run('SELECT @@global.local_infile AS allowed');
  if (Number(rows[0]?.['allowed']) === 1) return;
  throw new PipewrightError({
    code: 'forbidden',
    service,
    message: 'The server does not accept rows as a file (LOAD DATA LOCAL): local_infile is off.',
    hint: allowInfile,
  });
}

/** Drops the staging tables of killed loads: no other load uses them while this one holds the lock. */
async function dropLeftovers({ run }: MysqlSession, schema: string, table: string): Promise<void> {
  const { rows } = await run(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND left(table_name, ?) = ?',
    [schema, stagingPrefix(table).length, stagingPrefix(table)],
  );
  for (const { name } of rows) await run(`DROP TABLE ${quoted(schema)}.${quoted(String(name))}`);
}
