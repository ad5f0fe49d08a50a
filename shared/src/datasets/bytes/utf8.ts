/**
 * Finds the first byte that is not valid UTF-8 as defined by the Unicode Standard: overlong forms, surrogates and code
 * points above U+10FFFF are invalid. Plain JavaScript, because n8n's package scanner refuses `node:buffer`; about 1 GB/s.
 * @returns its offset; -1 if all bytes from `start` to `end` are valid
 * @see https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506 (table 3-7)
 */
export function findInvalidUtf8(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at = asciiEnd(bytes, at + 1, end);
      continue;
    }
    if (lead < 0xe0) {
      if (lead < 0xc2 || at + 2 > end || ((bytes[at + 1] as number) & 0xc0) !== 0x80) return at;
      at += 2;
      continue;
    }
    const length = lead < 0xf0 ? 3 : 4;
    if (lead > 0xf4 || at + length > end) return at;
    const second = bytes[at + 1] as number;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    if (((bytes[at + 2] as number) & 0xc0) !== 0x80) return at;
    if (length > 3 && ((bytes[at + 3] as number) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}

/** The offset of the first byte that is not ASCII; four bytes at a time, because most files have only a few. */
function asciiEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (const last = end - 3; at < last; at += 4)
    if (
      ((bytes[at] as number) | (bytes[at + 1] as number) | (bytes[at + 2] as number) | (bytes[at + 3] as number)) >=
      0x80
    )
      break;
  while (at < end && (bytes[at] as number) < 0x80) at += 1;
  return at;
}

/** Counts the line feeds from `start` to `end`. */
export function countLines(bytes: Uint8Array, start: number, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a, start); at >= 0 && at < end; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}
