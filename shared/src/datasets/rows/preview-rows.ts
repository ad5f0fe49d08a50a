import { publicColumn, type Column } from '../types/column.ts';
import { readValue } from '../formats/csv-block.ts';
import type { DatasetFormat } from '../formats/decode-dataset.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { DatasetScanner } from '../formats/dataset-scanner.ts';
import { TypeInference } from '../types/infer-types.ts';

/** The start of a dataset. */
export interface Preview {
  /** The columns, with types based on the rows read; later rows may have wider types. */
  columns: Column[];
  /** The first rows; NULL is null. */
  rows: (string | null)[][];
  /** Rejected rows. */
  rejects: Reject[];
}

/** What to preview, and the format of the dataset. */
export interface PreviewOptions extends CsvFormat, Pick<DatasetFormat, 'format' | 'skipRows'> {
  /** Maximum number of rows. Default: 10. */
  rows?: number;
  /** Whether the bytes are the whole dataset, so that the last row needs no line end. Default: false. */
  complete?: boolean;
}

/**
 * Returns the columns and first rows of a dataset from its first bytes, decoded by `decodeDataset`. An incomplete row is
 * omitted.
 * @throws PipewrightError see `DatasetScanner`
 */
export function previewRows(
  bytes: Uint8Array,
  { rows = 10, complete = false, ...format }: PreviewOptions = {},
): Preview {
  const preview: Preview = { columns: [], rows: [], rejects: [] };
  const scanner = new DatasetScanner(format, (reject) => preview.rejects.push(reject));
  let inference: TypeInference | undefined;
  for (const scan of complete ? [() => scanner.end(bytes)] : [() => scanner.push(bytes), () => scanner.open()]) {
    const block = scan();
    if (!scanner.header) continue;
    inference ??= new TypeInference(scanner.header, {}, {}, true, scanner.quotedIsText);
    inference.add(block);
    for (let row = 0; row < block.rows && preview.rows.length < rows; row += 1) {
      const first = row * block.width;
      preview.rows.push(Array.from({ length: block.width }, (_value, column) => readValue(block, first + column)));
    }
  }
  preview.columns = inference?.columns().map(publicColumn) ?? [];
  return preview;
}
