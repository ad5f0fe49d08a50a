import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import { PipewrightError, withDetails } from '../../host/error.ts';
import type { OpenOptions } from '../open-options.ts';
import type { SqlServerAddress } from './sql-server-address.ts';
import { explainSqlServer, waitAfter, type ServerMessage } from './sql-server-error.ts';

/** A row of an answer. */
export type Row = Record<string, unknown>;

/** A value of a statement's parameter. */
export type Parameter = string | number | null;

/** Pauses before a server that resumes, starts, moves or is busy is tried again, in milliseconds; the last one repeats. */
const pauses = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Times that a log-in is tried again after an error that also has lasting causes, such as a wrong name or port. */
const shortTries = 2;

/**
 * Seconds for which a log-in is tried again: a paused database of Azure SQL serverless resumes within about a minute.
 * @see https://learn.microsoft.com/azure/azure-sql/database/serverless-tier-overview
 */
const usualPatience = 150;
const connectTimeout = 15_000;

/** Milliseconds that a statement waits for what others hold. */
const lockTimeout = 30_000;

/** A connection to a server, whose errors are in our words. Only one statement runs at a time. */
export class SqlServerSession {
  readonly connection: Connection;
  #inTransaction = false;

  constructor(connection: Connection) {
    this.connection = connection;
    // A lost connection fails the statement that is running or the next one, which reports it better.
    connection.on('error', () => undefined);
    (connection as EventEmitter).on('rollbackTransaction', () => {
      this.#inTransaction = false;
    });
  }

  /**
   * Runs statements; gives the rows of all of them. Those without parameters run as they are: a temporary table that
   * they make stays until the session ends.
   * @throws PipewrightError what the server says
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

  /** Runs one statement that changes rows; gives how many it changed. Rows that its triggers select come before that. */
  async change(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<number> {
    const rows = await this.run(`${sql}; SELECT ROWCOUNT_BIG() AS pipewright_touched`, parameters);
    return Number(rows.at(-1)?.['pipewright_touched'] ?? 0);
  }

  /** Begins a transaction, which an error ends. */
  async begin(): Promise<void> {
    await this.#done((callback) => this.connection.beginTransaction(callback));
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    await this.#done((callback) => this.connection.commitTransaction(callback));
    this.#inTransaction = false;
  }

  /** Takes back the transaction, if there is one. */
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
 * Connects to a server; one that resumes, starts, moves or is busy is tried again, with growing pauses.
 * @throws PipewrightError `unauthorized`, `forbidden`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectSqlServer(
  address: SqlServerAddress,
  { token, sleep = wait, now = Date.now, patienceSeconds = usualPatience }: OpenOptions = {},
): Promise<SqlServerSession> {
  const configuration = await configure(address, token);
  const deadline = now() + patienceSeconds * 1000;
  for (let attempt = 0; ; attempt += 1) {
    const { session, error, wait: kind } = await connectOnce(configuration);
    if (session) return session;
    const pause = pauses[attempt] ?? pauses.at(-1) ?? 0;
    const isLate = now() + pause > deadline;
    if (kind === 'resume' && isLate) throw outOfPatience(error, patienceSeconds);
    if (kind === undefined || isLate || (kind === 'short' && attempt >= shortTries)) throw error;
    await sleep(pause);
  }
}

function outOfPatience(error: unknown, seconds: number): unknown {
  if (!(error instanceof PipewrightError)) return error;
  return withDetails(error, {
    message: `${error.message} The database did not become available within ${Math.round(seconds)} seconds.`,
    hint: 'Run the step again in a minute: a paused database of Azure SQL serverless resumes after the first log-in. If the error stays, check in the Azure portal that the database is online.',
  });
}

async function configure(
  { host, port, database, user, password, encryption, authorityFile }: SqlServerAddress,
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
      // The version of TDS inside stays 7.4, which servers accept: the driver sends no token of Entra with 8.0.
      encrypt: encryption === 'strict' ? 'strict' : encryption !== 'off',
      trustServerCertificate: encryption === 'encrypt',
      ...(authorityFile === undefined ? {} : { cryptoCredentialsDetails: { ca: await readFile(authorityFile) } }),
      appName: 'pipewright',
      connectTimeout,
      // A load takes as long as its source and its table do.
      requestTimeout: 0,
      // Retried here, with growing pauses.
      maxRetriesOnTransientErrors: 0,
      // SET XACT_ABORT ON: whatever error takes the whole transaction back.
      abortTransactionOnError: true,
      dateFormat: 'ymd',
    },
  };
}

/** A try to connect: the session, or why there is none and how long to try again. */
interface Try {
  session?: SqlServerSession;
  error?: unknown;
  wait?: 'resume' | 'short' | undefined;
}

async function connectOnce(configuration: ConnectionConfiguration): Promise<Try> {
  const connection = new Connection(configuration);
  let message: ServerMessage | undefined;
  // The driver reports a refused log-in without the number of the error.
  connection.on('errorMessage', ({ number, state }) => {
    message ??= { number, state };
  });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    const session = new SqlServerSession(connection);
    await session.run(`SET LOCK_TIMEOUT ${lockTimeout}`);
    return { session };
  } catch (error) {
    connection.close();
    return { error: explainSqlServer(error, message), wait: waitAfter(error, message) };
  }
}
