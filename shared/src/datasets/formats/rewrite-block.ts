import { countLines } from '../bytes/utf8.ts';
import { valueKind, type CsvBlock } from './csv-block.ts';

const quote = 0x22;

/** A column of a rewritten block: the index of a column of the old block; or a constant value, escaped for use inside quotation marks, or null for NULL. */
export type RewrittenColumn = number | Uint8Array | null;

const noRows: ReadonlySet<number> = new Set();

/**
 * Copies a block with other columns. Copying takes time, so it is only done where columns or values change.
 * @param columns each column of the old block at most once
 * @param dropped rows to omit
 */
export function rewriteBlock(
  { buffer, rows, width, line, starts, ends, kinds, delimiter, lineEnd }: CsvBlock,
  columns: readonly RewrittenColumn[],
  dropped = noRows,
): CsvBlock {
  const separator = delimiter.charCodeAt(0);
  const constant = columns.reduce<number>((sum, column) => sum + (column instanceof Uint8Array ? column.length : 0), 0);
  const out = Buffer.allocUnsafe(buffer.length + rows * (constant + columns.length * 3 + lineEnd.length));
  const places = {
    starts: new Int32Array(rows * columns.length),
    ends: new Int32Array(rows * columns.length),
    kinds: new Uint8Array(rows * columns.length),
  };
  let at = 0;
  let index = 0;
  for (let row = 0; row < rows; row += 1) {
    if (dropped.has(row)) continue;
    for (const [number, column] of columns.entries()) {
      if (number > 0) out[at++] = separator;
      const old = typeof column === 'number' ? row * width + column : -1;
      const kind =
        typeof column === 'number' ? (kinds[old] as number) : column === null ? valueKind.bare : kindOf(column);
      if (kind & valueKind.quoted) out[at++] = quote;
      places.starts[index] = at;
      if (typeof column === 'number') at += buffer.copy(out, at, starts[old], ends[old]);
      else if (column !== null) {
        out.set(column, at);
        at += column.length;
      }
      places.ends[index] = at;
      places.kinds[index] = kind;
      if (kind & valueKind.quoted) out[at++] = quote;
      index += 1;
    }
    out.set(lineEnd, at);
    at += lineEnd.length;
  }
  const written = out.subarray(0, at);
  return {
    buffer: written,
    rows: rows - dropped.size,
    width: columns.length,
    line,
    ...places,
    delimiter,
    lineEnd,
    pieces: at > 0 ? [written] : [],
  };
}

function kindOf(value: Uint8Array): number {
  const beyond = value.some((byte) => byte > 0x7f) ? valueKind.beyondAscii : 0;
  return valueKind.quoted | beyond | (value.includes(quote) ? valueKind.doubledQuotes : 0);
}

/** Line number of each row of a block. */
export function linesOf({ buffer, rows, width, line, starts, lines }: CsvBlock): Int32Array {
  if (lines) return lines;
  const found = new Int32Array(rows);
  let counted = 0;
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    const end = starts[row * width] as number;
    counted += countLines(buffer, at, end);
    found[row] = line + counted;
    at = end;
  }
  return found;
}

/**
 * Replaces values in a block, to be written by `rewriteBlock`.
 * @param values new values by index: text without delimiters, quotes and line ends, or null for NULL
 */
export function withValues(block: CsvBlock, values: readonly { index: number; text: string | null }[]): CsvBlock {
  if (values.length === 0) return block;
  const { buffer, rows, width } = block;
  const starts = block.starts.slice(0, rows * width);
  const ends = block.ends.slice(0, rows * width);
  const kinds = block.kinds.slice(0, rows * width);
  const added = Buffer.from(values.map(({ text }) => text ?? '').join(''), 'latin1');
  let at = buffer.length;
  for (const { index, text } of values) {
    starts[index] = at;
    at += text?.length ?? 0;
    ends[index] = at;
    kinds[index] = text === '' ? valueKind.quoted : valueKind.bare;
  }
  return { ...block, buffer: Buffer.concat([buffer, added]), starts, ends, kinds };
}

/** All columns of a block, unchanged. */
export function everyColumn(width: number): RewrittenColumn[] {
  return Array.from({ length: width }, (_value, column) => column);
}

/** Escapes text for use inside quotation marks. */
export function insideQuotes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('"', '""'), 'utf8');
}
