const lineFeed = 0x0a;

/** How a value stands in the file; bits that add up. */
export const valueKind = { bare: 0, quoted: 1, doubledQuotes: 2, beyondAscii: 4 } as const;

/**
 * Complete rows of a CSV file, as places in a piece of it: nothing is copied until somebody asks for a value.
 * The places are overwritten by the next block of the same scanner; the bytes are not.
 */
export interface CsvBlock {
  buffer: Buffer;
  /** Rows in the block. */
  rows: number;
  /** Values in each row. */
  width: number;
  /** Line of the file on which the buffer begins, from 1. */
  line: number;
  /** Line of the file on which each row begins, where counting line feeds does not tell: rows of JSON. */
  lines?: Int32Array;
  /** For each value, row after row: where it begins, where it ends (the quotes not included), and its kind. */
  starts: Int32Array;
  ends: Int32Array;
  kinds: Uint8Array;
  /** The same rows as CSV without header, all with the same line end: slices of the buffer. */
  pieces: Uint8Array[];
  /** The line end of the pieces: that of the file's first row. */
  lineEnd: Uint8Array;
}

/** Line of the file on which a row of a block begins, from 1: found by counting, so that rows that fit cost nothing. */
export function lineOf({ buffer, width, line, lines, starts }: CsvBlock, row: number): number {
  if (lines) return lines[row] as number;
  let found = line;
  const end = starts[row * width] as number;
  for (let at = buffer.indexOf(lineFeed); at >= 0 && at < end; at = buffer.indexOf(lineFeed, at + 1)) found += 1;
  return found;
}

/** A row of a block as it stands in the file, without its line end. */
export function readRow({ buffer, width, starts, ends, kinds }: CsvBlock, row: number): string {
  const first = row * width;
  const last = first + width - 1;
  const quotes = (index: number): number => ((kinds[index] as number) & valueKind.quoted ? 1 : 0);
  return buffer.toString('utf8', (starts[first] as number) - quotes(first), (ends[last] as number) + quotes(last));
}

/** A value as text; null when it is empty and not quoted. */
export function readValue({ buffer, starts, ends, kinds }: CsvBlock, index: number): string | null {
  const start = starts[index] as number;
  const end = ends[index] as number;
  const kind = kinds[index] as number;
  if (start === end) return kind === valueKind.bare ? null : '';
  const text =
    kind & valueKind.beyondAscii ? buffer.toString('utf8', start, end) : buffer.toString('latin1', start, end);
  return kind & valueKind.doubledQuotes ? text.replaceAll('""', '"') : text;
}
