import type { Bytes } from '../../host/bytes.ts';
import { peekBytes } from '../bytes/peek-bytes.ts';
import { unpack } from '../bytes/unpack.ts';
import type { CsvBlock } from './csv-block.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import type { DatasetFormat } from './decode-dataset.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import type { DetectedFormat } from './detected-format.ts';
import type { RowSource } from './row-source.ts';
import { TextRows } from './text-rows.ts';
import { typedFormats } from './typed-formats.ts';

/** Bytes to inspect before the format is chosen. */
const sampleBytes = 4096;

/**
 * Reads the rows of a dataset of any format: decompresses it, recognizes the format by its first bytes, and returns its
 * rows. Every operation reads datasets with this class.
 */
export class DatasetReader implements RowSource {
  readonly #bytes: Bytes;
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  #rows: RowSource | undefined;

  /** @param onReject called for each row that is skipped because it cannot be read */
  constructor(bytes: Bytes, options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#bytes = bytes;
    this.#options = options;
    this.#onReject = onReject;
  }

  get header(): string[] | undefined {
    return this.#rows?.header;
  }

  get quotedIsText(): boolean {
    return this.#rows?.quotedIsText ?? false;
  }

  get datesAreTimestamps(): boolean {
    return this.#rows?.datesAreTimestamps ?? false;
  }

  get types(): readonly (DeclaredType | undefined)[] | undefined {
    return this.#rows?.types;
  }

  get unit(): 'line' | 'row' {
    return this.#rows?.unit ?? 'line';
  }

  get detected(): DetectedFormat | undefined {
    return this.#rows?.detected;
  }

  get bytesRead(): number {
    return this.#rows?.bytesRead ?? 0;
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    const { start, all } = await peekBytes(unpack(this.#bytes, this.#options.fileInZip), sampleBytes);
    const typed = typedFormats.find((format) => format.matches(start));
    this.#rows = typed
      ? await typed.open(all, this.#options, this.#onReject)
      : new TextRows(all, this.#options, this.#onReject);
    for await (const block of this.#rows.blocks()) {
      this.#options.checkpoint?.();
      yield block;
    }
  }
}
