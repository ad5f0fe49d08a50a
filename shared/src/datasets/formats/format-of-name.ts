import type { DatasetFormat } from './decode-dataset.ts';

/**
 * The format implied by a file name: `.jsonl` and `.ndjson`, compressed or not, are JSON Lines. Without it, a single object
 * would be refused, and lines without objects would be parsed as CSV.
 */
export function formatOfName(name: string): Pick<DatasetFormat, 'format'> {
  return /\.(?:jsonl|ndjson)(?:\.(?:gz|zst|bz2))?$/i.test(name) ? { format: 'json-lines' } : {};
}
