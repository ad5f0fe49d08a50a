import type { Bytes } from '../../host/bytes.ts';
import { publicColumn, type Column } from '../types/column.ts';
import { readValue } from '../formats/csv-block.ts';
import type { DetectedFormat } from '../formats/detected-format.ts';
import type { Reject } from '../formats/csv-scanner.ts';
import { ConvertedRows, type ReadOptions } from '../types/converted-rows.ts';
import { TypeInference } from '../types/infer-types.ts';

/** The start of a dataset. */
export interface Preview {
  /** The columns, with types based on the rows read; later rows may have wider types. */
  columns: Column[];
  /** The first rows; NULL is null. */
  rows: (string | null)[][];
  /** The first twenty rejected rows. */
  rejects: Reject[];
  /** Whether the whole dataset was read. */
  complete: boolean;
  /** What was detected in the file. */
  detected: DetectedFormat | undefined;
}

/** What to preview, and the format of the dataset. */
export interface PreviewOptions extends ReadOptions {
  /** Maximum number of rows. Default: 10. */
  rows?: number;
  /** Decompressed bytes after which to stop reading. Default: 1 MB. */
  maxBytes?: number;
}

const maxRejects = 20;

/**
 * Returns the columns and first rows of a dataset, from about its first megabyte. The source is closed after that.
 * @throws PipewrightError see `ConvertedRows`
 */
export async function previewRows(
  bytes: Bytes,
  { rows = 10, maxBytes = 1024 * 1024, ...format }: PreviewOptions = {},
): Promise<Preview> {
  const preview: Preview = { columns: [], rows: [], rejects: [], complete: true, detected: undefined };
  const reader = new ConvertedRows(bytes, format, (reject) => {
    if (preview.rejects.length < maxRejects) preview.rejects.push(reject);
  });
  let inference: TypeInference | undefined;
  for await (const block of reader.blocks()) {
    if (reader.header) {
      inference ??= new TypeInference(reader.header, {}, {}, true, reader.quotedIsText, reader.types);
      inference.add(block);
      for (let row = 0; row < block.rows && preview.rows.length < rows; row += 1) {
        const first = row * block.width;
        preview.rows.push(Array.from({ length: block.width }, (_value, column) => readValue(block, first + column)));
      }
    }
    preview.complete = reader.bytesRead < maxBytes;
    if (!preview.complete && reader.header) break;
  }
  preview.columns = inference?.columns().map(publicColumn) ?? [];
  preview.detected = reader.detected;
  return preview;
}
