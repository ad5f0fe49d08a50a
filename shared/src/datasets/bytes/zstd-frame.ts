import { damaged } from './decompress.ts';
import { maxBlock } from './zstd-block.ts';

/** The first four bytes of a frame (RFC 8878, section 3.1.1). */
export const frameMagic = 0xfd2fb528;

/** The first four bytes of a skippable frame, whose last four bits can be anything (section 3.1.2). */
const skippableMagic = 0x184d2a50;

/** Whether the first four bytes are those of a skippable frame. */
export const isSkippable = (magic: number): boolean => (magic & 0xffff_fff0) >>> 0 === skippableMagic;

/** What the header of a frame states (section 3.1.1.1). */
export interface FrameHeader {
  /** How far matches can reach back, in bytes. */
  window: number;
  /** Maximum bytes of a block, compressed or not. */
  maxBlock: number;
  /** Decompressed bytes, if stated. */
  size?: number;
  hasChecksum: boolean;
  hasDictionary: boolean;
}

const sizesOf = (descriptor: number) => ({
  window: (descriptor & 0x20) !== 0 ? 0 : 1,
  dictionary: [0, 1, 2, 4][descriptor & 3] ?? 0,
  content: [(descriptor & 0x20) !== 0 ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0,
});

/** Bytes of a header after its descriptor. */
export function headerSize(descriptor: number): number {
  const { window, dictionary, content } = sizesOf(descriptor);
  return window + dictionary + content;
}

/**
 * Reads the header of a frame.
 * @param rest the bytes after the descriptor, as many as `headerSize`
 * @throws PipewrightError `incomplete`
 */
export function readFrameHeader(descriptor: number, rest: Uint8Array): FrameHeader {
  if (descriptor & 0x08) throw damaged();
  const sizes = sizesOf(descriptor);
  const dictionary = rest.subarray(sizes.window, sizes.window + sizes.dictionary);
  const contentAt = sizes.window + sizes.dictionary;
  let stated = 0;
  for (let index = sizes.content - 1; index >= 0; index -= 1) stated = stated * 256 + (rest[contentAt + index] ?? 0);
  if (sizes.content === 2) stated += 256;
  const windowByte = rest[0] ?? 0;
  const base = 2 ** (10 + (windowByte >> 3));
  const window = sizes.window === 0 ? stated : base + (base / 8) * (windowByte & 7);
  return {
    window,
    maxBlock: Math.min(window, maxBlock),
    hasChecksum: (descriptor & 0x04) !== 0,
    hasDictionary: dictionary.some((byte) => byte !== 0),
    ...(sizes.content === 0 ? {} : { size: stated }),
  };
}

/** A block without its content (section 3.1.1.2). */
export interface BlockHeader {
  type: 'raw' | 'rle' | 'compressed';
  isLast: boolean;
  /** Bytes of its content in the file. */
  packedSize: number;
  /** Its size: decompressed, unless it is compressed. */
  size: number;
}

/** Bytes of the header of a block. */
export const blockHeaderSize = 3;

/** @throws PipewrightError `incomplete` */
export function readBlockHeader(header: number, most: number): BlockHeader {
  const type = (['raw', 'rle', 'compressed'] as const)[(header >> 1) & 3];
  const size = header >> 3;
  if (!type || size > most) throw damaged();
  return { type, isLast: (header & 1) === 1, packedSize: type === 'rle' ? 1 : size, size };
}
