import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { ExportColumn, ExportRow, OpenedRows } from './row-source.ts';
import { writeCsv, type CsvOutput } from './write-csv.ts';
import { writeExcel } from './write-excel.ts';
import { writeJsonLines } from './write-json-lines.ts';

/** The formats of an exported file, with file extension and media type. */
export const exportFormats = {
  csv: { extension: 'csv', mediaType: 'text/csv' },
  'json-lines': { extension: 'jsonl', mediaType: 'application/x-ndjson' },
  parquet: { extension: 'parquet', mediaType: 'application/vnd.apache.parquet' },
  excel: { extension: 'xlsx', mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
} as const;

/** How rows become a file. */
export interface ExportOptions extends CsvOutput {
  format: keyof typeof exportFormats;
  sheetName: string;
  /** Maximum number of rows. Default: all. */
  maxRows?: number;
}

/** The bytes of an export. Its counts are complete once all bytes have been read. */
export interface Export {
  bytes: Bytes;
  readonly rows: number;
  readonly size: number;
}

/** @throws PipewrightError `invalid-input` for no columns, a column without a name, or two with the same */
function refuseUnclearNames(columns: readonly ExportColumn[]): void {
  if (columns.length === 0)
    throw new PipewrightError({
      code: 'invalid-input',
      message: 'The rows have no columns.',
      hint: 'Nothing was exported. Select at least one column.',
    });
  const names = columns.map(({ name }) => name);
  const unnamed = names.indexOf('');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (unnamed < 0 && repeated === undefined) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: unnamed < 0 ? `Two columns have the name “${repeated}”.` : `Column ${unnamed + 1} has no name.`,
    hint: 'Nothing was exported. Give each column its own name in the query, such as SELECT a.id AS claim_id.',
  });
}

/** Loads the writer when it is needed, so that other steps start faster. */
async function* writeParquetLater(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): Bytes {
  const { writeParquet } = await import('./write-parquet.ts');
  yield* writeParquet(columns, batches);
}

/**
 * Converts rows to a file, as a stream. The rows are closed after the last byte, after an error, and when the reader stops.
 * @throws PipewrightError `invalid-input` for names or rows that the format cannot represent
 */
export function exportRows(source: OpenedRows, options: ExportOptions): Export {
  const { columns } = source;
  const { format, sheetName, maxRows = Infinity } = options;
  refuseUnclearNames(columns);
  let rows = 0;
  let size = 0;
  async function* batches(): AsyncGenerator<readonly ExportRow[]> {
    while (rows < maxRows) {
      const batch = await source.next();
      if (!batch) return;
      const kept = batch.length > maxRows - rows ? batch.slice(0, maxRows - rows) : batch;
      rows += kept.length;
      yield kept;
    }
  }
  const written =
    format === 'excel'
      ? writeExcel(columns, batches(), sheetName)
      : format === 'csv'
        ? writeCsv(columns, batches(), options)
        : format === 'parquet'
          ? writeParquetLater(columns, batches())
          : writeJsonLines(columns, batches());
  async function* counted(): Bytes {
    try {
      for await (const piece of written) {
        size += piece.length;
        yield piece;
      }
    } finally {
      await source.close();
    }
  }
  return {
    bytes: counted(),
    get rows() {
      return rows;
    },
    get size() {
      return size;
    },
  };
}
