import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DatasetReader } from '../../shared/src/datasets/formats/dataset-reader.ts';
import { median, type BenchResult } from './result.ts';

/** A row of 20 values: integers, decimals, dates, timestamps, texts and floating-point numbers. */
const values = [
  'range AS id',
  "'policy-' || range AS policy",
  ...Array.from(
    { length: 6 },
    (_value, index) => `CAST(hash(range + ${index}) % 100000000 AS DECIMAL(12, 2)) / 100 AS paid_${index}`,
  ),
  ...Array.from(
    { length: 4 },
    (_value, index) => `DATE '2015-01-01' + CAST(hash(range + ${index}) % 4000 AS INTEGER) AS day_${index}`,
  ),
  ...Array.from({ length: 4 }, (_value, index) => `'status ' || hash(range + ${index}) % 500 AS status_${index}`),
  ...Array.from({ length: 3 }, (_value, index) => `(hash(range + ${index}) % 1000000) / 7.0 AS ratio_${index}`),
  "TIMESTAMP '2020-01-01' + to_seconds(range) AS updated",
];

/** Reads all values of a Parquet file, compared with DuckDB, which writes them as CSV to nowhere. Processor time of all threads. */
export async function benchParquet({ rows = 1_000_000, rounds = 5 } = {}): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-bench-'));
  const file = join(folder, 'claims.parquet');
  const duckdb = await (await DuckDBInstance.create()).connect();
  try {
    await duckdb.run(`COPY (SELECT ${values.join(', ')} FROM range(${rows})) TO '${file}' (FORMAT parquet)`);
    const own = async (): Promise<void> => {
      let found = 0;
      for await (const block of new DatasetReader(createReadStream(file), {}, () => undefined).blocks())
        found += block.rows;
      if (found !== rows) throw new Error(`Pipewright found ${found} rows.`);
    };
    const other = (): Promise<unknown> => duckdb.run(`COPY (SELECT * FROM '${file}') TO '/dev/null' (FORMAT csv)`);
    const pairs: [number, number][] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const pair: [number, number] = [await processorTime(own), await processorTime(other)];
      if (round > 0) pairs.push(pair);
    }
    const [mine, theirs] = [median(pairs.map(([first]) => first)), median(pairs.map(([, second]) => second))];
    return [
      {
        name: `Read a Parquet file, ${rows} rows × 20 columns, processor time`,
        against: 'DuckDB, all values to CSV',
        ratio: median(pairs.map(([first, second]) => first / second)),
        target: { kind: 'at most', value: 2 },
        notes: `${mine.toFixed(1)} s and ${theirs.toFixed(1)} s`,
      },
    ];
  } finally {
    duckdb.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** Processor time of this process in seconds while it works. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
