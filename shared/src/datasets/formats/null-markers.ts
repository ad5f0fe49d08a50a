import { valueKind, type CsvBlock } from './csv-block.ts';
import { everyColumn, rewriteBlock } from './rewrite-block.ts';

/** The word by which a person says that an empty text is nothing, too. */
export const emptyString = '""';

/**
 * Makes values that stand for nothing, such as `N/A`, empty in a block, whether they are quoted or not.
 * @param markers what stands for nothing, letter by letter; `""` for an empty text
 * @param delimiter of the file
 * @returns the block itself where no value is such
 */
export function applyNullValues(block: CsvBlock, markers: readonly string[], delimiter: string): CsvBlock {
  const wanted = markers.map((marker) =>
    Buffer.from(marker === emptyString ? '' : marker.replaceAll('"', '""'), 'utf8'),
  );
  const { buffer, rows, width, starts, ends, kinds } = block;
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
  return found ? rewriteBlock(block, everyColumn(width), delimiter) : block;
}
