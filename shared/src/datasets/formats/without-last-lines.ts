import type { Bytes } from '../../host/bytes.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Omits the last lines of a text in UTF-8, such as a total. Blank lines at the end are omitted too and do not count.
 * Only these lines are held back.
 */
export async function* withoutLastLines(bytes: Bytes, count: number): Bytes {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    held = Buffer.concat([held, piece]);
    const end = startOfLastLines(held, count);
    if (end === 0) continue;
    yield held.subarray(0, end);
    held = Buffer.from(held.subarray(end));
  }
}

/** Where the last lines start that may have to be omitted: `count` lines with content, of which the last one may be incomplete. */
function startOfLastLines(bytes: Buffer, count: number): number {
  let found = 0;
  let end = bytes.length;
  while (end > 0) {
    const start = bytes.lastIndexOf(lineFeed, end - 2) + 1;
    if (end < 2 || start >= end) return 0;
    if (!isBlank(bytes, start, end)) found += 1;
    if (found === count) return start;
    end = start;
  }
  return 0;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1)
    if (bytes[at] !== lineFeed && bytes[at] !== carriageReturn && bytes[at] !== 0x20) return false;
  return true;
}
