import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { claimsColumns } from '../support/claims-file.ts';
import { runCommand } from '../support/machine/command.ts';
import { startMariaDb } from '../support/machine/mariadb.ts';
import { startPostgres } from '../support/machine/postgres.ts';
import { findMariaDbClient, findPsql, findSqlite3 } from '../support/machine/tools.ts';
import { withFile } from './datasets.ts';
import { compare, type BenchResult } from './result.ts';

const program = join(import.meta.dirname, '../../shared/bin/pipewright.mjs');

/** A database and a peer command that loads the same file; both create the table. */
interface WholeEngine {
  name: string;
  peer: string;
  target: number;
  /** Value of `--to`. */
  address: string;
  fresh(): Promise<unknown>;
  load(file: string): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Command and arguments that create the table and load the file. */
export async function runLoad(file: string, address: string): Promise<void> {
  await runCommand(process.execPath, [program, 'load', '--from', file, '--to', address, '--table', 'claims']);
}

const columnsOf = (types: Record<string, string>): string =>
  claimsColumns.map(([name, type]) => `${name} ${types[type] ?? types['text']}`).join(', ');

async function sqlite(folder: string): Promise<WholeEngine> {
  const sqlite3 = await findSqlite3(console.log);
  const database = join(folder, 'whole.db');
  return {
    name: 'SQLite',
    peer: 'sqlite3 .import, which makes every column text',
    target: 1.3,
    address: `sqlite:${database}`,
    fresh: async () => rmSync(database, { force: true }),
    load: (file) => runCommand(sqlite3, [database, '.mode csv', `.import ${file} claims`]),
    stop: async () => undefined,
  };
}

async function postgres(): Promise<WholeEngine> {
  const psql = await findPsql(console.log);
  const server = await startPostgres({ settings: { max_wal_size: '4GB', checkpoint_timeout: '30min' } });
  const sql = (...statements: string[]) =>
    runCommand(psql, [server.url, '-qX', ...statements.flatMap((statement) => ['-c', statement])]);
  const create = `CREATE TABLE claims (${columnsOf({ integer: 'bigint', decimal: 'numeric', boolean: 'boolean', date: 'date', timestamp: 'timestamp', text: 'text' })})`;
  return {
    name: 'PostgreSQL',
    peer: 'psql: CREATE TABLE with these types, \\copy',
    target: 1.3,
    address: `${server.url}?sslmode=disable`,
    fresh: () => sql('DROP TABLE IF EXISTS claims', 'CHECKPOINT'),
    load: (file) => sql(create, `\\copy claims FROM '${file}' (FORMAT csv, HEADER)`),
    stop: () => server.stop(),
  };
}

async function mariadb(): Promise<WholeEngine> {
  const client = await findMariaDbClient(console.log);
  const server = await startMariaDb({ settings: { innodb_buffer_pool_size: '1G', innodb_log_file_size: '1G' } });
  const { host, port, user, password, database } = server;
  const sql = (...statements: string[]) =>
    runCommand(client, [
      '--local-infile=1',
      `-h${host}`,
      `-P${port}`,
      `-u${user}`,
      `-p${password}`,
      database,
      '-e',
      statements.join('; '),
    ]);
  const create = `CREATE TABLE claims (${columnsOf({ integer: 'bigint', decimal: 'decimal(18,4)', boolean: 'boolean', date: 'date', timestamp: 'datetime(6)', text: 'longtext' })}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const values: Record<string, string> = {
    closed_date: "NULLIF(@closed_date, '')",
    cause: "NULLIF(@cause, '')",
    open: "@open = 'true'",
  };
  const read = claimsColumns.map(([name]) => (values[name] ? `@${name}` : name)).join(', ');
  const set = Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  return {
    name: 'MariaDB',
    peer: 'mariadb: CREATE TABLE with these types, LOAD DATA',
    target: 1.3,
    address: `${server.url}?ssl=off`,
    fresh: () => sql('DROP TABLE IF EXISTS claims'),
    load: (file) =>
      sql(
        create,
        `LOAD DATA LOCAL INFILE '${file}' INTO TABLE claims CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n' IGNORE 1 LINES (${read}) SET ${set}`,
      ),
    stop: () => server.stop(),
  };
}

const engines = [sqlite, postgres, mariadb];

/** Runs work with each database in turn; each server is started before and stopped after it. */
export async function eachEngine<T>(folder: string, work: (engine: WholeEngine) => Promise<T[]>): Promise<T[]> {
  const results: T[] = [];
  for (const start of engines) {
    const engine = await start(folder);
    try {
      results.push(...(await work(engine)));
    } finally {
      await engine.stop();
    }
  }
  return results;
}

/** `pipewright load` into a new table, against each engine's own client, including process start. */
export async function benchWholeCommands({ megabytes = 100, rounds = 3 } = {}): Promise<BenchResult[]> {
  return withFile(megabytes, ({ file, folder }) =>
    eachEngine(folder, async ({ name, peer, target, address, fresh, load }) => {
      const { ratio, first, second } = await compare(
        rounds,
        async () => {
          await fresh();
          await runLoad(file, address);
        },
        async () => {
          await fresh();
          await load(file);
        },
      );
      const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(1);
      return [
        {
          name: `pipewright load of ${megabytes} MB into a new ${name} table, whole command`,
          against: peer,
          ratio,
          target: { kind: 'at most' as const, value: target },
          notes: `${seconds(first)} and ${seconds(second)} s`,
        },
      ];
    }),
  );
}
