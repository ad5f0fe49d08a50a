import type { Bytes } from '../../host/bytes.ts';
import { encodeUtf8 } from './encode-utf8.ts';
import { numberText } from './number-text.ts';
import type { ExportColumn, ExportRow, ExportValue } from './row-source.ts';

/** How a CSV file is written. */
export interface CsvOutput {
  /** One character. */
  delimiter: string;
  header: boolean;
  /** Whether the file begins with a byte order mark, by which Excel recognizes UTF-8. */
  byteOrderMark: boolean;
  /** Whether an apostrophe is put before texts that spreadsheets could read as a formula. */
  protectFormulas: boolean;
}

/** First characters of texts that spreadsheets read as formulas. @see https://owasp.org/www-community/attacks/CSV_Injection */
const formulaStart = /^[=+\-@\t\r\n\0＝＋－＠]/;

const lineEnd = '\r\n';

/**
 * Writes rows as CSV (RFC 4180) in UTF-8: NULL is empty and the empty text is `""`, as Load Dataset reads them.
 * @param batches the rows, in batches of any size
 */
export async function* writeCsv(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
  { delimiter, header, byteOrderMark, protectFormulas }: CsvOutput,
): Bytes {
  const special = new RegExp(`["\\r\\n${delimiter === '\t' ? '\\t' : `\\${delimiter}`}]`);
  const quote = (text: string): string =>
    text === '' || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const protect = (text: string): string => (protectFormulas && formulaStart.test(text) ? `'${text}` : text);
  const show = (value: ExportValue, column: ExportColumn): string => {
    if (value === null) return '';
    return numberText(value, column) ?? quote(protect(String(value)));
  };
  let text = byteOrderMark ? '\uFEFF' : '';
  if (header) {
    const names = columns.map(({ name }) => quote(protect(name)));
    // A reader would take a first line such as sep=; as the delimiter.
    if (/^sep=/i.test(names[0] ?? '')) names[0] = `"${names[0]}"`;
    text += names.join(delimiter) + lineEnd;
  }
  if (text !== '') yield encodeUtf8(text);
  for await (const rows of batches) {
    text = '';
    for (const row of rows)
      text += columns.map((column, index) => show(row[index] ?? null, column)).join(delimiter) + lineEnd;
    if (text !== '') yield encodeUtf8(text);
  }
}
