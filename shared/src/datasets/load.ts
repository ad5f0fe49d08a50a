import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';
import { asCsv, csvFormatOf, type DatasetFormat } from './as-csv.ts';
import type { ColumnChanges } from './check-columns.ts';
import type { Column, ColumnType } from './column.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import { CountedBytes } from './counted-bytes.ts';
import { isRecorded, LoadInProgress } from './load-in-progress.ts';
import { readUntil } from './read-until.ts';
import type { LoadMode, LoadRecord, TableLoad, TableTarget } from './target.ts';

/** How a dataset is to be loaded. */
export interface LoadOptions extends CsvFormat, DatasetFormat {
  table: string;
  /** Schema of PostgreSQL or SQL Server. */
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
  /** What happens when the columns of the dataset are not those of the table, or of the contract. Default: `refuse`. */
  columnChanges?: ColumnChanges;
  /** The columns that an earlier load gave, which this dataset must have, too. Default: none are agreed upon. */
  contract?: readonly Column[];
  /** Connections over which the rows of a new table may come at once, in any order, where the engine can. Default: 1. */
  connections?: number;
  /** Whether every row says from which load it is, in the columns of `loadColumnNames`. Default: false. */
  loadColumns?: boolean;
  /** Whether the load is kept in `pipewright_loads`; with a key it always is. Default: false. */
  record?: boolean;
  /** Where the dataset comes from, for that record. */
  source?: string;
  /** ID of the event with which it began, for that record. */
  sourceEventId?: string;
  /** Types for columns of a new table, by name, where the values shall not decide. A table that exists has its own. */
  columns?: Readonly<Record<string, ColumnType>>;
  /** Length of the source in bytes, where it is known: another length is an error. */
  expectedBytes?: number;
  /** Stops the load; the table stays as it was. */
  signal?: AbortSignal;
  /** Called about every 32 MB. */
  onProgress?(progress: LoadProgress): void;
}

/** How far a load has come. */
export interface LoadProgress {
  rows: number;
  /** As they came from the source. */
  bytes: number;
  /** Since it began. */
  seconds: number;
}

/** How far a load has come, for people: `120000 rows, 32.1 MB, 40.5 MB/s`. */
export function describeProgress({ rows, bytes, seconds }: LoadProgress): string {
  const megabytes = bytes / 1_000_000;
  return `${rows} rows, ${megabytes.toFixed(1)} MB, ${(megabytes / Math.max(seconds, 0.001)).toFixed(1)} MB/s`;
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
  const { table, mode, schema, signal, key, loadKey, connections, columnChanges } = options;
  checkKey(options);
  const { delimiter } = csvFormatOf(options);
  const load = await target.begin({
    table, mode, delimiter, evolve: columnChanges === 'evolve',
    ...(schema === undefined ? {} : { schema }), ...(key ? { key } : {}), ...(loadKey === undefined ? {} : { loadKey }), ...(connections === undefined ? {} : { connections }),
  });
  if (load.earlier) return repeat(load, load.earlier);
  const came = new CountedBytes(readUntil(source, signal), isRecorded(options));
  const progress = new LoadInProgress(load, options, came);
  try {
    for await (const piece of asCsv(came.bytes(), options)) await progress.take(piece);
    return { table, mode, ...(await progress.finish()) };
  } catch (error) {
    // A failure to clean up must not hide what went wrong first.
    await load.abort(progress.record('failed')).catch(() => undefined);
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
