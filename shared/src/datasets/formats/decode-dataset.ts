import type { Bytes } from '../../host/bytes.ts';
import type { ExcelOptions } from '../excel/excel-options.ts';
import type { JsonOptions } from '../json/json-options.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { decodeText, type ReadEncoding } from '../bytes/decode-text.ts';
import type { Encoding } from '../bytes/encodings.ts';
import { refuseBinary } from '../bytes/refuse-binary.ts';

/** The format of a dataset. */
export interface DatasetFormat extends ExcelOptions, JsonOptions {
  /** TSV is CSV with a tab as delimiter. Default: CSV. */
  format?: 'csv' | 'json-lines';
  /** Default: `auto`. */
  encoding?: Encoding;
  /** Name of the file to read from a ZIP with several files. */
  fileInZip?: string;
  /** Lines to skip before the header, such as a title. Default: detected. */
  skipRows?: number;
  /** Called before each block of rows is returned; throws to stop, such as when the time is up. */
  checkpoint?(): void;
  /** Lines to skip at the end, such as a total; blank lines do not count. Default: 0. */
  skipLastRows?: number;
}

/** The CSV format of the rows that `DatasetReader` returns, whatever the format of the file. */
export function csvFormatOf({
  format,
  delimiter = ',',
  header = true,
}: DatasetFormat & CsvFormat): Required<Pick<CsvFormat, 'delimiter' | 'header'>> {
  return format === 'json-lines' ? { delimiter: ',', header: true } : { delimiter, header };
}

/**
 * Decodes a text to UTF-8, for `DatasetScanner`. UTF-8 passes through unchanged.
 * @param bytes the decompressed file
 * @param onEncoding called with the encoding, once it is known
 * @throws PipewrightError `invalid-input` for a file that is not text, `invalid-file`
 */
export function decodeDataset(
  bytes: Bytes,
  { encoding = 'auto' }: Pick<DatasetFormat, 'encoding'>,
  onEncoding?: (encoding: ReadEncoding) => void,
): Bytes {
  return decodeText(refuseBinary(bytes, encoding.startsWith('utf-16')), encoding, onEncoding);
}
