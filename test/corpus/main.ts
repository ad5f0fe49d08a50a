/**
 * Reads all CSV, JSON, Excel and Parquet files of a folder and its subfolders as Preview Dataset and Load Dataset do, loads
 * each into SQLite, and compares every value with another reader: `node scripts/run.mjs test/corpus/main.ts <folder> [log]`.
 * Prints counts; the log has one line of JSON per file. See test/corpus/README.md.
 */
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { compareCsv, compareExcel, compareJson, compareParquet, readBytes, sniff, type Verdict } from './oracles.ts';
import { readOwn, type OwnFile } from './own.ts';

const dataFile = /\.(?:csv|tsv|tab|txt|json|geojson|jsonl|ndjson|xlsx|xlsm|parquet)(?:\.gz)?$/i;

async function compare(path: string, bytes: Buffer, own: OwnFile, duckdb: DuckDBConnection): Promise<Verdict> {
  const format = own.detected?.format ?? '';
  if (format === 'CSV') return compareCsv(bytes, own);
  if (format === 'Excel') return compareExcel(bytes, own);
  if (format === 'Parquet') return compareParquet(path, own, duckdb);
  return compareJson(bytes, own);
}

async function main(folder: string, log: string): Promise<void> {
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run("SET TimeZone = 'UTC'");
  const place = mkdtempSync(join(tmpdir(), 'pipewright-corpus-'));
  const lines = createWriteStream(log);
  const counts: Record<string, number> = {};
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && dataFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of paths) {
    const name = relative(folder, path);
    const entry: Record<string, unknown> = { name };
    let result: string;
    try {
      const own = await readOwn(readFileSync(path), path.replace(/\.gz$/i, ''), join(place, 'load.db'));
      if ('refused' in own) {
        result = 'refused';
        entry['refused'] = own.refused;
      } else {
        const verdict = await compare(path, readBytes(path), own, duckdb);
        const differences = 'unclear' in verdict ? [] : verdict.differences;
        const faults = [...own.faults, ...differences.slice(0, 3)];
        result = faults.length > 0 ? 'different' : 'unclear' in verdict ? 'unclear' : 'same';
        if (own.detected?.format === 'CSV') entry['sniffed'] = await sniff(path, duckdb);
        Object.assign(entry, {
          detected: own.detected,
          header: own.header.slice(0, 8).map((column) => column.slice(0, 40)),
          width: own.header.length,
          rows: own.rows.length,
          rejected: own.rejects.length,
          reject: own.rejects[0]?.reason,
          ...verdict,
          faults,
        });
      }
    } catch (error) {
      result = 'failed';
      entry['error'] = error instanceof Error ? error.stack : String(error);
    }
    entry['result'] = result;
    const kind = /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '';
    counts[`${kind} ${result}`] = (counts[`${kind} ${result}`] ?? 0) + 1;
    lines.write(`${JSON.stringify(entry)}\n`);
  }
  lines.end();
  rmSync(place, { recursive: true });
  console.table(counts);
}

const [, , folder, log = 'corpus.jsonl'] = process.argv;
if (folder === undefined) throw new Error('Name a folder with data files.');
await main(folder, log);
