import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../support/machine/command.ts';
import { startMariaDb } from '../support/machine/mariadb.ts';
import { startPostgres } from '../support/machine/postgres.ts';
import { findMariaDbClient, findPsql, findSqlite3 } from '../support/machine/tools.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { processorSeconds, serverSeconds } from './processor-time.ts';
import { median, type BenchResult } from './result.ts';
import { insurance, shapes, writeShape, type Shape } from './shapes.ts';

const program = join(import.meta.dirname, '../../shared/bin/pipewright.mjs');

/** A command with its arguments. */
type Command = readonly [program: string, ...words: string[]];

/** A database and a peer command that loads the same file into a table of the same columns. */
interface WholeEngine {
  name: string;
  peer: string;
  target: number;
  /** Value of `--to`. */
  address: string;
  modes: readonly ('create' | 'append')[];
  /** Drops the table; for `append`, creates it without rows. */
  prepare(shape: Shape, mode: 'create' | 'append'): Promise<unknown>;
  /** The peer, which creates the table for `create`. */
  peerOf(shape: Shape, mode: 'create' | 'append', file: string): Command;
  /** Processor time of the server so far, in seconds. */
  serverSeconds(): number;
  stop(): Promise<unknown>;
}

const loadCommand = (file: string, address: string, mode: string): Command => [
  process.execPath,
  program,
  'load',
  '--from',
  file,
  '--to',
  address,
  '--table',
  'claims',
  '--mode',
  mode,
];

const columnsOf = ({ columns }: Shape, types: Record<string, string>): string =>
  columns.map(([name, type]) => `${name} ${types[type] ?? types['text']}`).join(', ');

async function sqlite(folder: string): Promise<WholeEngine> {
  const sqlite3 = await findSqlite3(console.log);
  const database = join(folder, 'whole.db');
  return {
    name: 'SQLite',
    peer: 'sqlite3 .import, all columns text',
    target: 1.3,
    address: `sqlite:${database}`,
    modes: ['create'],
    prepare: async () => rmSync(database, { force: true }),
    peerOf: (_shape, _mode, file) => [sqlite3, database, '.mode csv', `.import ${file} claims`],
    serverSeconds: () => 0,
    stop: async () => undefined,
  };
}

const postgresTypes = {
  integer: 'bigint',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  text: 'text',
};

async function postgres(): Promise<WholeEngine> {
  const psql = await findPsql(console.log);
  const server = await startPostgres({ settings: { max_wal_size: '4GB', checkpoint_timeout: '30min' } });
  const words = (...statements: string[]): Command => [
    psql,
    server.url,
    '-qX',
    ...statements.flatMap((statement) => ['-c', statement]),
  ];
  const run = ([command, ...rest]: Command): Promise<string> => runCommand(command, rest);
  const folder = (await run([psql, server.url, '-qXAtc', 'SHOW data_directory'])).trim();
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const create = (shape: Shape): string => `CREATE TABLE claims (${columnsOf(shape, postgresTypes)})`;
  return {
    name: 'PostgreSQL',
    peer: 'psql \\copy',
    target: 1.2,
    address: `${server.url}?sslmode=disable`,
    modes: ['create', 'append'],
    prepare: (shape, mode) =>
      run(words('DROP TABLE IF EXISTS claims', ...(mode === 'append' ? [create(shape)] : []), 'CHECKPOINT')),
    peerOf: (shape, mode, file) =>
      words(...(mode === 'create' ? [create(shape)] : []), `\\copy claims FROM '${file}' (FORMAT csv, HEADER)`),
    serverSeconds: () => serverSeconds(pid),
    stop: () => server.stop(),
  };
}

async function mariadb(): Promise<WholeEngine> {
  const client = await findMariaDbClient(console.log);
  const server = await startMariaDb({ settings: { innodb_buffer_pool_size: '1G', innodb_log_file_size: '1G' } });
  const { host, port, user, password, database } = server;
  const words = (...statements: string[]): Command => [
    client,
    '--local-infile=1',
    `-h${host}`,
    `-P${port}`,
    `-u${user}`,
    `-p${password}`,
    database,
    '-e',
    statements.join('; '),
  ];
  const create = `CREATE TABLE claims (${columnsOf(insurance, { integer: 'bigint', decimal: 'decimal(18,4)', boolean: 'boolean', date: 'date', timestamp: 'datetime(6)', text: 'longtext' })}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const values: Record<string, string> = {
    closed_date: "NULLIF(@closed_date, '')",
    cause: "NULLIF(@cause, '')",
    open: "@open = 'true'",
  };
  const read = insurance.columns.map(([name]) => (values[name] ? `@${name}` : name)).join(', ');
  const set = Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ');
  return {
    name: 'MariaDB',
    peer: 'LOAD DATA by the mariadb client',
    target: 1.3,
    address: `${server.url}?ssl=off`,
    modes: ['create'],
    prepare: () => {
      const [command, ...rest] = words('DROP TABLE IF EXISTS claims');
      return runCommand(command, rest);
    },
    peerOf: (_shape, _mode, file) =>
      words(
        create,
        `LOAD DATA LOCAL INFILE '${file}' INTO TABLE claims CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n' IGNORE 1 LINES (${read}) SET ${set}`,
      ),
    serverSeconds: () => 0,
    stop: () => server.stop(),
  };
}

/** The engines by name, with the shapes that they load. */
const engines = { sqlite, postgres, mariadb };

/** An engine with a benchmark of whole commands. */
export type EngineName = keyof typeof engines;

/** Runs work with a database; its server is started before and stopped after it. */
export async function withEngine<T>(
  name: EngineName,
  folder: string,
  work: (engine: WholeEngine) => Promise<T>,
): Promise<T> {
  const engine = await engines[name](folder);
  try {
    return await work(engine);
  } finally {
    await engine.stop();
  }
}

/** Elapsed time of a command in seconds, and processor time of it and the server. */
async function measure(
  [command, ...words]: Command,
  engine: WholeEngine,
): Promise<[elapsed: number, processor: number]> {
  const before = engine.serverSeconds();
  const begin = performance.now();
  const processor = await processorSeconds(command, words);
  const elapsed = (performance.now() - begin) / 1000;
  // A process of the server counts once it has ended, which may be after its client.
  await sleep(200);
  return [elapsed, processor + engine.serverSeconds() - before];
}

/**
 * `pipewright load` of four kinds of data, against each engine's own client, process start included. The ratio is that of the
 * elapsed time, so the machine must have no other work; the notes have the ratio of the processor time of the command and its
 * server, which other programs hardly change.
 */
export async function benchWholeCommands(
  name: EngineName,
  { megabytes = 100, rounds = 5 } = {},
): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-bench-'));
  const file = join(folder, 'data.csv');
  try {
    return await withEngine(name, folder, async (engine) => {
      const results: BenchResult[] = [];
      for (const shape of name === 'mariadb' ? [insurance] : shapes) {
        writeShape(shape, file, megabytes);
        for (const mode of engine.modes) {
          const result = await compareLoads(shape, mode, file, engine, rounds);
          console.log(`    ${result.name}: ${result.ratio.toFixed(2)}; ${result.notes}`);
          results.push(result);
        }
      }
      return results;
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compareLoads(
  shape: Shape,
  mode: 'create' | 'append',
  file: string,
  engine: WholeEngine,
  rounds: number,
): Promise<BenchResult> {
  const pairs: { elapsed: number; processor: number; own: number; other: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    await engine.prepare(shape, mode);
    const [own, processor] = await measure(loadCommand(file, engine.address, mode), engine);
    await engine.prepare(shape, mode);
    const [other, otherProcessor] = await measure(engine.peerOf(shape, mode, file), engine);
    if (round > 0) pairs.push({ elapsed: own / other, processor: processor / otherProcessor, own, other });
  }
  const of = (key: keyof (typeof pairs)[0]): number => median(pairs.map((pair) => pair[key]));
  return {
    name: `pipewright load of ${shape.name}, ${mode === 'append' ? 'append to' : 'new'} ${engine.name} table, whole command`,
    against: engine.peer,
    ratio: of('elapsed'),
    target: { kind: 'at most', value: engine.target },
    notes: `${of('own').toFixed(2)} s and ${of('other').toFixed(2)} s; processor time ${of('processor').toFixed(2)}×`,
  };
}
