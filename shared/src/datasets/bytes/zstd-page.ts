import { damaged } from './decompress.ts';
import { Xxh64 } from './xxh64.ts';
import { ZstdBlocks } from './zstd-block.ts';
import {
  blockHeaderSize,
  frameMagic,
  headerSize,
  isSkippable,
  readBlockHeader,
  readFrameHeader,
} from './zstd-frame.ts';

/** Reads bytes in order. @throws PipewrightError `incomplete` at the end */
class Cursor {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    if (taken.length < count) throw damaged();
    this.#at += count;
    return taken;
  }

  /** An unsigned number of up to 4 bytes. */
  number(size: number): number {
    return this.take(size).reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
  }
}

/**
 * Decompresses Zstandard that is in memory, into memory: what is decompressed is also the window, however large the frames say
 * that it is.
 * @returns the decompressed bytes
 * @throws PipewrightError `incomplete` for damaged data, and for more than `out` can hold
 */
export function unzstdInto(packed: Uint8Array, out: Uint8Array): number {
  const cursor = new Cursor(packed);
  const blocks = new ZstdBlocks();
  let at = 0;
  while (!cursor.isAtEnd) {
    const magic = cursor.number(4);
    if (isSkippable(magic)) {
      cursor.take(cursor.number(4));
      continue;
    }
    if (magic !== frameMagic) throw damaged();
    const descriptor = cursor.number(1);
    const { maxBlock, size, hasChecksum, hasDictionary } = readFrameHeader(
      descriptor,
      cursor.take(headerSize(descriptor)),
    );
    if (hasDictionary) throw damaged();
    const from = at;
    blocks.startFrame();
    for (let isLast = false; !isLast; ) {
      const block = readBlockHeader(cursor.number(blockHeaderSize), maxBlock);
      isLast = block.isLast;
      const content = cursor.take(block.packedSize);
      if (block.type === 'compressed') at = blocks.decode(content, out, at, from, at + maxBlock);
      else {
        if (at + block.size > out.length) throw damaged();
        if (block.type === 'raw') out.set(content, at);
        else out.fill(content[0] ?? 0, at, at + block.size);
        at += block.size;
      }
    }
    const decompressed = out.subarray(from, at);
    if (size !== undefined && decompressed.length !== size) throw damaged();
    if (hasChecksum) {
      const checksum = new Xxh64();
      checksum.update(decompressed);
      if (cursor.number(4) !== checksum.low32()) throw damaged();
    }
  }
  return at;
}
