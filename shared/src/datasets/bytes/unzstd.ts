import { Decompress } from 'fzstd';
import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { damaged, denseBombBytes, refuseBomb } from './decompress.ts';
import { Xxh64 } from './xxh64.ts';

/** The first four bytes of a frame (RFC 8878, section 3.1.1). */
const frameMagic = 0xfd2fb528;

/** The first four bytes of a skippable frame, whose last four bits can be anything (section 3.1.2). */
const skippableMagic = 0x184d2a50;

/**
 * Maximum window, in bytes. `zstd` exceeds it only with `--ultra` from level 21 on and with `--long`. fzstd copies the window
 * after each block, and reads offsets of more than 32 MB wrongly.
 */
const maxWindow = 32 * 1024 * 1024;

/** Maximum decompressed bytes of a block (section 3.1.1.2.4). */
const maxBlock = 128 * 1024;

const blockType = { rle: 1, compressed: 2, reserved: 3 };

/** Blocks of a frame to read before the memory for its window is chosen. */
const blocksAhead = 4;

/** Whether bytes start like a Zstandard file; UTF-8 text cannot start with them, nor with those of a skippable frame. */
export function isZstd(start: Uint8Array): boolean {
  if (start.length < 4) return false;
  const magic = new DataView(start.buffer, start.byteOffset, 4).getUint32(0, true);
  return magic === frameMagic || isSkippable(magic);
}

const isSkippable = (magic: number): boolean => (magic & 0xffff_fff0) >>> 0 === skippableMagic;

/** What the header of a frame states. */
interface FrameHeader {
  /** Bytes that the decoder must keep. */
  window: number;
  /** Decompressed bytes, if stated. */
  size?: number;
  hasChecksum: boolean;
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
  try {
    while (reader.buffered.length > 0 || (await reader.readMore())) {
      const magic = (await take(reader, 4)).readUInt32LE(0);
      if (isSkippable(magic)) await skip(reader, (await take(reader, 4)).readUInt32LE(0));
      else if (magic !== frameMagic) throw damaged();
      else
        for await (const piece of frame(reader)) {
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

/** A block with its header (section 3.1.1.2). */
interface Block {
  bytes: Uint8Array;
  isLast: boolean;
  /** Decompressed bytes; undefined for a compressed block. */
  size: number | undefined;
}

/** Decompresses one frame, of which the magic number has been read. */
async function* frame(reader: ByteReader): Bytes {
  const { window, size, hasChecksum } = await readHeader(reader);
  const checksum = hasChecksum ? new Xxh64() : undefined;
  const maxBlockSize = Math.min(window, maxBlock);
  // The window of a small frame is only as large as its content, so that many of them cost little.
  const ahead = [await readBlock(reader, maxBlockSize)];
  while (ahead.length < blocksAhead && !ahead.at(-1)?.isLast) ahead.push(await readBlock(reader, maxBlockSize));
  const most = ahead.at(-1)?.isLast ? ahead.reduce((sum, block) => sum + (block.size ?? maxBlockSize), 0) : window;
  let unpacked: Uint8Array[] = [];
  const engine = new Decompress((piece) => unpacked.push(piece));
  decode(engine, headerOf(Math.min(window, size ?? window, most)), false);
  let given = 0;
  for (let isLast = false; !isLast; ) {
    const block = ahead.shift() ?? (await readBlock(reader, maxBlockSize));
    isLast = block.isLast;
    let unpackedSize = 0;
    unpacked = [];
    decode(engine, block.bytes, isLast);
    for (const piece of unpacked) {
      if (piece.length === 0) continue;
      unpackedSize += piece.length;
      checksum?.update(piece);
      yield piece;
    }
    given += unpackedSize;
    if (unpackedSize > maxBlockSize || (block.size !== undefined && unpackedSize !== block.size)) throw damaged();
    if (size !== undefined && given > size) throw damaged();
  }
  if (size !== undefined && given !== size) throw damaged();
  if (checksum && (await take(reader, 4)).readUInt32LE(0) !== checksum.low32()) throw damaged();
}

async function readBlock(reader: ByteReader, maxSize: number): Promise<Block> {
  const start = await take(reader, 3);
  const header = start.readUIntLE(0, 3);
  const type = (header >> 1) & 3;
  const size = header >> 3;
  if (type === blockType.reserved || size > maxSize) throw damaged();
  const content = await take(reader, type === blockType.rle ? 1 : size);
  return {
    bytes: Buffer.concat([start, content]),
    isLast: (header & 1) === 1,
    size: type === blockType.compressed ? undefined : size,
  };
}

/** Decodes the header of a frame or a block. */
function decode(engine: Decompress, bytes: Uint8Array, isLast: boolean): void {
  try {
    engine.push(bytes, isLast);
  } catch (error) {
    throw damaged(error);
  }
}

/** Reads the header of a frame (section 3.1.1.1). */
async function readHeader(reader: ByteReader): Promise<FrameHeader> {
  const descriptor = (await take(reader, 1)).readUInt8(0);
  if (descriptor & 0x08) throw damaged();
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowByte = isSingleSegment ? 0 : (await take(reader, 1)).readUInt8(0);
  const dictionary = await take(reader, [0, 1, 2, 4][descriptor & 3] ?? 0);
  if (dictionary.some((byte) => byte !== 0))
    throw refused('was compressed with a dictionary', 'Compress it with zstd without a dictionary (-D).');
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeField = await take(reader, sizeBytes);
  const size =
    sizeBytes === 0
      ? undefined
      : sizeBytes === 8
        ? Number(sizeField.readBigUInt64LE(0))
        : sizeField.readUIntLE(0, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const base = 2 ** (10 + (windowByte >> 3));
  const window = isSingleSegment ? (size ?? 0) : base + (base / 8) * (windowByte & 7);
  if (window > maxWindow)
    throw refused(
      `needs a window of ${Math.ceil(window / 1024 / 1024)} MB to decompress; at most 32 MB are supported`,
      'Compress it with zstd up to level 20 and without --long.',
    );
  return { window, hasChecksum: (descriptor & 0x04) !== 0, ...(size === undefined ? {} : { size }) };
}

/**
 * A header for fzstd with just the window, rounded up to a power of two: it reads sizes of 8 bytes wrongly, and verifies
 * neither size nor checksum.
 */
function headerOf(window: number): Uint8Array {
  const exponent = Math.ceil(Math.log2(Math.max(window, 1024)));
  // fzstd waits for 18 bytes: four empty blocks follow the header.
  const header = Buffer.alloc(18);
  header.writeUInt32LE(frameMagic, 0);
  header.writeUInt8((exponent - 10) << 3, 5);
  return header;
}

function refused(what: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message: `The Zstandard file ${what}.`, hint });
}
