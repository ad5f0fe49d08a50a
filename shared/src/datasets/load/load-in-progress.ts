import { randomUUID } from 'node:crypto';
import { PipewrightError } from '../../host/error.ts';
import type { CountedBytes } from '../bytes/counted-bytes.ts';
import { verifyLength } from '../bytes/verify-length.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import { DatasetReader } from '../formats/dataset-reader.ts';
import { publicColumn } from '../types/column.ts';
import { withWritten } from '../types/converted-rows.ts';
import { BlockMapper } from './block-mapper.ts';
import type { LoadOptions, LoadResult } from './load-options.ts';
import { RejectLog } from './reject-log.ts';
import type { LoadRecord, LoadStatus } from './load-record.ts';
import type { NameLimits } from './target.ts';
import type { TableLoad } from './table-load.ts';

const bytesPerProgress = 32 * 1024 * 1024;

/** Whether a load is recorded in `pipewright_loads`. */
export function isRecorded({ loadKey, saveLoadRecord, addLoadMetadata, saveRejectedRows }: LoadOptions): boolean {
  return loadKey !== undefined || saveLoadRecord === true || addLoadMetadata === true || saveRejectedRows === true;
}

/** A load while its bytes arrive: reads, maps and writes the rows block by block, then publishes them. */
export class LoadInProgress {
  readonly #load: TableLoad;
  readonly #options: LoadOptions;
  readonly #source: CountedBytes;
  readonly #names: NameLimits;
  readonly #key: string[];
  readonly #reader: DatasetReader;
  readonly #mapper: BlockMapper;
  readonly #rejects: RejectLog;
  readonly #loadId: string | undefined;
  readonly #startedAt = new Date().toISOString();
  readonly #startMs = performance.now();
  #planned = false;
  #staged = false;
  #rows = 0;
  #reportedBytes = 0;
  /** Rows of the table before the load, where Max Row Count Change needs them. */
  #existingRows = 0;

  /**
   * @param source the bytes of the dataset as received, before decompression and decoding
   * @param names what the database requires of column names
   * @param key names of the key columns, replaced with the names of the loaded columns once they are known
   */
  constructor(load: TableLoad, options: LoadOptions, source: CountedBytes, names: NameLimits, key: string[]) {
    this.#load = load;
    this.#options = options;
    this.#source = source;
    this.#names = names;
    this.#key = key;
    this.#mapper = new BlockMapper(options);
    this.#loadId = isRecorded(options) ? (options.loadKey ?? randomUUID()) : undefined;
    this.#reader = new DatasetReader(verifyLength(source.bytes(), options.expectedBytes), options, (reject) =>
      this.#rejects.hold(reject),
    );
    this.#rejects = new RejectLog(
      options,
      this.#reader,
      options.onSchemaChange === 'evolve' ? load.cannotWiden : undefined,
    );
  }

  /** Reads and writes all rows, verifies the whole load, then publishes it. */
  async run(): Promise<Omit<LoadResult, 'table' | 'mode'>> {
    const { allowEmpty, mode } = this.#options;
    for await (const block of this.#reader.blocks()) {
      await this.#write(block);
      this.#reportProgress();
    }
    // Allow Empty Dataset is for files without rows, never for a file whose rows are all invalid.
    if (this.#rows === 0 && this.#rejects.count > 0) throw this.#rejects.allRejected();
    if (!this.#reader.header || (this.#rows === 0 && !allowEmpty)) throw this.#empty();
    await this.#stage();
    this.#checkRowCountChange();
    await this.#verifyWrittenRows();
    const record = this.record('done');
    const merged = await this.#load.publish(this.#mapper.columns, record, this.#rejects.saved);
    const counts = merged ?? (mode === 'upsert' ? { updated: 0, inserted: this.#rows } : {});
    return {
      rows: this.#rows,
      bytes: this.#source.count,
      rejected: this.#rejects.count,
      seconds: this.#seconds(),
      ...counts,
      ...(record ? { loadId: record.loadId } : {}),
      rejects: this.#rejects.sample,
      columns: this.#mapper.columns.map(publicColumn),
      detected: withWritten(this.#reader.detected, this.#mapper.formats),
    };
  }

  /** The record of the load for `pipewright_loads`; undefined when the load is not recorded. */
  record(status: LoadStatus): LoadRecord | undefined {
    const { table, mode, source = '', sourceEventId = '' } = this.#options;
    if (this.#loadId === undefined) return undefined;
    const failed = status === 'failed';
    return {
      loadId: this.#loadId,
      table,
      mode,
      status,
      rows: failed ? 0 : this.#rows,
      rejected: this.#rejects.count,
      bytes: this.#source.count,
      seconds: this.#seconds(),
      source,
      sourceEventId,
      checksum: failed ? '' : this.#source.checksum(),
      loadedAt: this.#startedAt,
    };
  }

  #reportProgress(): void {
    const { count: bytes } = this.#source;
    if (bytes - this.#reportedBytes < bytesPerProgress) return;
    this.#reportedBytes = bytes;
    this.#options.onProgress?.({ rows: this.#rows, bytes, seconds: this.#seconds() });
  }

  #seconds(): number {
    return Math.round(performance.now() - this.#startMs) / 1000;
  }

  async #write(scanned: CsvBlock): Promise<void> {
    const { header } = this.#reader;
    if (!header) return;
    if (!this.#planned) this.#plan(header);
    const { block, rejects } = this.#mapper.map(scanned);
    this.#rejects.add(rejects);
    if (block.rows === 0) return;
    this.#mapper.infer(block);
    await this.#stage();
    await this.#load.write(block, this.#mapper.columns);
    this.#rows += block.rows;
  }

  #plan(header: readonly string[]): void {
    const { source = '', sourceEventId = '' } = this.#options;
    this.#planned = true;
    const key = this.#mapper.begin({
      header,
      quotedIsText: this.#reader.quotedIsText,
      datesAreTimestamps: this.#reader.datesAreTimestamps,
      types: this.#reader.types,
      load: this.#load,
      names: this.#names,
      metadata: [this.#loadId ?? '', this.#startedAt, source, sourceEventId],
    });
    this.#key.splice(0, this.#key.length, ...key);
  }

  async #stage(): Promise<void> {
    if (this.#staged) return;
    this.#staged = true;
    if (this.#options.maxChangePercent !== undefined && this.#load.existing)
      this.#existingRows = await this.#load.countExistingRows();
    await this.#load.stage(this.#mapper.columns);
  }

  #checkRowCountChange(): void {
    const { maxChangePercent, mode, table } = this.#options;
    if (maxChangePercent === undefined || mode !== 'replace' || !this.#load.existing) return;
    const before = this.#existingRows;
    const percent = before === 0 ? 0 : (Math.abs(this.#rows - before) / before) * 100;
    if (percent <= maxChangePercent) return;
    throw new PipewrightError({
      code: 'rows-changed',
      message: `The row count of the table “${table}” would change by ${percent.toFixed(1)}%, from ${before} to ${this.#rows}; the maximum is ${maxChangePercent}%.`,
      hint: 'The table was not changed. Check that the dataset is complete. If it is, increase Max Row Count Change (%).',
    });
  }

  async #verifyWrittenRows(): Promise<void> {
    const written = await this.#load.count();
    if (written === this.#rows) return;
    throw new PipewrightError({
      code: 'unexpected-response',
      message: `The database received ${written} of ${this.#rows} rows.`,
      hint: 'The table was not changed. Run the step again.',
    });
  }

  #empty(): PipewrightError {
    return new PipewrightError({
      code: 'empty-dataset',
      message: this.#reader.header ? 'The dataset has no rows.' : 'The dataset is empty.',
      hint: this.#reader.header
        ? 'The table was not changed. If the dataset is meant to be empty, turn on Allow Empty Dataset.'
        : 'The table was not changed. A dataset needs at least a header.',
    });
  }
}
