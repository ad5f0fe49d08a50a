import { randomUUID } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';
import { asCsv, csvFormatOf, type DatasetFormat } from './as-csv.ts';
import { checkColumns } from './check-columns.ts';
import { publicColumn, type Column, type ColumnType, type InferredColumn } from './column.ts';
import { CsvScanner, type CsvFormat, type Reject } from './csv-scanner.ts';
import type { CsvBlock } from './csv-block.ts';
import { TypeInference } from './infer-types.ts';
import { emptyMarkers } from './null-markers.ts';
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

const shownRejects = 20;
const bytesPerBlock = 128 * 1024;
const bytesPerProgress = 32 * 1024 * 1024;

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

/** What is kept of a load, where somebody wants that. */
function recordOf({ table, mode, loadKey, record, source = '' }: LoadOptions, counted: Pick<LoadRecord, 'rows' | 'rejected' | 'bytes' | 'seconds'>): LoadRecord | undefined {
  if (loadKey === undefined && !record) return undefined;
  return { loadId: loadKey ?? randomUUID(), table, mode, ...counted, source, loadedAt: new Date().toISOString() };
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

/** What is known while the bytes come. */
class LoadInProgress {
  readonly #load: TableLoad;
  readonly #options: LoadOptions;
  readonly #scanner: CsvScanner;
  readonly #rejects: Reject[] = [];
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #inference: TypeInference | undefined;
  #columns: InferredColumn[] = [];
  #staged = false;
  #rejected = 0;
  #rows = 0;
  #bytes = 0;
  #told = 0;
  /** Rows of the table before the load, where somebody wants to know. */
  #before: number | undefined;

  constructor(load: TableLoad, options: LoadOptions) {
    this.#load = load;
    this.#options = options;
    this.#scanner = new CsvScanner(csvFormatOf(options), (reject) => this.#reject(reject));
  }

  /**
   * Takes some bytes; works on them once they are enough for a block.
   * @param bytes all that have come so far, as they came
   */
  async take(piece: Uint8Array, bytes: number): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes = bytes;
    this.#waiting += piece.length;
    if (this.#waiting < bytesPerBlock) return;
    await this.#takeBlock();
    if (this.#bytes - this.#told < bytesPerProgress) return;
    this.#told = this.#bytes;
    this.#options.onProgress?.({ rows: this.#rows, bytes: this.#bytes });
  }

  /** Checks the whole, then publishes it. */
  async finish(bytes: number, begin: number): Promise<Omit<LoadResult, 'table' | 'mode'>> {
    this.#bytes = bytes;
    const { expectedBytes, allowEmpty } = this.#options;
    if (expectedBytes !== undefined && this.#bytes !== expectedBytes) throw cutShort(this.#bytes, expectedBytes);
    await this.#takeBlock();
    await this.#write(this.#scanner.end());
    if (!this.#scanner.header || (this.#rows === 0 && !allowEmpty)) throw this.#empty();
    await this.#stage();
    await this.#checkChange();
    const taken = await this.#load.count();
    if (taken !== this.#rows) {
      throw new PipewrightError({
        code: 'unexpected-answer',
        message: `The database took ${taken} rows of ${this.#rows}.`,
        hint: 'The table is as it was. Run the step again.',
      });
    }
    const counted = { rows: this.#rows, bytes: this.#bytes, rejected: this.#rejected, seconds: Math.round(performance.now() - begin) / 1000 };
    const record = recordOf(this.#options, counted);
    const merged = await this.#load.publish(this.#columns, record);
    const upserted = merged ?? (this.#options.mode === 'upsert' ? { updated: 0, inserted: this.#rows } : {});
    return { ...counted, ...upserted, ...(record ? { loadId: record.loadId } : {}), rejects: this.#rejects, columns: this.#columns.map(publicColumn) };
  }

  /** Refuses a dataset that would change the number of rows by more than was said. */
  async #checkChange(): Promise<void> {
    const { maxChangePercent, mode, table } = this.#options;
    if (maxChangePercent === undefined || mode !== 'replace' || !this.#load.existing) return;
    const before = this.#before ?? 0;
    const percent = before === 0 ? 0 : (Math.abs(this.#rows - before) / before) * 100;
    if (percent <= maxChangePercent) return;
    throw new PipewrightError({
      code: 'rows-changed',
      message: `The dataset has ${this.#rows} rows and the table “${table}” ${before}: that is a change of ${percent.toFixed(1)} %, and at most ${maxChangePercent} % is allowed.`,
      hint: 'The table is as it was. Check that the dataset is whole; if it is, allow a greater change.',
    });
  }

  async #takeBlock(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#waiting = 0;
    await this.#write(this.#scanner.push(...pieces));
  }

  async #write(scanned: CsvBlock): Promise<void> {
    const names = this.#scanner.header;
    if (!names) return;
    const { nullMarkers = [] } = this.#options;
    const block = nullMarkers.length > 0 ? emptyMarkers(scanned, nullMarkers, csvFormatOf(this.#options).delimiter) : scanned;
    if (this.#columns.length === 0) this.#begin(names);
    if (block.rows === 0) return;
    if (this.#inference) {
      this.#inference.look(block);
      this.#columns = this.#inference.columns();
    }
    await this.#stage();
    await this.#load.write(block, this.#columns);
    this.#rows += block.rows;
  }

  async #stage(): Promise<void> {
    if (this.#staged) return;
    this.#staged = true;
    if (this.#options.maxChangePercent !== undefined && this.#load.existing) this.#before = await this.#load.countBefore();
    await this.#load.stage(this.#columns);
  }

  /** Checks the columns; the types are inferred only where the table does not say them. */
  #begin(names: readonly string[]): void {
    const { existing } = this.#load;
    checkColumns(names, existing, this.#options);
    if (existing) this.#columns = names.map((name) => ({ name, type: typeOf(existing, name), form: 0, lossy: false }));
    else {
      this.#inference = new TypeInference(names, this.#options.columns);
      this.#columns = this.#inference.columns();
    }
  }

  #reject(reject: Reject): void {
    this.#rejected += 1;
    if (this.#rejects.length < shownRejects) this.#rejects.push(reject);
    const most = this.#options.maxRejectedRows ?? 0;
    if (this.#rejected <= most) return;
    const first = this.#rejects[0] ?? reject;
    const rows = most === 1 ? 'More than one row does' : `More than ${most} rows do`;
    throw new PipewrightError({
      code: 'rejected-rows',
      message: `${most === 0 ? 'A row does' : rows} not fit: line ${first.line} ${first.reason}.`,
      hint: 'The table is as it was. Correct the file or check the delimiter; or allow some rejected rows.',
    });
  }

  #empty(): PipewrightError {
    return new PipewrightError({
      code: 'empty-dataset',
      message: this.#scanner.header ? 'The dataset has no rows.' : 'The dataset is empty.',
      hint: this.#scanner.header
        ? 'The table is as it was. If that is as it should be, allow an empty dataset.'
        : 'The table is as it was. A dataset needs at least a header.',
    });
  }
}

function typeOf(existing: NonNullable<TableLoad['existing']>, name: string): ColumnType {
  return existing.find((column) => column.name === name)?.type ?? 'text';
}

function cutShort(bytes: number, expected: number): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: `The dataset ended after ${bytes} bytes, though ${expected} were announced.`,
    hint: 'Run the step again; the table is as it was.',
    retryable: true,
  });
}
