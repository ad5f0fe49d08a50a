/** The first two bytes of a gzip file (RFC 1952, section 2.3.1); UTF-8 text cannot start with them. */
export const gzipMagic = [0x1f, 0x8b] as const;

/** Whether bytes start like a gzip file. */
export function isGzip(start: Uint8Array): boolean {
  return gzipMagic.every((byte, index) => start[index] === byte);
}
