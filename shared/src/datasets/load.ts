import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';
import { CsvScanner, type CsvFormat, type Reject } from './csv-scanner.ts';
import type { CsvBlock } from './csv-block.ts';
import { TypeInference, type Column } from './infer-types.ts';
import type { LoadMode, TableLoad, TableTarget } from './target.ts';

/** How a dataset is to be loaded. */
export interface LoadOptions extends CsvFormat {
  table: string;
  /** PostgreSQL schema. */
  schema?: string;
  mode: LoadMode;
  /** Rows that may be left out because they do not fit; one more and nothing is loaded. Default: 0. */
  maxRejectedRows?: number;
  /** Whether a dataset without rows may be loaded. Default: false. */
  allowEmpty?: boolean;
  /** Length of the source in bytes, where it is known: fewer bytes are an error. */
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
  /** Rows left out, and the first of them. */
  rejected: number;
  rejects: Reject[];
  seconds: number;
  columns: Column[];
}

const shownRejects = 20;
const progressEvery = 32 * 1024 * 1024;

/**
 * Loads CSV bytes into a table: streamed into a staging table, checked and counted on the way, then published in one
 * transaction. A load that fails at any point leaves the table as it was.
 * @throws PipewrightError `bad-csv`, `rejected-rows`, `empty-dataset`, `cut-short`, `table-exists`, `columns-missing`, `cancelled`
 */
export async function loadDataset(source: Bytes, target: TableTarget, options: LoadOptions): Promise<LoadResult> {
  const begin = performance.now();
  const { table, mode, schema } = options;
  const load = await target.begin({ table, mode, ...(schema === undefined ? {} : { schema }) });
  try {
    const read = new Reading(load, options);
    for await (const piece of source) await read.take(piece);
    const { columns, rows, bytes, rejects, rejected } = await read.finish();
    await load.publish(columns);
    return { table, mode, rows, bytes, rejected, rejects, columns, seconds: Math.round(performance.now() - begin) / 1000 };
  } catch (error) {
    await load.abort();
    throw error;
  }
}

/** What is known while the bytes come. */
class Reading {
  readonly #load: TableLoad;
  readonly #options: LoadOptions;
  readonly #scanner: CsvScanner;
  readonly #rejects: Reject[] = [];
  #inference: TypeInference | undefined;
  #rejected = 0;
  #rows = 0;
  #bytes = 0;
  #told = 0;

  constructor(load: TableLoad, options: LoadOptions) {
    this.#load = load;
    this.#options = options;
    this.#scanner = new CsvScanner(options, (reject) => this.#reject(reject));
  }

  async take(piece: Uint8Array): Promise<void> {
    if (this.#options.signal?.aborted) throw new PipewrightError({ code: 'cancelled', message: 'The load was stopped; the table is as it was.' });
    this.#bytes += piece.length;
    await this.#write(this.#scanner.push(piece));
    if (this.#bytes - this.#told < progressEvery) return;
    this.#told = this.#bytes;
    this.#options.onProgress?.({ rows: this.#rows, bytes: this.#bytes });
  }

  async finish() {
    const { expectedBytes, allowEmpty, mode } = this.#options;
    if (expectedBytes !== undefined && this.#bytes !== expectedBytes) {
      throw new PipewrightError({ code: 'cut-short', message: `The dataset ended after ${this.#bytes} of ${expectedBytes} bytes.`, hint: 'Run the step again; the table is as it was.', retryable: true });
    }
    await this.#write(this.#scanner.end());
    const names = this.#scanner.header;
    if (!names || (this.#rows === 0 && !allowEmpty)) {
      throw new PipewrightError({ code: 'empty-dataset', message: names ? 'The dataset has no rows.' : 'The dataset is empty.', hint: `${mode === 'replace' ? 'The table is as it was. ' : ''}If that is as it should be, tick Allow an Empty Dataset.` });
    }
    const staged = await this.#load.count();
    if (staged !== this.#rows) throw new PipewrightError({ code: 'unexpected-answer', message: `The database took ${staged} rows of ${this.#rows}.`, hint: 'The table is as it was. Run the step again.' });
    const columns = (this.#inference ?? new TypeInference(names.length)).columns(names);
    return { columns, rows: this.#rows, bytes: this.#bytes, rejects: this.#rejects, rejected: this.#rejected };
  }

  async #write(block: CsvBlock): Promise<void> {
    const names = this.#scanner.header;
    if (!names) return;
    if (!this.#inference) {
      this.#inference = new TypeInference(names.length);
      checkColumns(names, this.#load.existing, this.#options);
      await this.#load.stage(names);
    }
    if (block.rows === 0) return;
    this.#inference.look(block);
    await this.#load.write(block);
    this.#rows += block.rows;
  }

  #reject(reject: Reject): void {
    this.#rejected += 1;
    if (this.#rejects.length < shownRejects) this.#rejects.push(reject);
    const most = this.#options.maxRejectedRows ?? 0;
    if (this.#rejected <= most) return;
    const first = this.#rejects[0] ?? reject;
    throw new PipewrightError({
      code: 'rejected-rows',
      message: `${most === 0 ? 'A row does not fit' : `More than ${most} rows do not fit`}: line ${first.line} ${first.reason}.`,
      hint: 'The table is as it was. Correct the file or check the delimiter; or allow some rejected rows.',
    });
  }
}

function checkColumns(names: readonly string[], existing: readonly string[] | undefined, { mode, table }: LoadOptions): void {
  if (!existing) return;
  if (mode === 'create') throw new PipewrightError({ code: 'table-exists', message: `The table “${table}” exists already.`, hint: 'Choose the mode Replace or Append, or another table.' });
  const unknown = names.filter((name) => !existing.includes(name));
  const absent = mode === 'replace' ? existing.filter((name) => !names.includes(name)) : [];
  if (unknown.length > 0) throw new PipewrightError({ code: 'columns-missing', message: `The table “${table}” has no column ${unknown.map((name) => `“${name}”`).join(', ')}.`, hint: 'Add the columns to the table, or load into another table.' });
  if (absent.length > 0) throw new PipewrightError({ code: 'columns-missing', message: `The dataset has no column ${absent.map((name) => `“${name}”`).join(', ')}, which the table “${table}” has.`, hint: 'Check that it is the right dataset; or load into another table.' });
}
