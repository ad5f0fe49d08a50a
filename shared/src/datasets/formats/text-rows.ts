import type { Bytes } from '../../host/bytes.ts';
import { BlockBuffer } from './block-buffer.ts';
import type { CsvBlock } from './csv-block.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import { DatasetScanner } from './dataset-scanner.ts';
import { decodeDataset, type DatasetFormat } from './decode-dataset.ts';
import type { RowSource } from './row-source.ts';

/** The rows of a text: CSV, JSON Lines or a JSON array. */
export class TextRows implements RowSource {
  readonly unit = 'line';
  bytesRead = 0;
  readonly #bytes: Bytes;
  readonly #options: CsvFormat & DatasetFormat;
  readonly #scanner: DatasetScanner;

  /** @param bytes the decompressed file */
  constructor(bytes: Bytes, options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#bytes = bytes;
    this.#options = options;
    this.#scanner = new DatasetScanner(options, onReject);
  }

  get header(): string[] | undefined {
    return this.#scanner.header;
  }

  get quotedIsText(): boolean {
    return this.#scanner.quotedIsText;
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    const scanner = this.#scanner;
    const buffer = new BlockBuffer();
    for await (const piece of decodeDataset(this.#bytes, this.#options)) {
      this.bytesRead += piece.length;
      for (const pieces of buffer.add(piece)) yield scanner.push(...pieces);
    }
    yield scanner.push(...buffer.flush());
    yield scanner.end();
  }
}
