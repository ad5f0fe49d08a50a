import type { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Connection, Request, TYPES, type ConnectionConfiguration } from 'tedious';
import { PipewrightError } from '../../../host/error.ts';
import type { OpenOptions } from '../open-options.ts';
import type { SqlServerAddress } from './sql-server-address.ts';
import { explainSqlServer } from './sql-server-error.ts';

/** A row of an answer. */
export type Row = Record<string, unknown>;

/** A value of a statement's parameter. */
export type Parameter = string | number | null;

/** Pauses before a server is tried again that starts, moves or is busy, in milliseconds. */
const pauses = [1_000, 2_000, 4_000, 8_000, 12_000];

/** Azure says that a database cannot be opened while it moves, and so does every server of a wrong name. */
const triesOfName = 2;

const usualPatience = 30;
const connectTimeout = 15_000;

/** Milliseconds that a statement waits for what others hold. */
const lockTimeout = 30_000;

/** A connection to a server, whose errors are in our words. Only one statement runs at a time. */
export class SqlServerSession {
  readonly connection: Connection;
  #inTransaction = false;

  constructor(connection: Connection) {
    this.connection = connection;
    // A lost connection fails the statement that is running or the next one, which says it better.
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
      for (const [name, value] of named) request.addParameter(name, typeof value !== 'number' ? TYPES.NVarChar : Number.isSafeInteger(value) ? TYPES.BigInt : TYPES.Float, value);
      if (named.length > 0) this.connection.execSql(request);
      else this.connection.execSqlBatch(request);
    });
    return rows;
  }

  /** Runs one statement that changes rows; gives how many it changed, whatever its triggers did. */
  async change(sql: string, parameters: Readonly<Record<string, Parameter>> = {}): Promise<number> {
    const [row] = await this.run(`${sql}; SELECT ROWCOUNT_BIG() AS touched`, parameters);
    return Number(row?.['touched'] ?? 0);
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
 * Connects to a server; one that starts, moves or is busy is tried again, with growing pauses.
 * @throws PipewrightError `unauthorized`, `not-found` or `unavailable` when it cannot be reached
 */
export async function connectSqlServer(address: SqlServerAddress, { token, sleep = wait, patienceSeconds = usualPatience }: OpenOptions = {}): Promise<SqlServerSession> {
  const configuration = await configure(address, token);
  let left = patienceSeconds * 1000;
  for (let attempt = 0; ; attempt += 1) {
    const began = performance.now();
    try {
      const session = await connectOnce(configuration);
      await session.run(`SET LOCK_TIMEOUT ${lockTimeout}`);
      return session;
    } catch (error) {
      const pause = pauses[attempt] ?? Infinity;
      left -= performance.now() - began + pause;
      if (!(error instanceof PipewrightError) || !error.retryable || left < 0 || (error.code === 'not-found' && attempt >= triesOfName)) throw error;
      await sleep(pause);
    }
  }
}

async function configure({ host, port, database, user, password, encryption, authorityFile }: SqlServerAddress, token: string | undefined): Promise<ConnectionConfiguration> {
  return {
    server: host,
    authentication: token === undefined ? { type: 'default', options: { userName: user, password } } : { type: 'azure-active-directory-access-token', options: { token } },
    options: {
      port,
      database,
      encrypt: encryption !== 'off',
      trustServerCertificate: encryption === 'encrypt',
      ...(authorityFile === undefined ? {} : { cryptoCredentialsDetails: { ca: await readFile(authorityFile) } }),
      appName: 'pipewright',
      connectTimeout,
      // A load takes as long as its source and its table do.
      requestTimeout: 0,
      // Tried again here, with pauses that grow.
      maxRetriesOnTransientErrors: 0,
      // SET XACT_ABORT ON: whatever error takes the whole transaction back.
      abortTransactionOnError: true,
      dateFormat: 'ymd',
    },
  };
}

async function connectOnce(configuration: ConnectionConfiguration): Promise<SqlServerSession> {
  const connection = new Connection(configuration);
  let number: number | undefined;
  // The driver tells of a refused log-in without the number of the error.
  connection.on('errorMessage', (message) => {
    number ??= message.number;
  });
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  }).catch((error: unknown) => {
    connection.close();
    throw explainSqlServer(error, number);
  });
  return new SqlServerSession(connection);
}
