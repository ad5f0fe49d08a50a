import { PipewrightError } from '../../host/error.ts';
import { pipelinesPage } from '../../host/pipelines-page.ts';
import type { Bytes } from '../../host/bytes.ts';
import { readWhole } from '../bytes/read-whole.ts';
import { nameColumns } from '../formats/column-names.ts';
import type { CsvBlock } from '../formats/csv-block.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { csvFormatOf, type DatasetFormat } from '../formats/decode-dataset.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import type { RowSource } from '../formats/row-source.ts';
import { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import type { DeclaredType } from '../types/declared-type.ts';
import { badParquet } from './bad-parquet.ts';
import { LeafCursor, PageMemory } from './leaf-cursor.ts';
import { openParquet, type ParquetFile } from './open-parquet.ts';

/** Reads the file into one piece. In a function of its own, so that nothing refers to the pieces while the rows are read. */
async function readJoined(bytes: Bytes, hint: string): Promise<Buffer> {
  const held = await readWhole(bytes, 'The Parquet file', hint);
  return held.slice(0, held.length);
}

/** Size of a block. */
const bytesPerBlock = 128 * 1024;

/** Characters of a rejected row to report. */
const maxRejectText = 1_000;

/** Options for other formats, which would otherwise be ignored, with their labels. */
const otherOptions = [
  ['sheet', 'Sheet'],
  ['cellRange', 'Cell Range or Table'],
  ['jsonPath', 'Path to Rows'],
  ['skipRows', 'Skip Rows'],
  ['skipLastRows', 'Skip Last Rows'],
  ['comment', 'Comment Prefix'],
] as const;

/**
 * The rows of a Parquet file. Its structure is at its end, so the file is held in memory; its pages are decompressed one
 * after the other, in all columns in step.
 * @see https://parquet.apache.org/docs/file-format/
 */
export class ParquetRows implements RowSource {
  readonly unit = 'row';
  readonly quotedIsText = true;
  bytesRead = 0;
  readonly #bytes: Bytes;
  readonly #options: CsvFormat & DatasetFormat;
  readonly #onReject: (reject: Reject) => void;
  #header: string[] | undefined;
  #types: (DeclaredType | undefined)[] | undefined;

  constructor(bytes: Bytes, options: CsvFormat & DatasetFormat, onReject: (reject: Reject) => void) {
    this.#bytes = bytes;
    this.#options = options;
    this.#onReject = onReject;
  }

  get header(): string[] | undefined {
    return this.#header;
  }

  get types(): readonly (DeclaredType | undefined)[] | undefined {
    return this.#types;
  }

  get detected(): DetectedFormat | undefined {
    return this.#header && { format: 'Parquet' };
  }

  async *blocks(): AsyncGenerator<CsvBlock> {
    refuseOtherOptions(this.#options);
    const hint = `Write the table to several smaller files, export it as CSV and use that file, or load it with a Databricks job: ${pipelinesPage}`;
    const file = await readJoined(this.#bytes, hint);
    const structure = openParquet(file, this.#options.flatten ?? false);
    const { columns } = structure;
    if (columns.length === 0) return;
    this.#header = nameColumns(columns.map(({ name }) => name));
    this.#types = columns.map(({ declared }) => declared);
    const blocks = this.#read(file, structure);
    for (;;) {
      const { done, value } = nextOf(blocks);
      if (done) return;
      this.bytesRead += value.buffer.length;
      yield value;
    }
  }

  /** Returns the rows in blocks, of which the last one can be empty. */
  *#read(file: Buffer, { columns, rowGroups }: ParquetFile): Generator<CsvBlock, undefined> {
    const builder = new TypedBlockBuilder(csvFormatOf(this.#options).delimiter);
    const isRejected = this.#options.invalidCells !== 'null';
    let row = 0;
    builder.begin(bytesPerBlock);
    for (const group of rowGroups) {
      const memory = new PageMemory();
      let first = 0;
      const groups = columns.map(({ leaves }) => {
        const chunks = group.columns.slice(first, (first += leaves.length));
        return leaves.map((leaf, index) => {
          const meta = chunks[index]?.meta_data;
          if (!meta || meta.type !== leaf.element.type || meta.path_in_schema.at(-1) !== leaf.element.name)
            throw badParquet('a column is missing');
          return new LeafCursor(file, leaf, meta, memory);
        });
      });
      const writers = columns.map(({ writerOf }, index) => writerOf(groups[index] ?? []));
      for (const end = row + Number(group.num_rows); row < end; ) {
        row += 1;
        let reason: string | undefined;
        for (let index = 0; index < writers.length; index += 1) {
          const fault = writers[index]?.(builder);
          if (fault !== undefined) reason ??= `has a value in the column “${this.#header?.[index]}” that ${fault}`;
        }
        if (reason === undefined || !isRejected) builder.endRow(row);
        else {
          this.#onReject({ line: row, reason, text: builder.rowText.slice(0, maxRejectText) });
          builder.cancelRow();
        }
        if (builder.size < bytesPerBlock) continue;
        yield builder.build(columns.length);
        builder.reuse(1);
        builder.begin(bytesPerBlock);
      }
      for (const cursor of groups.flat()) cursor.close();
    }
    yield builder.build(columns.length);
  }
}

/** The next block; whatever goes wrong in damaged data becomes an error of the file. */
function nextOf<T>(blocks: Generator<T, undefined>): IteratorResult<T, undefined> {
  try {
    return blocks.next();
  } catch (error) {
    throw error instanceof PipewrightError ? error : badParquet('its data is damaged', error);
  }
}

/** @throws PipewrightError `invalid-input` */
function refuseOtherOptions(options: CsvFormat & DatasetFormat): void {
  const [, label] = otherOptions.find(([name]) => options[name] !== undefined && options[name] !== 0) ?? [];
  if (label === undefined) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${label}” is set, but the file is a Parquet file.`,
    hint: 'Clear it, or check that it is the right file.',
  });
}
