import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppLocks } from './app-locks.ts';
import {
  addObject,
  createTable,
  createTrigger,
  dropTable,
  makeCatalog,
  type NewColumn,
  type NewTrigger,
  type TableParts,
} from './catalog.ts';
import { makeCertificate } from '../../support/machine/certificate.ts';
import { Client } from './client.ts';
import type { ServerState, SqlServerOptions, Trouble } from './server-state.ts';
import type { Login } from './tds-login.ts';

/**
 * A double of SQL Server on 127.0.0.1. It speaks TDS 7.4 with the real driver: PRELOGIN, TLS inside TDS or around it (TDS 8.0), LOGIN7 with a
 * password or an access token, batches, `sp_executesql`, transactions, `INSERT BULK` and cancellation. Tables are stored in
 * SQLite; only the statements that the target sends are translated (`tsql.ts`, `session.ts`).
 *
 * It verifies what is on the wire: the order of statements, transaction boundaries, the sent values, the state after an
 * error, and that conversions use documented formats. It does **not** verify that SQL Server accepts the T-SQL, nor its
 * locks between sessions, collations, plans, permissions or speed. Where SQL Server is documented to round, truncate, pad or
 * replace a value without an error, the double does the same (`convert.ts`, `times.ts`), so that tests detect values that
 * should have been rejected. Where SQL Server is documented to raise an error (241, 245, 257, 511, 2628, 2714, 8114, 8115),
 * the double raises it. Text has code page 1252 or UTF-8; multi-byte code pages are not supported. Triggers are SQLite's.
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
 */
export class SqlServer implements ServerState {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly token: string;
  readonly encryption: NonNullable<SqlServerOptions['encryption']>;
  readonly certificate = makeCertificate();
  readonly schemas = ['dbo', 'sales', 'Odd ]schema'];
  readonly locks: AppLocks;
  /** Every received statement, including `(begin)`, `(commit)`, `(rollback)` and `(bulk 3 rows)`. */
  readonly statements: string[] = [];
  /** Statements that the double does not support; a test must leave this empty. */
  readonly misunderstood: string[] = [];
  readonly logins: (Login & { encrypted: string })[] = [];
  readonly troubles: Trouble[] = [];
  /** Tables that the user cannot see, such as `dbo.claims`; permissions that the user lacks, such as `VIEW DEFINITION`. */
  readonly hidden = new Set<string>();
  readonly denied = new Set<string>();
  /** Received bytes of bulk data. */
  bulkBytes = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pipewright-sql-server-'));
  readonly #keeper: DatabaseSync;
  readonly #clients = new Set<Client>();
  readonly #server = createServer((socket) => this.#accept(socket));
  #turn: Promise<void> = Promise.resolve();
  #held = false;

  constructor({
    user = 'loader',
    password = 'pass word/+§',
    database = 'warehouse',
    token = 'a token',
    encryption = 'offered',
    longestLockWait,
  }: SqlServerOptions = {}) {
    this.user = user;
    this.password = password;
    this.database = database;
    this.token = token;
    this.encryption = encryption;
    this.locks = new AppLocks(longestLockWait);
    this.#keeper = new DatabaseSync(this.file);
    this.#keeper.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
    makeCatalog(this.#keeper);
    writeFileSync(this.authorityFile, this.certificate.certificate);
  }

  get file(): string {
    return join(this.#folder, 'double.db');
  }

  /** Path of the self-signed certificate. */
  get authorityFile(): string {
    return join(this.#folder, 'authority.pem');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connection URL for a target; by default its self-signed certificate is trusted and verified. */
  address({
    encrypt = 'verify',
    password = this.password,
    host = '127.0.0.1',
    database = this.database,
    withUser = true,
  } = {}): string {
    const login = withUser ? `${encodeURIComponent(this.user)}:${encodeURIComponent(password)}@` : '';
    const authority =
      encrypt === 'verify' || encrypt === 'strict' ? `&ca=${encodeURIComponent(this.authorityFile)}` : '';
    return `sqlserver://${login}${host}:${this.port}/${encodeURIComponent(database)}?encrypt=${encrypt}${authority}`;
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    this.#keeper.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** Creates a table with rows in column order. */
  table(
    name: string,
    columns: readonly NewColumn[],
    rows: readonly (string | number | null)[][] = [],
    parts: TableParts = {},
  ): void {
    createTable(this.#keeper, name, columns, parts);
    for (const row of rows)
      this.#keeper.prepare(`INSERT INTO "${name}" VALUES (${row.map(() => '?').join(', ')})`).run(...row);
  }

  /** Drops a table if it exists. */
  dropTable(name: string): void {
    dropTable(this.#keeper, name);
  }

  /** Creates a trigger. */
  trigger(table: string, name: string, trigger: NewTrigger): void {
    createTrigger(this.#keeper, table, name, trigger);
  }

  /** Creates a view that has only a name. */
  view(name: string): void {
    addObject(this.#keeper, name, 'V ');
  }

  /** Changes a column's type, like another program during a load; the rows stay unchanged. */
  changeColumn(table: string, column: string, type: string): void {
    this.#keeper
      .prepare(
        'UPDATE "sys.columns" SET declaration = ?, max_length = max_length - 2 WHERE name = ? AND object_id = (SELECT object_id FROM "sys.objects" WHERE schema_name || \'.\' || name = ?)',
      )
      .run(type, column, table);
  }

  /** The rows of a table, ordered by their first values; safe integers are numbers. */
  rows(name: string): Record<string, unknown>[] {
    const statement = this.#keeper.prepare(`SELECT * FROM "${name.replaceAll('"', '""')}" ORDER BY 1`);
    statement.setReadBigInts(true);
    return statement
      .all()
      .map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([key, value]) => [
            key,
            typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value,
          ]),
        ),
      );
  }

  /** The column types of a table in order; empty if it does not exist. */
  types(name: string): Record<string, string> {
    const rows = this.#keeper
      .prepare(
        `SELECT c.name AS name, c.declaration || CASE c.is_nullable WHEN 1 THEN '' ELSE ' NOT NULL' END AS type FROM "sys.columns" c JOIN "sys.objects" o USING (object_id) WHERE o.schema_name || '.' || o.name = ? ORDER BY c.column_id`,
      )
      .all(name);
    return Object.fromEntries(rows.map((row) => [String(row['name']), String(row['type'])]));
  }

  /** Plans a fault. */
  fail(trouble: Trouble): void {
    this.troubles.push({ ...trouble, times: trouble.times ?? 1 });
  }

  /** Takes the next planned fault, if any. */
  takeTrouble(at: Trouble['at'], text = ''): Trouble | undefined {
    const found = this.troubles.find(
      (trouble) => trouble.at === at && (trouble.times ?? 0) > 0 && (!trouble.matching || trouble.matching.test(text)),
    );
    if (found) found.times = (found.times ?? 1) - 1;
    return found;
  }

  /** Stops reading from clients. */
  hold(): void {
    this.#held = true;
    for (const client of this.#clients) client.pause();
  }

  /** Resumes reading. */
  release(): void {
    this.#held = false;
    for (const client of this.#clients) client.resume();
  }

  /** Resets all connections. */
  cutAll(): void {
    for (const client of this.#clients) client.cut();
  }

  /** Clears what was received. */
  forget(): void {
    for (const list of [this.statements, this.misunderstood, this.logins, this.troubles]) list.length = 0;
    this.hidden.clear();
    this.denied.clear();
    this.bulkBytes = 0;
  }

  /** Serializes writing transactions. Resolves with a function that ends the turn. */
  async takeTurn(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = before.then(() => promise);
    await before;
    return resolve;
  }

  #accept(socket: Socket): void {
    const client = new Client(this, socket);
    this.#clients.add(client);
    if (this.#held) client.pause();
    socket.once('close', () => this.#clients.delete(client));
  }
}

/** Starts a double of SQL Server. */
export async function startSqlServer(options: SqlServerOptions = {}): Promise<SqlServer> {
  return new SqlServer(options).start();
}
