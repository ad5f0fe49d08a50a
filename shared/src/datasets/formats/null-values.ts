import { valueKind, type CsvBlock } from './csv-block.ts';
import { everyColumn, rewriteBlock } from './rewrite-block.ts';

/** How the empty string is written in a list of NULL values. */
const emptyString = '""';

/**
 * Replaces values such as `N/A` with NULL, quoted or not.
 * @param nullValues exact, case-sensitive values; `""` for the empty string
 * @returns the same block when it has none of the values
 */
export function applyNullValues(block: CsvBlock, nullValues: readonly string[]): CsvBlock {
  const wanted = nullValues.map((value) =>
    Buffer.from(value === emptyString ? '' : value.replaceAll('"', '""'), 'utf8'),
  );
  const { buffer, rows, width, starts, ends, kinds } = block;
  let found = false;
  for (let index = 0; index < rows * width; index += 1) {
    const start = starts[index] as number;
    const end = ends[index] as number;
    if (start === end && kinds[index] === valueKind.bare) continue;
    if (!wanted.some((value) => value.length === end - start && value.compare(buffer, start, end) === 0)) continue;
    found = true;
    ends[index] = start;
    kinds[index] = valueKind.bare;
  }
  return found ? rewriteBlock(block, everyColumn(width)) : block;
}
