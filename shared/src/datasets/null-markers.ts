import { valueKind, type CsvBlock } from './csv-block.ts';

const quote = Buffer.from('"');

/** The word by which a person says that an empty text is nothing, too. */
export const emptyText = '""';

/**
 * Makes values that stand for nothing, such as `N/A`, empty in a block, whether they are quoted or not.
 * @param markers what stands for nothing, letter by letter; `""` for an empty text
 * @param delimiter of the file
 * @returns the block itself where no value is such
 */
export function emptyMarkers(block: CsvBlock, markers: readonly string[], delimiter: string): CsvBlock {
  const wanted = markers.map((marker) => Buffer.from(marker === emptyText ? '' : marker.replaceAll('"', '""'), 'utf8'));
  const { buffer, rows, width, starts, ends, kinds, lineEnd } = block;
  let found = false;
  for (let index = 0; index < rows * width; index += 1) {
    const start = starts[index] as number;
    const end = ends[index] as number;
    if (start === end && kinds[index] === valueKind.bare) continue;
    if (!wanted.some((marker) => marker.length === end - start && marker.compare(buffer, start, end) === 0)) continue;
    found = true;
    ends[index] = start;
    kinds[index] = valueKind.bare;
  }
  if (!found) return block;
  const separator = Buffer.from(delimiter);
  const pieces: Uint8Array[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const index = row * width + column;
      const value = buffer.subarray(starts[index], ends[index]);
      if (column > 0) pieces.push(separator);
      if ((kinds[index] as number) & valueKind.quoted) pieces.push(quote, value, quote);
      else pieces.push(value);
    }
    pieces.push(lineEnd);
  }
  return { ...block, pieces: [Buffer.concat(pieces)] };
}
