import { loadIntoTable } from '../../shared/src/datasets/load/load-into-table.ts';
import type { LoadOptions, LoadResult } from '../../shared/src/datasets/load/load-options.ts';
import { openTarget } from '../../shared/src/databases/open-target.ts';

/** Bytes in chunks of 64 KiB, as from a network. */
export async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Loads CSV through its own connection; into a new table unless the options say otherwise. */
export async function loadCsv(
  address: string,
  csv: string | AsyncIterable<Uint8Array>,
  options: Partial<LoadOptions> & { table: string },
): Promise<LoadResult> {
  const target = await openTarget(address);
  try {
    return await loadIntoTable(typeof csv === 'string' ? inPieces(csv) : csv, target, { mode: 'create', ...options });
  } finally {
    await target.close();
  }
}

/** A column that fills several blocks: `early` repeated, then `late` once, then `early` again. */
export function lateChange(early: readonly string[], late: readonly string[]): string[] {
  const filling = Array.from({ length: 30_000 }, (_, index) => early[index % early.length] as string);
  return [...filling, ...late, ...filling.slice(0, 10)];
}

/** CSV of a column and the row number. */
export function numbered(values: readonly string[]): string {
  return `row,value\n${values.map((value, index) => `${index},${value}`).join('\n')}\n`;
}

/**
 * Columns whose first values suggest one type and whose later values need another: the final type, and the value
 * that a database returns where it is not the text of the file.
 */
export const lateChanges: [name: string, early: string[], late: string[], type: string][] = [
  ['integers, then a decimal', ['1', '-20', ''], ['0.125'], 'decimal'],
  ['integers, then a decimal, then a text', ['1', '-20', ''], ['0.50', '""', 'n/a'], 'text'],
  ['integers, then a leading zero', ['1', '999999999999999', ''], ['007'], 'text'],
  ['integers, then a negative zero and a text', ['5', '0'], ['-0', 'x'], 'text'],
  ['decimals of two digits, then of three', ['1.50', '-2.00', ''], ['0.125'], 'decimal'],
  ['decimals of two digits, then a text', ['1.50', '-2.00', '', '0.10', '1234567890123.40'], ['=x', '1.5e3'], 'text'],
  ['decimals of several lengths, then a text', ['1.50', '-2', '0.125'], ['x'], 'text'],
  ['decimals with a negative zero, then a text', ['1.50', '-0.00'], ['x'], 'text'],
  ['decimals, then one of very many digits', ['1.50', '2.25'], ['12345678901234567890.12'], 'decimal'],
  ['booleans, then a text', ['true', 'false', ''], ['maybe', '1'], 'text'],
  ['booleans in capitals, then a text', ['TRUE', 'FALSE', ''], ['true', 'x'], 'text'],
  ['capitalized booleans, then a text', ['True', 'False'], ['x', '""'], 'text'],
  ['booleans of several kinds, then a text', ['True', 'false'], ['x'], 'text'],
  ['dates, then a text', ['2026-11-20', '0001-01-01', ''], ['soon'], 'text'],
  ['dates, then a timestamp', ['2026-11-20'], ['2026-11-20 10:00'], 'text'],
  ['timestamps, then a text', ['2026-11-20 10:00:00', ''], ['x'], 'text'],
  ['timestamps in minutes, then a text', ['2026-11-20T10:00'], ['x'], 'text'],
  ['timestamps with a fraction, then a text', ['2026-11-20 10:00:00.100'], ['x'], 'text'],
  ['timestamps of two kinds, then a text', ['2026-11-20 10:00:00', '2026-11-20T10:00'], ['x'], 'text'],
  ['timestamps in UTC, then a text', ['2026-11-20T10:00:00.120Z', '1999-01-01T00:00:00.000Z'], ['x'], 'text'],
  ['timestamps with a zone, then a text', ['2026-11-20T10:00:00+02:00', '2026-11-20T10:00:00Z'], ['x'], 'text'],
  ['nothing, then integers', ['', ''], ['1', '2'], 'integer'],
  ['nothing, then a text', [''], ['""', 'x'], 'text'],
  ['texts, then numbers', ['x', '007'], ['1', '2.50'], 'text'],
];
