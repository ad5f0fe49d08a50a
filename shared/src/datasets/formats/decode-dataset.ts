import type { Bytes } from '../../host/bytes.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { decodeText } from '../bytes/decode-text.ts';
import type { Encoding } from '../bytes/encodings.ts';
import { refuseBinary } from '../bytes/refuse-binary.ts';
import { unpack } from '../bytes/unpack.ts';

/** How the bytes of a dataset are written. */
export interface DatasetFormat {
  /** TSV is CSV with another delimiter. Default: CSV. */
  format?: 'csv' | 'json-lines';
  /** Default: `auto`. */
  encoding?: Encoding;
  /** Name of the file, where the bytes are a ZIP that holds several. */
  fileInZip?: string;
  /** Lines before the header that are not part of the table, such as a title. Default: 0. */
  skipRows?: number;
}

/** How the rows are written that a `DatasetScanner` gives: those of JSON Lines have commas. */
export function csvFormatOf({
  format,
  delimiter = ',',
  header = true,
}: DatasetFormat & CsvFormat): Required<CsvFormat> {
  return format === 'json-lines' ? { delimiter: ',', header: true } : { delimiter, header };
}

/**
 * The text of a dataset in UTF-8, to be given to a `DatasetScanner`: unpacked where the bytes are a ZIP or gzip, and decoded. UTF-8
 * passes untouched.
 * @throws PipewrightError `bad-input` for a file that is no text, `bad-csv`, `cut-short`, or what a ZIP raises; see `unpack`
 */
export function decodeDataset(bytes: Bytes, { encoding = 'auto', fileInZip }: DatasetFormat): Bytes {
  return decodeText(refuseBinary(unpack(bytes, fileInZip), encoding.startsWith('utf-16')), encoding);
}
