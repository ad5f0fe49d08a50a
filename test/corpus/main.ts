/**
 * Reads all CSV, JSON, Excel and Parquet files of a folder and its subfolders as Preview Dataset and Load Dataset do, loads
 * each into a new table, and compares every value with another reader:
 * `node scripts/run.mjs test/corpus/main.ts <folder> [log] [--database postgres]`. A refused file is read again with the
 * options that the error names. Prints counts; the log has one line of JSON per file. See test/corpus/README.md.
 */
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { ReadOptions } from '../../shared/src/datasets/types/converted-rows.ts';
import { adviceOf } from './advice.ts';
import { compareCsv, compareExcel, compareJson, compareParquet, readBytes, sniff, type Verdict } from './oracles.ts';
import { readOwn, type OwnFile } from './own.ts';
import { postgresStore, sqliteStore, type Store } from './store.ts';

const dataFile = /\.(?:csv|tsv|tab|txt|json|geojson|jsonl|ndjson|xlsx|xlsm|parquet)(?:\.gz)?$/i;

/** Options that one file may need one after the other, such as Encoding, Skip Rows and Has Header Row. */
const maxAdvice = 4;

type Result = Record<string, unknown> & { result: string };

async function compare(
  path: string,
  bytes: Buffer,
  own: OwnFile,
  duckdb: DuckDBConnection,
  jsonPath?: string,
): Promise<Verdict> {
  const format = own.detected?.format ?? '';
  if (format === 'CSV') return compareCsv(bytes, own);
  if (format === 'Excel') return compareExcel(bytes, own);
  if (format === 'Parquet') return compareParquet(path, own, duckdb);
  return compareJson(bytes, own, jsonPath);
}

async function resultOf(path: string, own: OwnFile, duckdb: DuckDBConnection, jsonPath?: string): Promise<Result> {
  const verdict = await compare(path, readBytes(path), own, duckdb, jsonPath);
  const differences = 'unclear' in verdict ? [] : verdict.differences;
  const faults = [...own.faults, ...differences.slice(0, 3)];
  return {
    result: faults.length > 0 ? 'different' : 'unclear' in verdict ? 'unclear' : 'same',
    ...(own.detected?.format === 'CSV' ? { sniffed: await sniff(path, duckdb) } : {}),
    detected: own.detected,
    header: own.header.slice(0, 8).map((column) => column.slice(0, 40)),
    width: own.header.length,
    rows: own.rows.length,
    rejected: own.rejects.length,
    reject: own.rejects[0]?.reason,
    ...verdict,
    faults,
  };
}

/** Reads a refused file again with the options that the error names, and those of the next error. */
async function followAdvice(path: string, refused: string, store: Store, duckdb: DuckDBConnection): Promise<object> {
  const bytes = readFileSync(path);
  const choices: Partial<ReadOptions> = {};
  let error = refused;
  for (let count = 0; count < maxAdvice; count += 1) {
    const advice = adviceOf(error);
    if (!advice) break;
    Object.assign(choices, advice);
    const own = await readOwn(bytes, path.replace(/\.gz$/i, ''), store, choices);
    if (!('refused' in own)) return { choices, advised: await resultOf(path, own, duckdb, choices.jsonPath) };
    error = own.refused;
  }
  return Object.keys(choices).length > 0 ? { choices, advised: { result: 'refused', refused: error } } : {};
}

async function read(path: string, store: Store, duckdb: DuckDBConnection): Promise<Result> {
  try {
    const own = await readOwn(readFileSync(path), path.replace(/\.gz$/i, ''), store);
    if (!('refused' in own)) return await resultOf(path, own, duckdb);
    return { result: 'refused', refused: own.refused, ...(await followAdvice(path, own.refused, store, duckdb)) };
  } catch (error) {
    return { result: 'failed', error: error instanceof Error ? error.stack : String(error) };
  }
}

async function main(folder: string, log: string, database: string): Promise<void> {
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run("SET TimeZone = 'UTC'");
  const place = mkdtempSync(join(tmpdir(), 'pipewright-corpus-'));
  const store = database === 'postgres' ? await postgresStore() : sqliteStore(join(place, 'load.db'));
  const lines = createWriteStream(log);
  const counts: Record<string, number> = {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && dataFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    const name = relative(folder, path);
    const { result, ...details } = await read(path, store, duckdb);
    const kind = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
    counts[`${kind} ${result}`] = (counts[`${kind} ${result}`] ?? 0) + 1;
    lines.write(`${JSON.stringify({ name, result, ...details })}\n`);
  }
  lines.end();
  await store.stop();
  rmSync(place, { recursive: true });
  console.table(counts);
}

const {
  positionals: [folder, log = 'corpus.jsonl'],
  values: { database = 'sqlite' },
} = parseArgs({ allowPositionals: true, options: { database: { type: 'string' } } });
if (folder === undefined) throw new Error('Name a folder with data files.');
await main(folder, log, database);
