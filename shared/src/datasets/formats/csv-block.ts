const lineFeed = 0x0a;

/** How a value is written in the file, as bit flags. */
export const valueKind = { bare: 0, quoted: 1, doubledQuotes: 2, beyondAscii: 4 } as const;

/**
 * Complete rows of a CSV file as offsets into a buffer: values are copied only when they are read. The next block of the
 * same scanner overwrites the offsets, but not the bytes.
 */
export interface CsvBlock {
  buffer: Buffer;
  /** Rows in the block. */
  rows: number;
  /** Values in each row. */
  width: number;
  /** Line number of the start of the buffer, from 1. */
  line: number;
  /** Line number of each row, where it cannot be found by counting line feeds, as in JSON. */
  lines?: Int32Array;
  /** Start, end (without quotes) and kind of each value, row by row. */
  starts: Int32Array;
  ends: Int32Array;
  kinds: Uint8Array;
  /** What separates the values in `pieces`: one byte, the same in all blocks of a dataset. */
  delimiter: string;
  /** The rows as CSV without header and with uniform line ends: slices of the buffer. */
  pieces: Uint8Array[];
  /** The line end of the first row of the file, used in all pieces. */
  lineEnd: Uint8Array;
}

/** Line number of a row, from 1; counted on demand because it is only needed for rejected rows. */
export function lineOf({ buffer, width, line, lines, starts }: CsvBlock, row: number): number {
  if (lines) return lines[row] as number;
  let found = line;
  const end = starts[row * width] as number;
  for (let at = buffer.indexOf(lineFeed); at >= 0 && at < end; at = buffer.indexOf(lineFeed, at + 1)) found += 1;
  return found;
}

/** A row as written in the file, without its line end. */
export function readRow({ buffer, width, starts, ends, kinds }: CsvBlock, row: number): string {
  const first = row * width;
  const last = first + width - 1;
  const quotes = (index: number): number => ((kinds[index] as number) & valueKind.quoted ? 1 : 0);
  return buffer.toString('utf8', (starts[first] as number) - quotes(first), (ends[last] as number) + quotes(last));
}

/** A value as text; null if it is empty and not quoted. */
export function readValue({ buffer, starts, ends, kinds }: CsvBlock, index: number): string | null {
  const start = starts[index] as number;
  const end = ends[index] as number;
  const kind = kinds[index] as number;
  if (start === end) return kind === valueKind.bare ? null : '';
  const text =
    kind & valueKind.beyondAscii ? buffer.toString('utf8', start, end) : buffer.toString('latin1', start, end);
  return kind & valueKind.doubledQuotes ? text.replaceAll('""', '"') : text;
}
