import type { Bytes } from '../../host/bytes.ts';
import { PipewrightError } from '../../host/error.ts';
import type { ReadEncoding } from '../bytes/decode-text.ts';
import { shortName } from '../bytes/encodings.ts';
import { BlockBuffer } from './block-buffer.ts';
import type { CsvBlock } from './csv-block.ts';
import type { CsvFormat, Reject } from './csv-scanner.ts';
import { DatasetScanner } from './dataset-scanner.ts';
import { decodeDataset, type DatasetFormat } from './decode-dataset.ts';
import { delimiterNames } from './detect-delimiter.ts';
import type { DetectedFormat } from './detected-format.ts';
import type { RowSource } from './row-source.ts';
import { withoutLastLines } from './without-last-lines.ts';

/** How a JSON layout is described, to follow "The file is". */
const jsonNames = {
  'json-array': 'a JSON array',
  'json-lines': 'JSON Lines',
  'json-objects': 'a sequence of JSON objects',
  'json-path': 'JSON with an array of rows',
} as const;

/** The rows of a text: CSV, JSON Lines or a JSON array. */
export class TextRows implements RowSource {
  readonly unit = 'line';
  bytesRead = 0;
  readonly #bytes: Bytes;
  readonly #options: CsvFormat & DatasetFormat;
  readonly #scanner: DatasetScanner;
  #encoding: ReadEncoding = 'utf-8';

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

  get detected(): DetectedFormat | undefined {
    const { layout } = this.#scanner;
    if (!layout) return undefined;
    const encoding = shortName(this.#encoding);
    if (layout.kind !== 'csv') return { format: jsonNames[layout.kind], encoding };
    const { delimiter, header, firstLine, width } = layout;
    return {
      format: 'CSV',
      encoding,
      delimiter: width > 1 ? delimiterNames[delimiter] : 'None',
      headerLine: header ? firstLine : 0,
    };
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    const scanner = this.#scanner;
    const buffer = new BlockBuffer();
    const { skipLastRows = 0 } = this.#options;
    const text = decodeDataset(this.#bytes, this.#options, (encoding) => {
      this.#encoding = encoding;
    });
    for await (const piece of skipLastRows > 0 ? withoutLastLines(text, skipLastRows) : text) {
      this.bytesRead += piece.length;
      for (const pieces of buffer.add(piece)) yield this.#checked(scanner.push(...pieces));
    }
    yield this.#checked(scanner.push(...buffer.flush()));
    yield this.#checked(scanner.end());
  }

  /**
   * Refuses options that select a part of another format, which would otherwise be ignored, once it is certain that the file is
   * a table and not a document with a better refusal.
   */
  #checked(block: CsvBlock): CsvBlock {
    const { sheet, cellRange, jsonPath } = this.#options;
    if (!this.header) return block;
    const { layout } = this.#scanner;
    if (jsonPath !== undefined && layout && layout.kind !== 'json-path')
      throw new PipewrightError({
        code: 'invalid-input',
        message: `“Path to Rows” is set, but the file is ${layout.kind === 'csv' ? 'not JSON' : jsonNames[layout.kind]}.`,
        hint: 'Clear Path to Rows, or check that it is the right file.',
      });
    if (sheet === undefined && cellRange === undefined) return block;
    throw new PipewrightError({
      code: 'invalid-input',
      message: `“${sheet === undefined ? 'Cell Range or Table' : 'Sheet'}” is set, but the file is not an Excel workbook.`,
      hint: 'Clear Sheet and Cell Range or Table, or check that it is the right file.',
    });
  }
}
