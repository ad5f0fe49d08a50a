/** How a value stands in the file. */
export const valueKind = { bare: 0, quoted: 1, escaped: 2 } as const;

/** Complete rows of a CSV file, as places in a piece of it: nothing is copied until somebody asks for a value. */
export interface CsvBlock {
  buffer: Buffer;
  /** Rows in the block. */
  rows: number;
  /** Values in each row. */
  width: number;
  /** For each value, row after row: where it begins, where it ends (the quotes not included), and its kind. */
  starts: Int32Array;
  ends: Int32Array;
  kinds: Uint8Array;
  /** The same rows as CSV with one kind of line end: slices of the buffer. */
  pieces: Uint8Array[];
}

/** A value as text; null when it is empty and not quoted. */
export function readValue(block: CsvBlock, index: number): string | null {
  const start = block.starts[index] as number;
  const end = block.ends[index] as number;
  const kind = block.kinds[index];
  if (kind === valueKind.bare && start === end) return null;
  const text = block.buffer.toString('utf8', start, end);
  return kind === valueKind.escaped ? text.replaceAll('""', '"') : text;
}
