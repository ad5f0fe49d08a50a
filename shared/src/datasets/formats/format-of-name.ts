import type { DatasetFormat } from './decode-dataset.ts';

/**
 * The format of a file by its name: one that ends in `.jsonl` or `.ndjson`, packed or not, is no CSV file. Otherwise a single object would
 * be refused, and lines without objects would be read as CSV.
 */
export function formatOfName(name: string): Pick<DatasetFormat, 'format'> {
  return /\.(?:jsonl|ndjson)(?:\.gz)?$/i.test(name) ? { format: 'json-lines' } : {};
}
