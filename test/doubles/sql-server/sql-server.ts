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
 * A double of SQL Server on 127.0.0.1. It speaks TDS 7.4 with the real driver: PRELOGIN, TLS inside of TDS or before it (TDS 8.0), LOGIN7 with a
 * password or an access token, batches, `sp_executesql`, transactions, `INSERT BULK` and cancelling; and keeps tables in
 * SQLite, into which it translates just the statements that the target sends (`tsql.ts`, `session.ts`).
 *
 * It proves what is on the wire: the order of statements, what belongs to one transaction, the values as they were sent,
 * what is left after an error; and that conversions are asked for in forms that the documents of SQL Server list. It
 * does **not** prove that SQL Server accepts the T-SQL, nor anything of its locks between sessions, collations, plans,
 * permissions or speed. Where the documents say that a server rounds, cuts, fills up or replaces something without an
 * error, the double does the same (`convert.ts`, `times.ts`), so that a test finds a value that was not refused before;
 * where they say that it raises an error (241, 245, 257, 511, 2628, 2714, 8114, 8115), the double raises it. Its text is of
 * the code page 1252 or UTF-8; code pages of several bytes per character were not tried. Triggers are those of SQLite.
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
  /** Every statement as it came, with `(begin)`, `(commit)`, `(rollback)` and `(bulk 3 rows)` between them. */
  readonly statements: string[] = [];
  /** Statements that the double did not understand: a test that leaves one here proves nothing. */
  readonly misunderstood: string[] = [];
  readonly logins: (Login & { encrypted: string })[] = [];
  readonly troubles: Trouble[] = [];
  /** Tables that the user may not see, such as `dbo.claims`; permissions that the user lacks, such as `VIEW DEFINITION`. */
  readonly hidden = new Set<string>();
  readonly denied = new Set<string>();
  /** Bytes of bulk data that came. */
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

  /** A file with the certificate, which is its own authority. */
  get authorityFile(): string {
    return join(this.#folder, 'authority.pem');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The address for a target; by default its certificate is verified, with itself as the authority. */
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

  /** Makes a table, with rows in the order of its columns. */
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

  /** Removes a table, if there is one. */
  dropTable(name: string): void {
    dropTable(this.#keeper, name);
  }

  /** Makes a trigger of a table. */
  trigger(table: string, name: string, trigger: NewTrigger): void {
    createTrigger(this.#keeper, table, name, trigger);
  }

  /** Makes a view, of which nothing but its name is known. */
  view(name: string): void {
    addObject(this.#keeper, name, 'V ');
  }

  /** Makes the type of a column another one, as a program would beside a load; the rows stay as they are. */
  changeColumn(table: string, column: string, type: string): void {
    this.#keeper
      .prepare(
        'UPDATE "sys.columns" SET declaration = ?, max_length = max_length - 2 WHERE name = ? AND object_id = (SELECT object_id FROM "sys.objects" WHERE schema_name || \'.\' || name = ?)',
      )
      .run(type, column, table);
  }

  /** The rows of a table, in the order of their first values; integers that a number holds are numbers. */
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

  /** The types of a table's columns, in their order; none when there is no such table. */
  types(name: string): Record<string, string> {
    const rows = this.#keeper
      .prepare(
        `SELECT c.name AS name, c.declaration || CASE c.is_nullable WHEN 1 THEN '' ELSE ' NOT NULL' END AS type FROM "sys.columns" c JOIN "sys.objects" o USING (object_id) WHERE o.schema_name || '.' || o.name = ? ORDER BY c.column_id`,
      )
      .all(name);
    return Object.fromEntries(rows.map((row) => [String(row['name']), String(row['type'])]));
  }

  /** Lets something go wrong. */
  fail(trouble: Trouble): void {
    this.troubles.push({ ...trouble, times: trouble.times ?? 1 });
  }

  /** The trouble that is due, if one is. */
  takeTrouble(at: Trouble['at'], text = ''): Trouble | undefined {
    const found = this.troubles.find(
      (trouble) => trouble.at === at && (trouble.times ?? 0) > 0 && (!trouble.matching || trouble.matching.test(text)),
    );
    if (found) found.times = (found.times ?? 1) - 1;
    return found;
  }

  /** Stops reading what clients send. */
  hold(): void {
    this.#held = true;
    for (const client of this.#clients) client.pause();
  }

  /** Reads on. */
  release(): void {
    this.#held = false;
    for (const client of this.#clients) client.resume();
  }

  /** Ends all connections without a word. */
  cutAll(): void {
    for (const client of this.#clients) client.cut();
  }

  /** Forgets what came so far. */
  forget(): void {
    for (const list of [this.statements, this.misunderstood, this.logins, this.troubles]) list.length = 0;
    this.hidden.clear();
    this.denied.clear();
    this.bulkBytes = 0;
  }

  /** One transaction writes at a time; gives what ends a turn. */
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
