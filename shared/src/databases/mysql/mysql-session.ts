import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import mysql from 'mysql2';
import { PipewrightError } from '../../host/error.ts';
import type { OpenOptions } from '../open-options.ts';
import { readAddress } from './mysql-address.ts';
import { explainMysql, explainWarning, isStarting } from './mysql-error.ts';

/** A row of an answer. */
export type Row = Record<string, unknown>;

/** What a statement brought. */
interface Answer {
  rows: Row[];
  /** Rows that it wrote; of an UPDATE those that it found. */
  affected: number;
}

/** A connection to a server, whose errors are in our words. */
export interface MysqlSession {
  /** @throws PipewrightError what the server says */
  run(sql: string, values?: readonly (string | number | null | Date)[]): Promise<Answer>;
  /**
   * Runs a statement that writes rows; not one of them may have been changed or left out.
   * @param file what LOAD DATA LOCAL gets for its file
   * @param before rows that were written before, for the message
   * @throws PipewrightError what the server says, warnings included
   */
  write(sql: string, file?: Readable, before?: number): Promise<number>;
  close(): Promise<void>;
  /** What the server is set to that a load must know. */
  readonly server: ServerLimits;
}

/** What a server is set to. */
interface ServerLimits {
  /** Bytes that it takes at once. */
  mostBytes: number;
  /** Whether it takes no table without a primary key, temporary ones included, and adds none by itself. */
  needsPrimaryKey: boolean;
}

/** Of a server whose replicas repeat statements: a warning to its operator, not about a row. */
const unsafeForReplicas = 1592;

const waitForLocks = 30;
const patience = 86_400;

/**
 * What a load relies on, whatever the server is set to: values that do not fit are refused, moments are UTC, zero is
 * no wish for the next number, a commit begins nothing new, and a source may be slow.
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
  net_read_timeout: String(patience),
  net_write_timeout: String(patience),
  wait_timeout: String(patience),
  innodb_lock_wait_timeout: String(waitForLocks),
  lock_wait_timeout: String(waitForLocks),
};

/** Limits of time that only some servers know. */
const limits = [
  'max_statement_time',
  'idle_transaction_timeout',
  'idle_write_transaction_timeout',
  'max_execution_time',
];

/** Warnings that a server keeps for SHOW WARNINGS: fewer may be set, and MySQL 9.7 lets only administrators change it. */
const warningsKept = 'max_error_count';
const enoughWarnings = 64;

/** What a load must know of a server. */
const serverSettings = ['max_allowed_packet', 'sql_require_primary_key', 'sql_generate_invisible_primary_key'];

/** Pauses before a server is tried again that starts or has no connection free, in milliseconds. */
const pauses = [1_000, 2_000, 4_000, 8_000, 12_000];
const usualPatience = 30;

/**
 * Connects to a server; one that starts, resumes or has no connection free is tried again, with growing pauses.
 * @param address `mysql://user:password@host:port/database?ssl=verify`, as `openMysql` takes it
 * @throws PipewrightError `bad-input`, `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectMysql(
  address: string,
  { sleep = wait, patienceSeconds = usualPatience }: OpenOptions = {},
): Promise<MysqlSession> {
  let left = patienceSeconds * 1000;
  for (const pause of [...pauses, Infinity]) {
    const began = performance.now();
    try {
      return await connectOnce(address);
    } catch (error) {
      left -= performance.now() - began + pause;
      if (!isStarting(error) || left < 0) throw error;
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

async function connectOnce(address: string): Promise<MysqlSession> {
  const connection = mysql.createConnection({ ...readAddress(address), ...driverSettings });
  // A lost connection fails the statement that is running, which says it better.
  connection.on('error', () => undefined);
  const ask = (sql: string, file?: Readable): Promise<Driven> =>
    new Promise((resolve, reject) => {
      connection.query({ sql, ...(file ? { infileStreamFactory: () => file } : {}) }, (error, result) =>
        error ? reject(explainMysql(error, sql)) : resolve(result as unknown as Driven),
      );
    });
  const prepared = (sql: string, values: readonly (string | number | null | Date)[]): Promise<Driven> =>
    new Promise((resolve, reject) => {
      connection.execute(sql, [...values], (error, result) =>
        error ? reject(explainMysql(error, sql)) : resolve(result as unknown as Driven),
      );
    });
  const server: ServerLimits = { mostBytes: 0, needsPrimaryKey: false };
  const session: MysqlSession = {
    server,
    async run(sql, values = []) {
      // Only prepared, a name with a question mark in it is no place for a value.
      const result = await (values.length === 0 ? ask(sql) : prepared(sql, values));
      return Array.isArray(result)
        ? { rows: result, affected: 0 }
        : { rows: [], affected: Number(result.affectedRows) };
    },
    async write(sql, file, before = 0) {
      const result = (await ask(sql, file)) as Header;
      if (result.warningStatus > 0 || /Skipped: [1-9]/.test(result.info)) {
        const warnings = (await ask('SHOW WARNINGS')) as Row[];
        const serious = warnings.find((warning) => Number(warning['Code']) !== unsafeForReplicas);
        if (serious || warnings.length < result.warningStatus)
          throw explainWarning(Number(serious?.['Code']), String(serious?.['Message'] ?? 'Rows were left out'), before);
      }
      return Number(result.affectedRows);
    },
    close: () =>
      new Promise((resolve) => {
        // A connection that is lost has nobody to say goodbye to.
        connection.end(() => {
          connection.destroy();
          resolve();
        });
      }),
  };
  try {
    const { rows } = await session.run(
      `SHOW SESSION VARIABLES WHERE Variable_name IN (${[...limits, warningsKept, ...serverSettings].map((name) => `'${name}'`).join(', ')})`,
    );
    const known = new Map(rows.map((row) => [String(row['Variable_name']), String(row['Value'])]));
    server.mostBytes = Number(known.get('max_allowed_packet'));
    server.needsPrimaryKey =
      known.get('sql_require_primary_key') === 'ON' && known.get('sql_generate_invisible_primary_key') !== 'ON';
    const all = [
      ...Object.entries(settings),
      ...limits.filter((name) => known.has(name)).map((name) => [name, '0'] as const),
    ];
    await session.run(`SET ${all.map(([name, value]) => `SESSION ${name} = ${value}`).join(', ')}`);
    // Without the right, a load that the server warns of is refused in plainer words.
    if (Number(known.get(warningsKept)) < enoughWarnings)
      await session.run(`SET SESSION ${warningsKept} = ${enoughWarnings}`).catch(() => undefined);
    return session;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

interface Header {
  affectedRows: number | string;
  warningStatus: number;
  info: string;
}

type Driven = Header | Row[];

const driverSettings = {
  charset: 'UTF8MB4_BIN',
  timezone: 'Z',
  connectTimeout: 15_000,
  supportBigNumbers: true,
  bigNumberStrings: true,
  // Functions are not made from text at run time.
  disableEval: true,
  connectAttributes: { program_name: 'pipewright' },
  // A server may ask for any file; it gets what a statement brings along, or nothing.
  infileStreamFactory: () => Readable.from([]),
};
