import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import mysql from 'mysql2';
import { PipewrightError } from '../../host/error.ts';
import { isObject } from '../../host/is-object.ts';
import type { SqlValue } from '../load-records.ts';
import type { OpenOptions } from '../open-options.ts';
import type { Row } from '../sql-dialect.ts';
import { readAddress } from './mysql-address.ts';
import { explainMysql, explainWarning, isStarting } from './mysql-error.ts';

/** The result of a statement. */
interface Answer {
  rows: Row[];
  /** Rows that it wrote; for an UPDATE, those that it matched. */
  affected: number;
  /** Number of warnings that the server reports. */
  warnings: number;
  /** The server's summary of the statement: `Records: 3  Deleted: 0  Skipped: 0  Warnings: 0`. */
  info: string;
}

/** A connection to a server that throws explained errors. */
export interface MysqlSession {
  connection: mysql.Connection;
  /** @throws PipewrightError the explained error of the server */
  run(sql: string, values?: readonly SqlValue[]): Promise<Answer>;
  /**
   * Runs a statement that writes rows, and refuses it when the server changed or left out any of them.
   * @param file the content that LOAD DATA LOCAL reads
   * @param before rows written by earlier statements, for the message
   * @returns the number of rows written
   * @throws PipewrightError the explained error or warning of the server
   */
  write(sql: string, file?: Readable, before?: number): Promise<number>;
  close(): Promise<void>;
  /** Settings of the server that a load depends on. */
  readonly server: ServerLimits;
}

/** Settings of a server. */
interface ServerLimits {
  /** Longest packet that it accepts, in bytes. */
  maxPacketBytes: number;
  /** Whether it requires a primary key, in temporary tables too, and does not add one itself. */
  needsPrimaryKey: boolean;
}

/** A warning to the operator of a server with replicas (unsafe statement), not about a row. */
const unsafeForReplicas = 1592;

const lockTimeoutSeconds = 30;
const idleTimeoutSeconds = 86_400;

/**
 * Session settings: values that do not fit are refused, timestamps are UTC, zero is not replaced by the next number, COMMIT
 * does not begin a new transaction, and a source may be slow.
 */
const settings = {
  sql_mode: "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO'",
  time_zone: "'+00:00'",
  autocommit: '1',
  completion_type: "'NO_CHAIN'",
  foreign_key_checks: '1',
  unique_checks: '1',
  sql_notes: '1',
  sql_safe_updates: '0',
  sql_big_selects: '1',
  sql_select_limit: 'DEFAULT',
  net_read_timeout: String(idleTimeoutSeconds),
  net_write_timeout: String(idleTimeoutSeconds),
  wait_timeout: String(idleTimeoutSeconds),
  innodb_lock_wait_timeout: String(lockTimeoutSeconds),
  lock_wait_timeout: String(lockTimeoutSeconds),
};

/** Time limits that only some servers have; they are turned off. */
const timeLimits = [
  'max_statement_time',
  'idle_transaction_timeout',
  'idle_write_transaction_timeout',
  'max_execution_time',
];

/** How many warnings SHOW WARNINGS keeps: a server may be set to fewer, and MySQL 9.7 lets only administrators raise it. */
const warningsSetting = 'max_error_count';
const minWarningsKept = 64;

/** Settings that a load must know. */
const serverSettings = ['max_allowed_packet', 'sql_require_primary_key', 'sql_generate_invisible_primary_key'];

/** Pauses between retries while a server is starting or has no free connection, in milliseconds. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 12_000];
const defaultRetrySeconds = 30;

/**
 * Connects to a server; retries with growing pauses while it is starting or has no free connection.
 * @param address `mysql://user:password@host:port/database?ssl=verify`; see `openMysql`
 * @throws PipewrightError `invalid-input`, `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectMysql(
  address: string,
  { sleep = wait, retrySeconds = defaultRetrySeconds }: OpenOptions = {},
): Promise<MysqlSession> {
  let leftMs = retrySeconds * 1000;
  for (const pause of [...pausesMs, Infinity]) {
    const started = performance.now();
    try {
      return await connectOnce(address);
    } catch (error) {
      leftMs -= performance.now() - started + pause;
      if (!isStarting(error) || leftMs < 0) throw error;
      await sleep(pause);
    }
  }
  throw new PipewrightError({
    code: 'unavailable',
    service: 'MySQL',
    message: 'The server did not start in time.',
    hint: 'Run the step again in a minute.',
    retryable: true,
  });
}

/** The result of the driver: rows of a SELECT, or the header of any other statement. */
function readAnswer(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result.filter(isObject), affected: 0, warnings: 0, info: '' };
  const { affectedRows, warningStatus, info } = isObject(result) ? result : {};
  return {
    rows: [],
    affected: Number(affectedRows ?? 0),
    warnings: Number(warningStatus ?? 0),
    info: typeof info === 'string' ? info : '',
  };
}

async function connectOnce(address: string): Promise<MysqlSession> {
  const connection = mysql.createConnection({ ...readAddress(address), ...driverSettings });
  // A lost connection fails the running statement, whose error is more precise.
  connection.on('error', () => undefined);
  const query = (sql: string, file?: Readable): Promise<Answer> =>
    new Promise((resolve, reject) => {
      connection.query({ sql, ...(file ? { infileStreamFactory: () => file } : {}) }, (error, result) =>
        error ? reject(explainMysql(error, sql)) : resolve(readAnswer(result)),
      );
    });
  const execute = (sql: string, values: readonly SqlValue[]): Promise<Answer> =>
    new Promise((resolve, reject) => {
      connection.execute(sql, [...values], (error, result) =>
        error ? reject(explainMysql(error, sql)) : resolve(readAnswer(result)),
      );
    });
  const server: ServerLimits = { maxPacketBytes: 0, needsPrimaryKey: false };
  const session: MysqlSession = {
    connection,
    server,
    // Only a prepared statement does not treat a question mark in a name as a placeholder.
    run: (sql, values = []) => (values.length === 0 ? query(sql) : execute(sql, values)),
    async write(sql, file, before = 0) {
      const { affected, warnings, info } = await query(sql, file);
      if (warnings > 0 || /Skipped: [1-9]/.test(info)) {
        const { rows } = await query('SHOW WARNINGS');
        const serious = rows.find((warning) => Number(warning['Code']) !== unsafeForReplicas);
        if (serious || rows.length < warnings)
          throw explainWarning(Number(serious?.['Code']), String(serious?.['Message'] ?? 'Rows were left out'), before);
      }
      return affected;
    },
    close: () =>
      new Promise((resolve) => {
        // The callback also receives the error of a lost connection, which no longer matters.
        connection.end(() => {
          connection.destroy();
          resolve();
        });
      }),
  };
  try {
    await configure(session);
    return session;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** Applies the session settings, and reads those of the server. */
async function configure({ run, server }: MysqlSession): Promise<void> {
  const names = [...timeLimits, warningsSetting, ...serverSettings].map((name) => `'${name}'`).join(', ');
  const { rows } = await run(`SHOW SESSION VARIABLES WHERE Variable_name IN (${names})`);
  const known = new Map(rows.map((row) => [String(row['Variable_name']), String(row['Value'])]));
  server.maxPacketBytes = Number(known.get('max_allowed_packet'));
  server.needsPrimaryKey =
    known.get('sql_require_primary_key') === 'ON' && known.get('sql_generate_invisible_primary_key') !== 'ON';
  const all = [
    ...Object.entries(settings),
    ...timeLimits.filter((name) => known.has(name)).map((name) => [name, '0'] as const),
  ];
  await run(`SET ${all.map(([name, value]) => `SESSION ${name} = ${value}`).join(', ')}`);
  // Without the privilege, the message about a refused load is less precise.
  if (Number(known.get(warningsSetting)) < minWarningsKept)
    await run(`SET SESSION ${warningsSetting} = ${minWarningsKept}`).catch(() => undefined);
}

const driverSettings = {
  charset: 'UTF8MB4_BIN',
  timezone: 'Z',
  connectTimeout: 15_000,
  supportBigNumbers: true,
  bigNumberStrings: true,
  // JSON keeps its text.
  jsonStrings: true,
  // The driver must not generate code at run time.
  disableEval: true,
  connectAttributes: { program_name: 'pipewright' },
  // A server may request any file; it gets the content of the statement, or nothing.
  infileStreamFactory: () => Readable.from([]),
};
