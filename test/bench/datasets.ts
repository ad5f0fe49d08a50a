import { closeSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { CsvScanner } from '../../shared/src/datasets/formats/csv-scanner.ts';
import { TypeInference } from '../../shared/src/datasets/types/infer-types.ts';
import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadOptions } from '../../shared/src/datasets/load/load-options.ts';
import { openDataset } from '../../shared/src/cli/open-dataset.ts';
import { nodeHost } from '../../shared/src/host/node/node-host.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';
import { claimsColumns, claimsPieces } from '../support/claims-file.ts';
import { withDownloads } from './with-downloads.ts';
import { runCommand } from '../support/machine/command.ts';
import { startMariaDb } from '../support/machine/mariadb.ts';
import { startPostgres } from '../support/machine/postgres.ts';
import { findCurl, findMariaDbClient, findPsql, findSqlite3 } from '../support/machine/tools.ts';
import { compare, median, time, type BenchResult } from './result.ts';

const megabyte = 1_000_000;
const bytesPerRow = 252;
const pieceSize = 256 * 1024;

/** Size and number of rounds; the defaults take about two minutes. */
export interface DatasetBenchOptions {
  /** File size in MB. Default: 100. */
  megabytes?: number;
  /** Paired rounds after one warm-up round. Default: 5. */
  rounds?: number;
}

/** A CSV file of claims and a folder for databases. */
interface Ground {
  folder: string;
  file: string;
  megabytes: number;
}

/** Runs work with a CSV file of claims of about the given size in MB. */
export async function withFile<T>(megabytes: number, work: (ground: Ground) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-bench-'));
  try {
    const file = join(folder, 'claims.csv');
    writeClaims(file, megabytes);
    return await work({ folder, file, megabytes: statSync(file).size / megabyte });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function writeClaims(file: string, megabytes: number): void {
  const descriptor = openSync(file, 'w');
  for (const piece of claimsPieces(Math.ceil((megabytes * megabyte) / bytesPerRow))) writeSync(descriptor, piece);
  closeSync(descriptor);
}

/** @param source file path or download URL */
async function load(source: string, address: string, options: Partial<LoadOptions> = {}): Promise<void> {
  const target = await openTarget(address);
  try {
    const { bytes, size } = await openDataset(source, nodeHost());
    await loadIntoTable(bytes, target, {
      table: 'claims',
      mode: 'create',
      ...(size === undefined ? {} : { expectedBytes: size }),
      ...options,
    });
  } finally {
    await target.close();
  }
}

const rate = (megabytes: number, milliseconds: number): string =>
  `${Math.round((megabytes * 1000) / milliseconds)} MB/s`;

/** The column list for `CREATE TABLE`, with the types of the file's columns. */
function columnsOf(types: Record<string, string>): string {
  return claimsColumns.map(([name, type]) => `"${name}" ${types[type] ?? 'text'}`).join(', ');
}

/** CSV into a new SQLite table with inferred types, against `sqlite3 .import` into the same table. */
export async function benchSqlite({ megabytes = 100, rounds = 5 }: DatasetBenchOptions = {}): Promise<BenchResult> {
  const sqlite3 = await findSqlite3(console.log);
  const table = columnsOf({ integer: 'INTEGER', decimal: 'NUMERIC', boolean: 'BOOLEAN' });
  return withFile(megabytes, async ({ folder, file, megabytes: size }) => {
    const database = join(folder, 'bench.db');
    const fresh = () => rmSync(database, { force: true });
    const { ratio, first, second } = await compare(
      rounds,
      async () => {
        fresh();
        await load(file, `sqlite:${database}`);
      },
      async () => {
        fresh();
        await runCommand(sqlite3, [
          database,
          `CREATE TABLE claims (${table})`,
          '.mode csv',
          `.import --skip 1 ${file} claims`,
        ]);
      },
    );
    return {
      name: 'CSV into a new SQLite table, inferred types',
      against: 'sqlite3 .import, table exists',
      ratio,
      target: { kind: 'at most', value: 1.2 },
      notes: `${rate(size, first)} and ${rate(size, second)}`,
    };
  });
}

/** CSV into new and existing PostgreSQL tables, against `psql \copy` into the same typed table. */
export async function benchPostgres({ megabytes = 100, rounds = 5 }: DatasetBenchOptions = {}): Promise<BenchResult[]> {
  const psql = await findPsql(console.log);
  const postgres = await startPostgres({ settings: { max_wal_size: '4GB', checkpoint_timeout: '30min' } });
  const address = `${postgres.url}?sslmode=disable`;
  const sql = (...statements: string[]) =>
    runCommand(psql, [postgres.url, '-qX', ...statements.flatMap((statement) => ['-c', statement])]);
  const types = { integer: 'bigint', decimal: 'numeric', boolean: 'boolean', date: 'date', timestamp: 'timestamp' };
  const create = `CREATE TABLE claims (${columnsOf(types)})`;
  const drop = 'DROP TABLE IF EXISTS claims';
  try {
    return await withFile(megabytes, async ({ file, megabytes: size }) => {
      const copy = `\\copy claims FROM '${file}' (FORMAT csv, HEADER)`;
      const measure = async (
        name: string,
        limit: number,
        prepare: string[],
        options: Partial<LoadOptions>,
        peer = { name: 'psql \\copy', run: (): unknown => sql(copy) },
        source = file,
      ) => {
        const ratios: number[] = [];
        const times: number[] = [];
        for (let round = 0; round <= rounds; round += 1) {
          await sql(drop, ...prepare, 'CHECKPOINT');
          const ours = await time(() => load(source, address, options));
          await sql(drop, create, 'CHECKPOINT');
          const theirs = await time(peer.run);
          if (round === 0) continue;
          ratios.push(ours / theirs);
          times.push(ours);
        }
        const result: BenchResult = {
          name,
          against: `${peer.name}, table exists`,
          ratio: median(ratios),
          target: { kind: 'at most', value: limit },
          notes: rate(size, median(times)),
        };
        return result;
      };
      const contract = claimsColumns.map(([name, type]) => ({ name, type }));
      const overHttp = await withDownloads(file, async (url) => {
        const stream = await findCurl(console.log);
        const command = `${stream} -s '${url}' | ${psql} '${postgres.url}' -qX -c '\\copy claims FROM STDIN (FORMAT csv, HEADER)'`;
        return measure(
          'CSV over HTTP into a PostgreSQL table',
          1.05,
          [create],
          { mode: 'append' },
          { name: 'curl | psql \\copy', run: () => runCommand('/bin/sh', ['-c', command]) },
          url,
        );
      });
      return [
        overHttp,
        await measure('Append CSV to a PostgreSQL table', 1.05, [create], { mode: 'append' }),
        await measure('CSV into a new PostgreSQL table, given types, two connections', 0.85, [], {
          contract,
          parallelConnections: 2,
        }),
        await measure('CSV into a new PostgreSQL table, inferred types', 1.6, [], {}),
        await measure('CSV into a new PostgreSQL table, inferred types, two connections', 1.6, [], {
          parallelConnections: 2,
        }),
        await measure('Replace a PostgreSQL table of the same size', 1.6, [create, copy], { mode: 'replace' }),
      ];
    });
  } finally {
    await postgres.stop();
  }
}

/**
 * CSV into new and existing MariaDB tables, against LOAD DATA by the mariadb client into the same typed table. The
 * statement maps empty values to NULL and `true` to 1; without that, LOAD DATA stores zero dates and false.
 */
export async function benchMariaDb({ megabytes = 100, rounds = 5 }: DatasetBenchOptions = {}): Promise<BenchResult[]> {
  const client = await findMariaDbClient(console.log);
  const mariadb = await startMariaDb({ settings: { innodb_buffer_pool_size: '1G', innodb_log_file_size: '1G' } });
  const { host, port, user, password, database } = mariadb;
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
  const types = {
    integer: 'bigint',
    decimal: 'decimal(18,4)',
    boolean: 'boolean',
    date: 'date',
    timestamp: 'datetime(6)',
    text: 'longtext',
  };
  const create = `CREATE TABLE claims (${columnsOf(types).replaceAll('"', '`')}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
  const drop = 'DROP TABLE IF EXISTS claims';
  try {
    return await withFile(megabytes, async ({ file, megabytes: size }) => {
      const places: Record<string, string> = {
        closed_date: "NULLIF(@closed_date, '')",
        cause: "NULLIF(@cause, '')",
        open: "@open = 'true'",
      };
      const read = claimsColumns.map(([name]) => (places[name] ? `@${name}` : name)).join(', ');
      const byHand = `LOAD DATA LOCAL INFILE '${file}' INTO TABLE claims CHARACTER SET utf8mb4 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\n' IGNORE 1 LINES (${read}) SET ${Object.entries(
        places,
      )
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ')}`;
      const measure = async (
        name: string,
        limit: number,
        prepare: string[],
        options: Partial<LoadOptions>,
      ): Promise<BenchResult> => {
        const ratios: number[] = [];
        const times: number[] = [];
        for (let round = 0; round <= rounds; round += 1) {
          await sql(drop, ...prepare);
          const ours = await time(() => load(file, `${mariadb.url}?ssl=off`, options));
          await sql(drop, create);
          const theirs = await time(() => sql(byHand));
          if (round === 0) continue;
          ratios.push(ours / theirs);
          times.push(ours);
        }
        return {
          name,
          against: 'LOAD DATA by the mariadb client, table exists',
          ratio: median(ratios),
          target: { kind: 'at most', value: limit },
          notes: rate(size, median(times)),
        };
      };
      return [
        await measure('Append CSV to a MariaDB table', 1.1, [create], { mode: 'append' }),
        await measure('CSV into a new MariaDB table, inferred types', 1.6, [], {}),
        await measure('Replace a MariaDB table of the same size', 1.9, [create, byHand], { mode: 'replace' }),
      ];
    });
  } finally {
    await mariadb.stop();
  }
}

/** Speed of reading and checking CSV, with and without type inference, against DuckDB. */
export async function benchScanner({ megabytes = 200, rounds = 5 }: DatasetBenchOptions = {}): Promise<BenchResult[]> {
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  return withFile(megabytes, async ({ file, megabytes: size }) => {
    // max(COLUMNS(*)) makes DuckDB read every value: it skips columns that a query does not use.
    const read = (options: string) =>
      duckdb.run(`SELECT max(COLUMNS(*)) FROM read_csv('${file}', header = true${options})`);
    const measure = async (name: string, least: number, infer: boolean, options: string): Promise<BenchResult> => {
      const { ratio, first, second } = await compare(
        rounds,
        () => read(options),
        () => scan(file, infer),
      );
      return {
        name,
        against: 'DuckDB read_csv on all cores (relative speed)',
        ratio,
        target: { kind: 'at least', value: least },
        notes: `${rate(size, second)} on one core, ${rate(size, first)}`,
      };
    };
    return [
      await measure('Read and check CSV', 0.77, false, ', all_varchar = true'),
      await measure('Read and check CSV, infer types', 0.5, true, ''),
      await measure(
        'Read and check CSV, infer types; DuckDB also infers from all rows',
        0.5,
        true,
        ', sample_size = -1',
      ),
    ];
  }).finally(() => duckdb.closeSync());
}

function scan(file: string, infer: boolean): void {
  const scanner = new CsvScanner({}, ({ reason }) => {
    throw new Error(reason);
  });
  const descriptor = openSync(file, 'r');
  let inference: TypeInference | undefined;
  for (;;) {
    const piece = Buffer.allocUnsafe(pieceSize);
    const length = readSync(descriptor, piece);
    if (length === 0) break;
    const block = scanner.push(piece.subarray(0, length));
    if (infer && scanner.header) (inference ??= new TypeInference(scanner.header)).add(block);
  }
  closeSync(descriptor);
}
