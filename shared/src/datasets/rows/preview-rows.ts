import { publicColumn, type Column } from '../types/column.ts';
import { readValue } from '../formats/csv-block.ts';
import type { DatasetFormat } from '../formats/decode-dataset.ts';
import type { CsvFormat, Reject } from '../formats/csv-scanner.ts';
import { DatasetScanner } from '../formats/dataset-scanner.ts';
import { TypeInference } from '../types/infer-types.ts';

/** The beginning of a dataset. */
export interface Preview {
  /** The columns, with the types that the rows which were read show; later rows may show wider ones. */
  columns: Column[];
  /** The first rows; an empty value is null. */
  rows: (string | null)[][];
  /** Rows that do not fit. */
  rejects: Reject[];
}

/** What of a dataset to look at, and how it is written. */
export interface PreviewOptions extends CsvFormat, Pick<DatasetFormat, 'format' | 'skipRows'> {
  /** Rows to show. Default: 10. */
  rows?: number;
  /** Whether these are all bytes of the dataset, so that the last row may lack its line end. Default: false. */
  complete?: boolean;
}

/**
 * Header and first rows of a dataset, from its first bytes as `asCsv` gives them; a row that is cut is left out.
 * @throws PipewrightError what `DatasetScanner` throws
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
