import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import { PipewrightError, withDetails } from '../../host/error.ts';
import type { OpenOptions } from '../open-options.ts';
import type { Row } from '../sql-dialect.ts';
import type { SqlServerAddress } from './sql-server-address.ts';
import { explainSqlServer, waitAfter, type ServerMessage } from './sql-server-error.ts';

/** A value of a parameter. */
export type Parameter = string | number | null;

/** Pauses between retries while a server is resuming, starting or busy, in milliseconds; the last one repeats. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Retries of a login after an error that also has permanent causes, such as a wrong name or port. */
const maxShortRetries = 2;

/**
 * Seconds for which a login is retried: a paused database of Azure SQL serverless resumes within about a minute.
 * @see https://learn.microsoft.com/azure/azure-sql/database/serverless-tier-overview
 */
const defaultRetrySeconds = 150;
const connectTimeoutMs = 15_000;

/** How long a statement waits for a lock. */
const lockTimeoutMs = 30_000;

/** A connection to a server that throws explained errors. It runs one statement at a time. */
export class SqlServerSession {
  readonly connection: Connection;
  #inTransaction = false;

  constructor(connection: Connection) {
    this.connection = connection;
    // A lost connection fails the running or next statement, whose error is more precise.
    connection.on('error', () => undefined);
    (connection as EventEmitter).on('rollbackTransaction', () => {
      this.#inTransaction = false;
    });
  }

  /**
   * Runs statements, and returns the rows of all of them. Without parameters they run as a batch: a temporary table that
   * they create lasts until the session ends.
   * @throws PipewrightError the explained error of the server
   */
  async run(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<Row[]> {
    const named = Object.entries(parameters);
    const rows: Row[] = [];
    await this.#done((callback) => {
      const request = new Request(sql, callback);
      request.on('row', (columns: { metadata: { colName: string }; value: unknown }[]) => {
        rows.push(Object.fromEntries(columns.map(({ metadata, value }) => [metadata.colName, value])));
      });
      for (const [name, value] of named)
        request.addParameter(
          name,
          typeof value !== 'number' ? TYPES.NVarChar : Number.isSafeInteger(value) ? TYPES.BigInt : TYPES.Float,
          value,
        );
      if (named.length > 0) this.connection.execSql(request);
      else this.connection.execSqlBatch(request);
    });
    return rows;
  }

  /** Runs a statement that changes rows, and returns how many it changed. Triggers may return rows before that. */
  async change(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<number> {
    const rows = await this.run(`${sql}; SELECT ROWCOUNT_BIG() AS pipewright_touched`, parameters);
    return Number(rows.at(-1)?.['pipewright_touched'] ?? 0);
  }

  /** Begins a transaction, which any error rolls back. */
  async begin(): Promise<void> {
    await this.#done((callback) => this.connection.beginTransaction(callback));
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    await this.#done((callback) => this.connection.commitTransaction(callback));
    this.#inTransaction = false;
  }

  /** Rolls back the transaction, if there is one. */
  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    await this.#done((callback) => this.connection.rollbackTransaction(callback));
  }

  async close(): Promise<void> {
    this.connection.close();
  }

  async #done(start: (callback: (error?: Error | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      start((error) => (error ? reject(error) : resolve()));
    }).catch((error: unknown) => {
      throw explainSqlServer(error);
    });
  }
}

/**
 * Connects to a server; retries with growing pauses while it is resuming, starting or busy.
 * @throws PipewrightError `unauthorized`, `forbidden`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectSqlServer(
  address: SqlServerAddress,
  { token, sleep = wait, now = Date.now, retrySeconds = defaultRetrySeconds }: OpenOptions = {},
): Promise<SqlServerSession> {
  const configuration = await configure(address, token);
  const deadline = now() + retrySeconds * 1000;
  for (let attempt = 0; ; attempt += 1) {
    const { session, error, wait: kind } = await connectOnce(configuration);
    if (session) return session;
    const pause = pausesMs[attempt] ?? pausesMs.at(-1) ?? 0;
    const isLate = now() + pause > deadline;
    if (kind === 'resume' && isLate) throw stillUnavailable(error, retrySeconds);
    if (kind === undefined || isLate || (kind === 'short' && attempt >= maxShortRetries)) throw error;
    await sleep(pause);
  }
}

function stillUnavailable(error: unknown, seconds: number): unknown {
  if (!(error instanceof PipewrightError)) return error;
  return withDetails(error, {
    message: `${error.message} The database did not become available within ${Math.round(seconds)} seconds.`,
    hint: 'Run the step again in a minute: a paused database of Azure SQL serverless resumes after the first login. If the error persists, check in the Azure portal that the database is online.',
  });
}

async function configure(
  { host, port, database, user, password, encryption, caFile }: SqlServerAddress,
  token: string | undefined,
): Promise<ConnectionConfiguration> {
  return {
    server: host,
    authentication:
      token === undefined
        ? { type: 'default', options: { userName: user, password } }
        : { type: 'azure-active-directory-access-token', options: { token } },
    options: {
      port,
      database,
      // The protocol inside stays TDS 7.4, which servers accept: the driver cannot send an Entra token with 8.0.
      encrypt: encryption === 'strict' ? 'strict' : encryption !== 'off',
      trustServerCertificate: encryption === 'encrypt',
      ...(caFile === undefined ? {} : { cryptoCredentialsDetails: { ca: await readFile(caFile) } }),
      appName: 'pipewright',
      connectTimeout: connectTimeoutMs,
      // A load may take as long as its source and its table need.
      requestTimeout: 0,
      // Retried here, with growing pauses.
      maxRetriesOnTransientErrors: 0,
      // SET XACT_ABORT ON: any error rolls back the whole transaction.
      abortTransactionOnError: true,
      dateFormat: 'ymd',
    },
  };
}

/** An attempt to connect: the session, or the error and how long to retry. */
interface Attempt {
  session?: SqlServerSession;
  error?: unknown;
  wait?: 'resume' | 'short' | undefined;
}

async function connectOnce(configuration: ConnectionConfiguration): Promise<Attempt> {
  const connection = new Connection(configuration);
  let message: ServerMessage | undefined;
  // The driver reports a refused login without the error number.
  connection.on('errorMessage', ({ number, state }) => {
    message ??= { number, state };
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    const session = new SqlServerSession(connection);
    await session.run(`SET LOCK_TIMEOUT ${lockTimeoutMs}`);
    return { session };
  } catch (error) {
    connection.close();
    return { error: explainSqlServer(error, message), wait: waitAfter(error, message) };
  }
}
