import { randomUUID } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import { csvFormatOf } from '../formats/decode-dataset.ts';
import { publicColumn, type InferredColumn } from '../types/column.ts';
import type { CountedBytes } from '../bytes/counted-bytes.ts';
import { lineOf, readRow, type CsvBlock } from '../formats/csv-block.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { DatasetScanner } from '../formats/dataset-scanner.ts';
import type { TypeInference } from '../types/infer-types.ts';
import type { LoadOptions, LoadResult } from './load-options.ts';
import { emptyMarkers } from '../formats/null-markers.ts';
import { everyColumn, rewriteBlock, withValues, type RewrittenColumn } from '../formats/rewrite-block.ts';
import type { CheckedValues, ValueChecker } from '../types/value-checker.ts';
import { planColumns } from './plan-columns.ts';
import type { LoadRecord, LoadStatus, NameLimits, TableLoad } from './target.ts';

const shownRejects = 20;

/** Rows that are kept at most. */
const keptRejects = 100_000;

const longestTold = 1_000;
const noFindings: CheckedValues = { misfits: [], rewritings: [] };
const bytesPerBlock = 128 * 1024;
const bytesPerProgress = 32 * 1024 * 1024;

/** Whether a load is kept in `pipewright_loads`. */
export function isRecorded({
  loadKey,
  saveLoadRecord: record,
  addLoadMetadata: loadColumns,
  saveRejectedRows: keepRejects,
}: LoadOptions): boolean {
  return loadKey !== undefined || record === true || loadColumns === true || keepRejects === true;
}

/** A load while its bytes come: what is known so far, what was left out, and what stops it. */
export class LoadInProgress {
  readonly #load: TableLoad;
  readonly #options: LoadOptions;
  readonly #came: CountedBytes;
  readonly #names: NameLimits;
  readonly #key: string[];
  readonly #scanner: DatasetScanner;
  readonly #rejects: Reject[] = [];
  /** Rows of the block at work that have another number of values, until its other rejects are known too. */
  #ragged: Reject[] = [];
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #inference: TypeInference | undefined;
  #check: ValueChecker | undefined;
  #columns: InferredColumn[] = [];
  #staged = false;
  #rejected = 0;
  #rows = 0;
  #told = 0;
  /** Under which the load is known, where somebody wants that, and the moment at which it began. */
  readonly #loadId: string | undefined;
  readonly #begun = new Date().toISOString();
  readonly #start = performance.now();
  /** What becomes of the columns of the file; undefined when they stay as they are. */
  #rewritten: RewrittenColumn[] | undefined;
  /** Rows of the table before the load, where somebody wants to know. */
  #before: number | undefined;

  /**
   * @param came the bytes of the dataset as they came, before they were unpacked and decoded
   * @param names what the database asks of the names of columns
   * @param key the names of the key that the load works with, to be spelled as the columns are
   */
  constructor(load: TableLoad, options: LoadOptions, came: CountedBytes, names: NameLimits, key: string[]) {
    this.#load = load;
    this.#names = names;
    this.#key = key;
    this.#options = options;
    this.#came = came;
    this.#loadId = isRecorded(options) ? (options.loadKey ?? randomUUID()) : undefined;
    this.#scanner = new DatasetScanner(options, (reject) => this.#ragged.push(reject));
  }

  /** Takes some bytes, and works on them once they are enough for a block. A large piece is worked on in parts, so that memory does not depend on the source. */
  async take(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; at += bytesPerBlock) {
      const part = piece.length > bytesPerBlock ? piece.subarray(at, at + bytesPerBlock) : piece;
      this.#pieces.push(part);
      this.#waiting += part.length;
      if (this.#waiting >= bytesPerBlock) await this.#takeBlock();
    }
    const { count } = this.#came;
    if (count - this.#told < bytesPerProgress) return;
    this.#told = count;
    this.#options.onProgress?.({ rows: this.#rows, bytes: count, seconds: this.#seconds() });
  }

  /** Checks the whole, then publishes it. */
  async finish(): Promise<Omit<LoadResult, 'table' | 'mode'>> {
    const { expectedBytes, allowEmpty, saveRejectedRows: keepRejects, mode } = this.#options;
    const { count } = this.#came;
    if (expectedBytes !== undefined && count !== expectedBytes) throw cutShort(count, expectedBytes);
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
        hint: 'The table was not changed. Run the step again.',
      });
    }
    const record = this.record('done');
    const merged = await this.#load.publish(this.#columns, record, keepRejects ? this.#rejects : []);
    const upserted = merged ?? (mode === 'upsert' ? { updated: 0, inserted: this.#rows } : {});
    return {
      rows: this.#rows,
      bytes: count,
      rejected: this.#rejected,
      seconds: this.#seconds(),
      ...upserted,
      ...(record ? { loadId: record.loadId } : {}),
      rejects: this.#rejects.slice(0, shownRejects),
      columns: this.#columns.map(publicColumn),
    };
  }

  /** What is kept of the load, where somebody wants that. */
  record(status: LoadStatus): LoadRecord | undefined {
    const { table, mode, source = '', sourceEventId = '' } = this.#options;
    if (this.#loadId === undefined) return undefined;
    const rows = status === 'failed' ? 0 : this.#rows;
    const checksum = status === 'failed' ? '' : this.#came.checksum();
    return {
      loadId: this.#loadId,
      table,
      mode,
      status,
      rows,
      rejected: this.#rejected,
      bytes: this.#came.count,
      seconds: this.#seconds(),
      source,
      sourceEventId,
      checksum,
      loadedAt: this.#begun,
    };
  }

  #seconds(): number {
    return Math.round(performance.now() - this.#start) / 1000;
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
      hint: 'The table was not changed. Check that the dataset is whole; if it is, allow a greater change.',
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
    if (this.#columns.length === 0) this.#begin(names);
    const block = this.#fitting(this.#prepared(scanned), scanned);
    if (block.rows === 0) return;
    if (this.#inference) {
      this.#inference.look(block);
      this.#columns = this.#inference
        .columns()
        .map((column, place) => ({ ...column, keeps: this.#check?.keeps(place) ?? false }));
    }
    await this.#stage();
    await this.#load.write(block, this.#columns);
    this.#rows += block.rows;
  }

  /** The rows with nothing where something stands for it, and with the columns that are loaded. */
  #prepared(scanned: CsvBlock): CsvBlock {
    const { nullValues: nullMarkers = [] } = this.#options;
    const { delimiter } = csvFormatOf(this.#options);
    const emptied = nullMarkers.length > 0 ? emptyMarkers(scanned, nullMarkers, delimiter) : scanned;
    return this.#rewritten ? rewriteBlock(emptied, this.#rewritten, delimiter) : emptied;
  }

  /**
   * The rows whose values all fit; the others are rejected, with those that have another number of values, in their order.
   * @param scanned the same rows as they stand in the file
   */
  #fitting(block: CsvBlock, scanned: CsvBlock): CsvBlock {
    const { misfits, rewritings } = this.#check?.look(block) ?? noFindings;
    const rejects = misfits.map(({ row, column, value, reason }) => ({
      line: lineOf(scanned, row),
      reason,
      text: readRow(scanned, row).slice(0, longestTold),
      column,
      value,
    }));
    const inOrder = [...this.#ragged, ...rejects].sort((one, other) => one.line - other.line);
    this.#ragged = [];
    for (const reject of inOrder) this.#reject(reject);
    if (misfits.length === 0 && rewritings.length === 0) return block;
    return rewriteBlock(
      withValues(block, rewritings),
      everyColumn(block.width),
      csvFormatOf(this.#options).delimiter,
      new Set(misfits.map(({ row }) => row)),
    );
  }

  async #stage(): Promise<void> {
    if (this.#staged) return;
    this.#staged = true;
    if (this.#options.maxChangePercent !== undefined && this.#load.existing)
      this.#before = await this.#load.countExistingRows();
    await this.#load.stage(this.#columns);
  }

  /** Plans the columns, once the header is known. */
  #begin(header: readonly string[]): void {
    const { source = '', sourceEventId = '' } = this.#options;
    const { columns, rewritten, inference, check, key } = planColumns({
      header,
      quotedIsText: this.#scanner.quotedIsText,
      load: this.#load,
      options: this.#options,
      names: this.#names,
      loadValues: [this.#loadId ?? '', this.#begun, source, sourceEventId],
    });
    this.#columns = columns;
    this.#rewritten = rewritten;
    this.#inference = inference;
    this.#check = check;
    this.#key.splice(0, this.#key.length, ...key);
  }

  #reject(reject: Reject): void {
    this.#rejected += 1;
    if (this.#rejects.length < (this.#options.saveRejectedRows ? keptRejects : shownRejects))
      this.#rejects.push(reject);
    const most = this.#options.maxRejectedRows ?? 0;
    if (this.#rejected <= most) return;
    const first = this.#rejects[0] ?? reject;
    const rows = most === 1 ? 'More than one row does' : `More than ${most} rows do`;
    const value = first.value === undefined || first.value === null ? '' : ` (“${first.value.slice(0, 60)}”)`;
    throw new PipewrightError({
      code: first.column === undefined ? 'rejected-rows' : 'bad-input',
      message: `${most === 0 ? 'A row does' : rows} not fit: line ${first.line} ${first.reason}${value}.`,
      hint:
        first.column === undefined
          ? 'The table was not changed. Correct the file or check the delimiter; or allow some rejected rows.'
          : 'The table was not changed. Correct the value, choose another type for the column, or allow some rejected rows.',
    });
  }

  #empty(): PipewrightError {
    return new PipewrightError({
      code: 'empty-dataset',
      message: this.#scanner.header ? 'The dataset has no rows.' : 'The dataset is empty.',
      hint: this.#scanner.header
        ? 'The table was not changed. If that is as it should be, allow an empty dataset.'
        : 'The table was not changed. A dataset needs at least a header.',
    });
  }
}

function cutShort(bytes: number, expected: number): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: `The dataset ended after ${bytes} bytes, though ${expected} were announced.`,
    hint: 'Run the step again; the table was not changed.',
    retryable: true,
  });
}
