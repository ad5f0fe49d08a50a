import type { Bytes } from '../../host/bytes.ts';
import type { ExcelOptions } from '../excel/excel-options.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { decodeText } from '../bytes/decode-text.ts';
import type { Encoding } from '../bytes/encodings.ts';
import { refuseBinary } from '../bytes/refuse-binary.ts';

/** The format of a dataset. */
export interface DatasetFormat extends ExcelOptions {
  /** TSV is CSV with a tab as delimiter. Default: CSV. */
  format?: 'csv' | 'json-lines';
  /** Default: `auto`. */
  encoding?: Encoding;
  /** Name of the file to read from a ZIP with several files. */
  fileInZip?: string;
  /** Lines to skip before the header, such as a title. Default: 0. */
  skipRows?: number;
  /** Called before each block of rows is returned; throws to stop, such as when the time is up. */
  checkpoint?(): void;
}

/** The CSV format of the rows that `DatasetReader` returns, whatever the format of the file. */
export function csvFormatOf({
  format,
  delimiter = ',',
  header = true,
}: DatasetFormat & CsvFormat): Required<CsvFormat> {
  return format === 'json-lines' ? { delimiter: ',', header: true } : { delimiter, header };
}

/**
 * Decodes a text to UTF-8, for `DatasetScanner`. UTF-8 passes through unchanged.
 * @param bytes the decompressed file
 * @throws PipewrightError `invalid-input` for a file that is not text, `invalid-file`
 */
export function decodeDataset(bytes: Bytes, { encoding = 'auto' }: Pick<DatasetFormat, 'encoding'>): Bytes {
  return decodeText(refuseBinary(bytes, encoding.startsWith('utf-16')), encoding);
}
