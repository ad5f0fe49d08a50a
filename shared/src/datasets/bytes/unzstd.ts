import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { damaged, denseBombBytes, refuseBomb } from './decompress.ts';
import { Xxh64 } from './xxh64.ts';
import { maxBlock, ZstdBlocks } from './zstd-block.ts';
import {
  blockHeaderSize,
  frameMagic,
  headerSize,
  isSkippable,
  readBlockHeader,
  readFrameHeader,
  type FrameHeader,
} from './zstd-frame.ts';

/** Maximum window, in bytes: it is held in memory. `zstd` exceeds it only with `--ultra` from level 21 on and with `--long`. */
const maxWindow = 32 * 1024 * 1024;

/** Decompressed bytes to collect before they are passed on, unless the frame ends. */
const pieceSize = 64 * 1024;

/** Whether bytes start like a Zstandard file; UTF-8 text cannot start with them, nor with those of a skippable frame. */
export function isZstd(start: Uint8Array): boolean {
  if (start.length < 4) return false;
  const magic = new DataView(start.buffer, start.byteOffset, 4).getUint32(0, true);
  return magic === frameMagic || isSkippable(magic);
}

/**
 * Decompresses Zstandard as a stream, including files with several frames and skippable frames. Verifies the checksum and
 * the size of each frame, where its header states them: `zstd` writes both, some libraries neither.
 * @see https://www.rfc-editor.org/rfc/rfc8878
 * @throws PipewrightError `incomplete` for damaged or truncated data, or data after the end; `invalid-input` for a frame that
 * needs a dictionary or too large a window, and for a decompression bomb
 */
export async function* unzstd(packed: Bytes): Bytes {
  let compressed = 0;
  let decompressed = 0;
  async function* counted(): Bytes {
    for await (const piece of packed) {
      compressed += piece.length;
      yield piece;
    }
  }
  const reader = new ByteReader(counted());
  const window = new Window();
  try {
    while (reader.buffered.length > 0 || (await reader.readMore())) {
      const magic = (await take(reader, 4)).readUInt32LE(0);
      if (isSkippable(magic)) await skip(reader, (await take(reader, 4)).readUInt32LE(0));
      else if (magic !== frameMagic) throw damaged();
      else
        for await (const piece of frame(reader, window)) {
          decompressed += piece.length;
          refuseBomb(decompressed, compressed, denseBombBytes);
          yield piece;
        }
    }
  } finally {
    await reader.close();
  }
}

/** @throws PipewrightError `incomplete` if fewer bytes are left */
async function take(reader: ByteReader, count: number): Promise<Buffer> {
  const bytes = await reader.take(count);
  if (!bytes) throw damaged();
  return bytes;
}

async function skip(reader: ByteReader, count: number): Promise<void> {
  for (let left = count; left > 0; left -= Math.min(left, maxBlock)) await take(reader, Math.min(left, maxBlock));
}

/** What was decompressed last. Its memory is used for all frames, so that many small ones cost little. */
class Window {
  readonly #blocks = new ZstdBlocks();
  #bytes = new Uint8Array(0);
  #size = 0;
  #maxBlock = 0;
  /** End of what was passed on, and of what was decompressed. */
  #passed = 0;
  #end = 0;

  startFrame({ window, maxBlock: most }: FrameHeader): void {
    this.#size = window;
    this.#maxBlock = most;
    this.#passed = this.#end = 0;
    this.#blocks.startFrame();
  }

  /** Bytes to pass on. */
  get waiting(): number {
    return this.#end - this.#passed;
  }

  /** A copy of the bytes to pass on. */
  pass(): Uint8Array {
    const piece = this.#bytes.slice(this.#passed, this.#end);
    this.#passed = this.#end;
    return piece;
  }

  /**
   * Appends a block.
   * @throws PipewrightError `incomplete`
   */
  append(type: 'raw' | 'rle' | 'compressed', content: Uint8Array, size: number): void {
    this.#makeRoom(type === 'compressed' ? this.#maxBlock : size);
    const at = this.#end;
    const from = Math.max(0, at - this.#size);
    if (type === 'compressed') this.#end = this.#blocks.decode(content, this.#bytes, at, from, at + this.#maxBlock);
    else {
      if (type === 'raw') this.#bytes.set(content, at);
      else this.#bytes.fill(content[0] ?? 0, at, at + size);
      this.#end += size;
    }
  }

  /**
   * Makes room for some bytes. The memory is doubled until it holds the window and half of it again, and is then moved only once
   * it is full, so that the cost of moving depends on the number of bytes, not of blocks.
   */
  #makeRoom(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const needed = this.#size + Math.max(this.#size >> 1, pieceSize) + maxBlock;
    if (this.#bytes.length < needed) {
      const grown = new Uint8Array(Math.min(needed, Math.max(2 * this.#bytes.length, this.#end + count, pieceSize)));
      grown.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = grown;
      if (this.#end + count <= grown.length) return;
    }
    const first = Math.min(this.#passed, this.#end - this.#size);
    this.#bytes.copyWithin(0, first, this.#end);
    this.#passed -= first;
    this.#end -= first;
  }
}

/** Decompresses one frame, of which the magic number has been read. */
async function* frame(reader: ByteReader, window: Window): Bytes {
  const descriptor = (await take(reader, 1)).readUInt8(0);
  const header = readFrameHeader(descriptor, await take(reader, headerSize(descriptor)));
  if (header.hasDictionary)
    throw refused('was compressed with a dictionary', 'Compress it with zstd without a dictionary (-D).');
  if (header.window > maxWindow)
    throw refused(
      `needs a window of ${Math.ceil(header.window / 1024 / 1024)} MB to decompress; at most 32 MB are supported`,
      'Compress it with zstd up to level 20 and without --long.',
    );
  const { size } = header;
  const checksum = header.hasChecksum ? new Xxh64() : undefined;
  window.startFrame(header);
  let given = 0;
  for (let isLast = false; !isLast; ) {
    const block = readBlockHeader((await take(reader, blockHeaderSize)).readUIntLE(0, 3), header.maxBlock);
    isLast = block.isLast;
    window.append(block.type, await take(reader, block.packedSize), block.size);
    if (size !== undefined && given + window.waiting > size) throw damaged();
    if (window.waiting < (isLast ? 1 : pieceSize)) continue;
    const piece = window.pass();
    given += piece.length;
    checksum?.update(piece);
    yield piece;
  }
  if (size !== undefined && given !== size) throw damaged();
  if (checksum && (await take(reader, 4)).readUInt32LE(0) !== checksum.low32()) throw damaged();
}

function refused(what: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message: `The Zstandard file ${what}.`, hint });
}
