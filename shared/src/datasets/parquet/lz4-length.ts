/** The shortest match (LZ4 block format, “Match length”). */
const minMatch = 4;

/** Bytes of the sizes before a frame of Hadoop. */
const frameHeader = 8;

/**
 * Decompressed bytes of a raw LZ4 block, from its tokens.
 * @returns undefined for a block that ends within a token
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function lz4Length(block: Uint8Array): number | undefined {
  let length = 0;
  let at = 0;
  const extended = (base: number): number => {
    let size = base;
    if (base === 15)
      for (let byte = 255; byte === 255; at += 1) {
        byte = block[at] ?? 0;
        size += byte;
      }
    return size;
  };
  while (at < block.length) {
    const token = block[at] ?? 0;
    at += 1;
    const literals = extended(token >> 4);
    length += literals;
    at += literals;
    if (at >= block.length) return at === block.length ? length : undefined;
    at += 2;
    length += extended(token & 15) + minMatch;
  }
  return at === block.length ? length : undefined;
}

/**
 * Decompressed bytes of LZ4 in frames of Hadoop, each with its two sizes before it.
 * @returns undefined for bytes that are not such frames
 */
export function hadoopLz4Length(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let length = 0;
  let at = 0;
  while (at + frameHeader <= bytes.length) {
    const [unpacked, packed] = [view.getUint32(at), view.getUint32(at + 4)];
    at += frameHeader + packed;
    if (at > bytes.length || lz4Length(bytes.subarray(at - packed, at)) !== unpacked) return undefined;
    length += unpacked;
  }
  return at === bytes.length ? length : undefined;
}
