import type { DatasetFormat } from '../../../shared/src/datasets/formats/decode-dataset.ts';
import { lineOf, readValue } from '../../../shared/src/datasets/formats/csv-block.ts';
import type { CsvFormat, Reject } from '../../../shared/src/datasets/formats/csv-scanner.ts';
import { DatasetReader } from '../../../shared/src/datasets/formats/dataset-reader.ts';

/** A dataset after reading. */
export interface ReadDataset {
  header: string[] | undefined;
  rows: (string | null)[][];
  /** Line number of the start of each row. */
  lines: number[];
  rejects: Reject[];
  /** The rows as databases receive them. */
  csv: string;
}

/** Splits bytes into pieces of one size. */
export async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads a whole dataset as loads do. */
export async function readDataset(
  bytes: Uint8Array | string,
  options: CsvFormat & DatasetFormat = {},
  size = 65_536,
): Promise<ReadDataset> {
  const found: ReadDataset = { header: undefined, rows: [], lines: [], rejects: [], csv: '' };
  const source = cut(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, size);
  const reader = new DatasetReader(source, options, (reject) => found.rejects.push(reject));
  for await (const block of reader.blocks()) {
    for (let row = 0; row < block.rows; row += 1) {
      found.rows.push(
        Array.from({ length: block.width }, (_value, column) => readValue(block, row * block.width + column)),
      );
      found.lines.push(lineOf(block, row));
    }
    found.csv += Buffer.concat(block.pieces).toString('utf8');
  }
  return { ...found, header: reader.header };
}
