import type { Bytes } from '../../host/bytes.ts';
import { encodeUtf8 } from './encode-utf8.ts';
import { numberText } from './number-text.ts';
import type { ExportColumn, ExportRow, ExportValue } from './row-source.ts';

/**
 * A value as JSON. Numbers keep every digit, and JSON objects and arrays are nested; a JSON scalar, such as `null`, stays text,
 * because it would become another value.
 */
function showJson(value: ExportValue, column: ExportColumn): string {
  if (value === null) return 'null';
  const number = numberText(value, column);
  if (number !== undefined) return number;
  const text = String(value);
  if (column.kind === 'boolean' && (text === 'true' || text === 'false')) return text;
  // Line breaks in JSON are only between its tokens.
  if (column.kind === 'json' && /^\s*[[{]/.test(text)) return text.trim().replace(/[\r\n]+/g, ' ');
  return JSON.stringify(text);
}

/** Writes rows as JSON Lines: one object per line, with NULL as null. */
export async function* writeJsonLines(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
): Bytes {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for await (const rows of batches) {
    let text = '';
    for (const row of rows)
      text += `{${columns.map((column, index) => `${names[index]}${showJson(row[index] ?? null, column)}`).join(',')}}\n`;
    if (text !== '') yield encodeUtf8(text);
  }
}
