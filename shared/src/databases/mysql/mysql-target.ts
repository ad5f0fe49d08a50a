import { createHash } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import { columnMissing, mostValues, tableMissing } from '../read-column.ts';
import type { OpenOptions } from '../open-options.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { allowInfile } from './mysql-error-table.ts';
import { MysqlLoad } from './mysql-load.ts';
import { MysqlRecords, stagingPrefix } from './mysql-records.ts';
import { connectMysql, type MysqlSession } from './mysql-session.ts';
import { readCalculated, readMysqlColumns, readTriggers } from './mysql-table.ts';

const secondsForLock = 30;

/** Letters that the name of a column may have. */
const lettersOfName = 64;

/**
 * A MySQL or MariaDB database, by its address `mysql://user:password@host:port/database?ssl=verify`. `ssl` is `verify`,
 * `encrypt` or `off`; `ca` names a file with the certificate of the authority to verify the server by. The server must
 * have `local_infile = ON`.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function openMysql(address: string, options: OpenOptions = {}): Promise<TableTarget> {
  const connect = (): Promise<MysqlSession> => connectMysql(address, options);
  const session = await connect();
  const { run } = session;
  return {
    names: { maxLength: lettersOfName },
    async describe() {
      const { rows } = await run('SELECT database() AS place, current_user() AS person');
      return `${String(rows[0]?.['place'])} (${String(rows[0]?.['person'])})`;
    },
    async *readColumn(table, column) {
      const [name = '', schema] = table.split('.').reverse();
      const place = await placeOf(session, schema);
      const { rows: known } = await run(
        'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
        [place, name],
      );
      if (known.length === 0) throw tableMissing('MySQL', table);
      if (!known.some((row) => row['name'] === column)) throw columnMissing('MySQL', table, column);
      // As bytes, for the order of a column may take different texts for the same.
      const { rows } = await run(
        `SELECT DISTINCT CAST(CONVERT(${quoted(column)} USING utf8mb4) AS binary) AS value FROM ${quoted(place)}.${quoted(name)} WHERE ${quoted(column)} IS NOT NULL LIMIT ${mostValues}`,
      );
      for (const { value } of rows) yield String(value);
    },
    async begin({ table, schema, mode, delimiter = ',', key = [], loadKey, evolve = false }) {
      await refuseWithoutInfile(session);
      const place = await placeOf(session, schema);
      quoted(table);
      const lock = lockOf(place, table);
      const release = async (): Promise<void> => void (await run('SELECT release_lock(?) AS yes', [lock]));
      const { rows } = await run('SELECT get_lock(?, ?) AS yes', [lock, secondsForLock]);
      if (Number(rows[0]?.['yes']) !== 1) throw busy(table);
      try {
        const records = new MysqlRecords(session, place, connect);
        await records.settle(table);
        await dropLeftovers(session, place, table);
        const existing = await readMysqlColumns(session, place, table);
        const [calculated, triggers] = existing
          ? [await readCalculated(session, place, table), await readTriggers(session, place, table)]
          : [[], []];
        const earlier = loadKey === undefined ? undefined : await records.find(table, loadKey);
        return new MysqlLoad({
          session,
          schema: place,
          table,
          records,
          mode,
          delimiter,
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
    close: session.close,
  };
}

/** The database that a table is in. */
async function placeOf({ run }: MysqlSession, schema: string | undefined): Promise<string> {
  if (schema !== undefined) {
    const { rows } = await run('SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name = ?', [
      schema,
    ]);
    if (rows[0]) return String(rows[0]['name']);
    throw new PipewrightError({
      code: 'not-found',
      service: 'MySQL',
      message: `There is no database “${schema}” that the user of the connection may use.`,
      hint: 'Check Schema in the step, and the rights of the user in that database.',
    });
  }
  const { rows } = await run('SELECT database() AS place');
  if (rows[0]?.['place'] !== null) return String(rows[0]?.['place']);
  throw new PipewrightError({
    code: 'bad-input',
    service: 'MySQL',
    message: 'The connection names no database.',
    hint: 'Fill in Database Name in the connection, or write it behind the last / of the address.',
  });
}

/** The name of a table's lock, of which a server takes 64 letters. It goes with the connection, after what that had begun was taken back. */
function lockOf(schema: string, table: string): string {
  return `pipewright_${createHash('sha256').update(`${schema}.${table}`.toLowerCase()).digest('hex').slice(0, 32)}`;
}

async function refuseWithoutInfile({ run }: MysqlSession): Promise<void> {
  const { rows } = await run('SELECT @@global.local_infile AS yes');
  if (Number(rows[0]?.['yes']) === 1) return;
  throw new PipewrightError({
    code: 'forbidden',
    service: 'MySQL',
    message: 'The server does not take rows as a file (LOAD DATA LOCAL): local_infile is off.',
    hint: allowInfile,
  });
}

/** Drops what loads of this table left behind that were killed; nobody else fills such a table while this load holds the lock. */
async function dropLeftovers({ run }: MysqlSession, schema: string, table: string): Promise<void> {
  const { rows } = await run(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND left(table_name, ?) = ?',
    [schema, stagingPrefix(table).length, stagingPrefix(table)],
  );
  for (const { name } of rows) await run(`DROP TABLE ${quoted(schema)}.${quoted(String(name))}`);
}

function busy(table: string): PipewrightError {
  return new PipewrightError({
    code: 'busy',
    service: 'MySQL',
    message: `Another load into the table “${table}” is still running.`,
    hint: 'The table was not changed. Run the step again later.',
    retryable: true,
  });
}
