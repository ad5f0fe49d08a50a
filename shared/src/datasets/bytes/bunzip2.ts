import type { Bytes } from '../../host/bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { Bzip2Block, BitReader } from './bzip2-block.ts';
import { damaged, denseBombBytes, refuseBomb } from './decompress.ts';

const blockMagic = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
const endMagic = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];

/** Maximum bytes of a compressed block per 100,000 bytes of block size: 20 bits per symbol, and the tables. */
const packedPerLevel = 320_000;

const startsWith = (bytes: Uint8Array, wanted: readonly number[], from = 0): boolean =>
  wanted.every((byte, index) => bytes[from + index] === byte);

/**
 * Whether bytes start like a bzip2 file: `BZh`, the block size, and the signature of a block or of the end, as far as there
 * are bytes.
 */
export function isBzip2(start: Uint8Array): boolean {
  const level = (start[3] ?? 0) - 0x30;
  const given = Math.max(0, start.length - 4);
  return (
    startsWith(start, [0x42, 0x5a, 0x68]) &&
    level >= 1 &&
    level <= 9 &&
    [blockMagic, endMagic].some((magic) => startsWith(start, magic.slice(0, given), 4))
  );
}

/**
 * Decompresses bzip2 as a stream, block by block, including files with several streams (`cat a.bz2 b.bz2`, pbzip2, lbzip2).
 * The CRC of each block and of each stream is verified.
 * @throws PipewrightError `incomplete` for damaged or truncated data, or data after the end; `invalid-input` for a
 * decompression bomb
 */
export async function* bunzip2(packed: Bytes): Bytes {
  let received = 0;
  let decompressed = 0;
  async function* counted(): Bytes {
    for await (const piece of packed) {
      received += piece.length;
      yield piece;
    }
  }
  const reader = new ByteReader(counted());
  const block = new Bzip2Block();
  try {
    do {
      if (!isBzip2((await atLeast(reader, 14)).subarray(0, 10))) throw damaged();
      const level = (reader.consume(4)[3] ?? 0) - 0x30;
      let streamCrc = 0;
      let bits = new BitReader(await atLeast(reader, level * packedPerLevel));
      for (;;) {
        const isEnd = bits.startsWith(endMagic);
        if (!isEnd && !bits.startsWith(blockMagic)) throw damaged();
        bits.skip(48);
        const crc = bits.read32();
        if (isEnd) {
          if (crc !== streamCrc) throw damaged();
          break;
        }
        for (const piece of block.decode(bits, crc, level * 100_000)) {
          decompressed += piece.length;
          // What is only buffered does not count.
          const compressed = received - reader.buffered.length + bits.position.bytesRead;
          refuseBomb(decompressed, compressed, denseBombBytes);
          yield piece;
        }
        streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
        const { bytesRead, bit } = bits.position;
        reader.consume(bytesRead);
        bits = new BitReader(await atLeast(reader, level * packedPerLevel), bit);
      }
      reader.consume(bits.position.bytesRead + (bits.position.bit > 0 ? 1 : 0));
    } while (reader.buffered.length > 0 || (await reader.readMore()));
  } finally {
    await reader.close();
  }
}

/** Buffers at least `count` bytes, if there are that many; twice as many at a time, so that they are seldom moved. */
async function atLeast(reader: ByteReader, count: number): Promise<Buffer> {
  if (reader.buffered.length < count) await reader.fill(2 * count);
  return reader.buffered;
}
