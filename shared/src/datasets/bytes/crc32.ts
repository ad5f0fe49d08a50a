/** Lookup tables (ISO 3309) for four bytes at a time (slicing-by-4). */
const tables = [0, 1, 2, 3].map(() => new Uint32Array(256)) as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];

for (let byte = 0; byte < 256; byte += 1) {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  tables[0][byte] = sum;
}
for (const at of [1, 2, 3] as const) {
  const before = tables[(at - 1) as 0 | 1 | 2];
  tables[at].forEach((_sum, byte) => {
    const earlier = before[byte] as number;
    tables[at][byte] = (tables[0][earlier & 0xff] as number) ^ (earlier >>> 8);
  });
}

/**
 * Computes a CRC-32 incrementally: `crc32('123456789')` is `0xcbf43926`.
 * @param sum checksum of the preceding bytes; 0 at the start
 */
export function crc32(bytes: Uint8Array, sum = 0): number {
  const [one, two, three, four] = tables;
  let state = ~sum;
  let at = 0;
  for (const fours = bytes.length - 3; at < fours; at += 4) {
    state ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    state =
      (four[state & 0xff] as number) ^
      (three[(state >>> 8) & 0xff] as number) ^
      (two[(state >>> 16) & 0xff] as number) ^
      (one[state >>> 24] as number);
  }
  for (; at < bytes.length; at += 1) state = (one[(state ^ (bytes[at] as number)) & 0xff] as number) ^ (state >>> 8);
  return ~state >>> 0;
}
