import type { Bytes } from '../../host/bytes.ts';
import { PipewrightError } from '../../host/error.ts';
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
      for (const pieces of buffer.add(piece)) yield this.#checked(scanner.push(...pieces));
    }
    yield this.#checked(scanner.push(...buffer.flush()));
    yield this.#checked(scanner.end());
  }

  /**
   * Refuses options that select a part of a workbook, which would otherwise be ignored, once it is certain that the file is
   * a table and not a document with a better refusal.
   */
  #checked(block: CsvBlock): CsvBlock {
    const { sheet, cellRange } = this.#options;
    if ((sheet === undefined && cellRange === undefined) || !this.header) return block;
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${sheet === undefined ? 'Cell Range or Table' : 'Sheet'}” is set, but the file is not an Excel workbook.`,
      hint: 'Clear Sheet and Cell Range or Table, or check that it is the right file.',
    });
  }
}
