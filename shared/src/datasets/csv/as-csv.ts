import type { Bytes } from '../../host/host.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { decodeText, type Encoding } from '../bytes/decode-text.ts';
import { gunzipIfNeeded } from '../bytes/gunzip.ts';
import { jsonLinesToCsv } from './json-lines.ts';
import { unzipIfNeeded } from '../bytes/unzip.ts';

/** How the bytes of a dataset are written. */
export interface DatasetFormat {
  /** Default: CSV, which TSV is with another delimiter. */
  format?: 'csv' | 'json-lines';
  /** Default: `auto`. */
  encoding?: Encoding;
  /** Name of the file, where the bytes are a ZIP that holds several. */
  fileInZip?: string;
}

/** How the CSV is written that `asCsv` gives: JSON Lines become a file with commas and a header. */
export function csvFormatOf({ format, delimiter = ',', header = true }: DatasetFormat & CsvFormat): Required<CsvFormat> {
  return format === 'json-lines' ? { delimiter: ',', header: true } : { delimiter, header };
}

/**
 * The bytes of a dataset as CSV in UTF-8: unpacked where they are a ZIP or gzip packed them, decoded, and made CSV of what is JSON. CSV in UTF-8
 * passes untouched.
 * @throws PipewrightError `bad-csv`, `cut-short`, or what a ZIP raises; see `unzipIfNeeded`
 */
export function asCsv(bytes: Bytes, { format = 'csv', encoding = 'auto', fileInZip }: DatasetFormat): Bytes {
  const text = decodeText(gunzipIfNeeded(unzipIfNeeded(bytes, fileInZip)), encoding);
  return format === 'json-lines' ? jsonLinesToCsv(text) : text;
}
