import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';
import { asCsv, csvFormatOf, type DatasetFormat } from './as-csv.ts';
import type { Column, ColumnType } from './column.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import { LoadInProgress } from './load-in-progress.ts';
import { readUntil } from './read-until.ts';
import type { LoadMode, LoadRecord, TableLoad, TableTarget } from './target.ts';

/** How a dataset is to be loaded. */
export interface LoadOptions extends CsvFormat, DatasetFormat {
  table: string;
  /** PostgreSQL schema. */
  schema?: string;
  mode: LoadMode;
  /** Rows that may be left out because they do not fit; one more and nothing is loaded. Default: 0. */
  maxRejectedRows?: number;
  /** Whether rows that are left out are kept in `pipewright_rejects`. Default: false. */
  keepRejects?: boolean;
  /** Whether a dataset without rows may be loaded. Default: false. */
  allowEmpty?: boolean;
  /** Columns that together tell one row from every other: checked in every mode, and needed for `upsert`. */
  key?: readonly string[];
  /** Percent by which the number of rows of a replaced table may change. Default: any. */
  maxChangePercent?: number;
  /** A dataset is loaded once under this key: a repeated load is left out and gives what the first one gave. */
  loadKey?: string;
  /** Values that stand for nothing, such as `N/A`, quoted or not; `""` for an empty text. Default: none. */
  nullMarkers?: readonly string[];
  /** Columns of the dataset that a table which exists lacks: they stop the load, or are left out. Default: `refuse`. */
  newColumns?: 'refuse' | 'ignore';
  /** Whether every row says from which load it is: `_load_id`, `_loaded_at` and `_source`. Default: false. */
  loadColumns?: boolean;
  /** Whether the load is kept in `pipewright_loads`; with a key it always is. Default: false. */
  record?: boolean;
  /** Where the dataset comes from, for that record. */
  source?: string;
  /** Types for columns of a new table, by name, where the values shall not decide. A table that exists has its own. */
  columns?: Readonly<Record<string, ColumnType>>;
  /** Length of the source in bytes, where it is known: another length is an error. */
  expectedBytes?: number;
  /** Stops the load; the table stays as it was. */
  signal?: AbortSignal;
  /** Called about every 32 MB. */
  onProgress?(progress: { rows: number; bytes: number }): void;
}

/** What was loaded. */
export interface LoadResult {
  table: string;
  mode: LoadMode;
  rows: number;
  bytes: number;
  /** Rows left out, and the first twenty of them. */
  rejected: number;
  rejects: Reject[];
  seconds: number;
  /** Of an upsert: rows that were changed, and that were added. */
  updated?: number;
  inserted?: number;
  /** Under which it is kept in `pipewright_loads`. */
  loadId?: string;
  /** Whether it was loaded under this key before, and is not loaded again. */
  repeated?: boolean;
  /** The columns of the dataset, with the types that they have in the table. */
  columns: Column[];
}

/**
 * Loads CSV bytes into a table: streamed, checked and counted on the way, published in one transaction. A load that
 * fails at any point leaves the table as it was. An empty value is NULL, and `""` is empty text. A table that is not
 * there is made, in every mode.
 * @throws PipewrightError `bad-csv`, `rejected-rows`, `empty-dataset`, `cut-short`, `table-exists`, `columns-missing`,
 * `bad-input` (a value does not fit its column), `busy`, `cancelled`, and what the source throws
 */
export async function loadDataset(source: Bytes, target: TableTarget, options: LoadOptions): Promise<LoadResult> {
  const begin = performance.now();
  const { table, mode, schema, signal, key, loadKey } = options;
  checkKey(options);
  const { delimiter } = csvFormatOf(options);
  const load = await target.begin({ table, mode, delimiter, ...(schema === undefined ? {} : { schema }), ...(key ? { key } : {}), ...(loadKey === undefined ? {} : { loadKey }) });
  try {
    if (load.earlier) return await repeat(load, load.earlier);
    const progress = new LoadInProgress(load, options);
    const came = countBytes(readUntil(source, signal));
    for await (const piece of asCsv(came.bytes, options)) await progress.take(piece, came.count());
    return { table, mode, ...(await progress.finish(came.count(), begin)) };
  } catch (error) {
    // A failure to clean up must not hide what went wrong first.
    await load.abort().catch(() => undefined);
    throw error;
  }
}

function checkKey({ mode, key }: LoadOptions): void {
  if (mode !== 'upsert' || (key && key.length > 0)) return;
  throw new PipewrightError({ code: 'bad-input', message: 'Upsert needs a key.', hint: 'Fill in Key with the columns that tell one row from every other.' });
}

/** What a load gives that was done before. */
async function repeat(load: TableLoad, { loadId, table, mode, rows, rejected, bytes, seconds }: LoadRecord): Promise<LoadResult> {
  await load.abort();
  return { table, mode, rows, rejected, bytes, seconds, loadId, repeated: true, rejects: [], columns: [] };
}

/** Counts bytes as they pass. */
function countBytes(source: Bytes): { bytes: Bytes; count(): number } {
  let count = 0;
  async function* counted(): Bytes {
    for await (const piece of source) {
      count += piece.length;
      yield piece;
    }
  }
  return { bytes: counted(), count: () => count };
}
