import type { Bytes } from '../../host/bytes.ts';
import { lineOf, readRow, type CsvBlock } from '../formats/csv-block.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { DatasetReader } from '../formats/dataset-reader.ts';
import type { DatasetFormat } from '../formats/decode-dataset.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import { everyColumn, linesOf, rewriteBlock, withValues } from '../formats/rewrite-block.ts';
import type { RowSource } from '../formats/row-source.ts';
import { ColumnFormats, type ValueFormats } from './column-formats.ts';
import type { DeclaredType } from './declared-type.ts';

/** How a dataset is read: the format of the file and of its values. */
export type ReadOptions = CsvFormat & DatasetFormat & ValueFormats;

/** Characters of a rejected row to report. */
const maxRejectText = 1_000;

/** The rows of a dataset with numbers and dates in local formats converted, for operations that infer all types. */
export class ConvertedRows implements RowSource {
  readonly #reader: DatasetReader;
  readonly #options: ValueFormats;
  readonly #onReject: (reject: Reject) => void;
  #formats: ColumnFormats | undefined;

  /** @param onReject called for each row that is skipped because it cannot be read */
  constructor(bytes: Bytes, options: ReadOptions, onReject: (reject: Reject) => void) {
    this.#reader = new DatasetReader(bytes, options, onReject);
    this.#options = options;
    this.#onReject = onReject;
  }

  get header(): string[] | undefined {
    return this.#reader.header;
  }

  get quotedIsText(): boolean {
    return this.#reader.quotedIsText;
  }

  get types(): readonly (DeclaredType | undefined)[] | undefined {
    return this.#reader.types;
  }

  get unit(): 'line' | 'row' {
    return this.#reader.unit;
  }

  get bytesRead(): number {
    return this.#reader.bytesRead;
  }

  get detected(): DetectedFormat | undefined {
    return withWritten(this.#reader.detected, this.#formats);
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    for await (const block of this.#reader.blocks()) yield this.#convert(block);
  }

  #convert(block: CsvBlock): CsvBlock {
    const { header, quotedIsText } = this.#reader;
    if (!header) return block;
    const columns = header.map((name) => ({ name, type: undefined }));
    this.#formats ??= new ColumnFormats(columns, this.#options, quotedIsText);
    const { misfits, rewritings } = this.#formats.convert(block);
    if (misfits.length === 0 && rewritings.length === 0) return block;
    for (const { row, column, value, reason } of misfits)
      this.#onReject({
        line: lineOf(block, row),
        reason,
        text: readRow(block, row).slice(0, maxRejectText),
        column,
        value,
      });
    const converted = { ...withValues(block, rewritings), lines: linesOf(block) };
    if (misfits.length === 0) return converted;
    const dropped = new Set(misfits.map(({ row }) => row));
    return {
      ...rewriteBlock(converted, everyColumn(block.width), dropped),
      lines: converted.lines.filter((_line, row) => !dropped.has(row)),
    };
  }
}

/** Adds how the values of converted columns are written to what was detected. */
export function withWritten(
  detected: DetectedFormat | undefined,
  formats: ColumnFormats | undefined,
): DetectedFormat | undefined {
  const values = formats?.written ?? {};
  return detected && Object.keys(values).length > 0 ? { ...detected, values } : detected;
}
