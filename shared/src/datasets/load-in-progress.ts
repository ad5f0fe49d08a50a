import { randomUUID } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import { csvFormatOf } from './as-csv.ts';
import { checkColumns } from './check-columns.ts';
import { publicColumn, type ColumnType, type InferredColumn } from './column.ts';
import type { CsvBlock } from './csv-block.ts';
import { CsvScanner, type Reject } from './csv-scanner.ts';
import { TypeInference } from './infer-types.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { emptyMarkers } from './null-markers.ts';
import { insideQuotes, rewriteBlock, type RewrittenColumn } from './rewrite-block.ts';
import type { LoadRecord, TableLoad } from './target.ts';

const shownRejects = 20;

/** Rows that are kept at most. */
const keptRejects = 100_000;

const bytesPerBlock = 128 * 1024;
const bytesPerProgress = 32 * 1024 * 1024;

/** A load while its bytes come: what is known so far, what was left out, and what stops it. */
export class LoadInProgress {
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
  /** Under which the load is known, where somebody wants that, and the moment at which it began. */
  readonly #loadId: string | undefined;
  readonly #begun = new Date().toISOString();
  /** What becomes of the columns of the file; undefined when they stay as they are. */
  #rewritten: RewrittenColumn[] | undefined;
  /** Rows of the table before the load, where somebody wants to know. */
  #before: number | undefined;

  constructor(load: TableLoad, options: LoadOptions) {
    this.#load = load;
    this.#options = options;
    this.#loadId = options.loadKey ?? (options.record || options.loadColumns || options.keepRejects ? randomUUID() : undefined);
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
    const record = this.#record(counted);
    const merged = await this.#load.publish(this.#columns, record, this.#options.keepRejects ? this.#rejects : []);
    const upserted = merged ?? (this.#options.mode === 'upsert' ? { updated: 0, inserted: this.#rows } : {});
    return { ...counted, ...upserted, ...(record ? { loadId: record.loadId } : {}), rejects: this.#rejects.slice(0, shownRejects), columns: this.#columns.map(publicColumn) };
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

  /** What is kept of the load, where somebody wants that. */
  #record(counted: Pick<LoadRecord, 'rows' | 'rejected' | 'bytes' | 'seconds'>): LoadRecord | undefined {
    const { table, mode, source = '' } = this.#options;
    return this.#loadId === undefined ? undefined : { loadId: this.#loadId, table, mode, ...counted, source, loadedAt: this.#begun };
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
    if (this.#columns.length === 0) this.#begin(names);
    const { delimiter } = csvFormatOf(this.#options);
    const emptied = nullMarkers.length > 0 ? emptyMarkers(scanned, nullMarkers, delimiter) : scanned;
    const block = this.#rewritten ? rewriteBlock(emptied, this.#rewritten, delimiter) : emptied;
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
  #begin(header: readonly string[]): void {
    const { existing } = this.#load;
    const names = this.#choose(header);
    checkColumns(names, existing, this.#options);
    if (existing) this.#columns = names.map((name) => ({ name, type: typeOf(existing, name), form: 0, lossy: false }));
    else {
      this.#inference = new TypeInference(names, this.#options.columns);
      this.#columns = this.#inference.columns();
    }
  }

  /** The columns that are loaded: without those that are to be ignored, and with those that tell of the load. */
  #choose(header: readonly string[]): readonly string[] {
    const { existing } = this.#load;
    const { newColumns, loadColumns, source = '' } = this.#options;
    const ignores = newColumns === 'ignore' && existing !== undefined;
    const kept = header.flatMap((name, index) => (ignores && !existing.some((column) => column.name === name) ? [] : [{ name, column: index as RewrittenColumn }]));
    if (kept.length === 0) throw new PipewrightError({ code: 'columns-missing', message: `The table “${this.#options.table}” has none of the columns of the dataset.`, hint: 'Check that it is the right table, and the delimiter of the file.' });
    const told = loadColumns ? [['_load_id', this.#loadId ?? ''], ['_loaded_at', this.#begun], ['_source', source]] : [];
    const all = [...kept, ...told.map(([name = '', value = '']) => ({ name, column: insideQuotes(value) as RewrittenColumn }))];
    if (kept.length < header.length || told.length > 0) this.#rewritten = all.map(({ column }) => column);
    return all.map(({ name }) => name);
  }

  #reject(reject: Reject): void {
    this.#rejected += 1;
    if (this.#rejects.length < (this.#options.keepRejects ? keptRejects : shownRejects)) this.#rejects.push(reject);
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
