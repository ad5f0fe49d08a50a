import { Gunzip } from 'fflate';
import type { CompressionCodec } from 'hyparquet';
import { snappyUncompress } from 'hyparquet/src/snappy.js';
import { decompressBrotli } from 'hyparquet-compressors/src/brotli.js';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors/src/lz4.js';
import { crc32 } from '../bytes/crc32.ts';
import { unzstdInto } from '../bytes/zstd-page.ts';
import { hadoopLz4Length, lz4Length } from './lz4-length.ts';
import { badParquet, refusedParquet } from './bad-parquet.ts';

type Decompress = (packed: Uint8Array, length: number) => Uint8Array;

const decompressors: Partial<Record<CompressionCodec, Decompress>> = {
  UNCOMPRESSED: (packed) => packed,
  SNAPPY(packed, length) {
    const unpacked = new Uint8Array(length);
    snappyUncompress(packed, unpacked);
    return unpacked;
  },
  GZIP: gunzipPage,
  BROTLI: unpackBrotli,
  ZSTD: unpackZstd,
  // The decoders of LZ4 leave zeros where data is missing.
  LZ4: (packed, length) =>
    hadoopLz4Length(packed) === length || lz4Length(packed) === length ? decompressLz4(packed, length) : nothing,
  LZ4_RAW: (packed, length) => (lz4Length(packed) === length ? decompressLz4Raw(packed, length) : nothing),
};

/** The result of data that does not have the stated length. */
const nothing = new Uint8Array(0);

/** Decompresses Zstandard. Its errors speak of a compressed file. */
function unpackZstd(packed: Uint8Array, length: number): Uint8Array {
  const unpacked = new Uint8Array(length);
  try {
    return unpacked.subarray(0, unzstdInto(packed, unpacked));
  } catch (error) {
    throw badParquet('its data is damaged', error);
  }
}

/** Decompresses Brotli. The decoder does not say how much it wrote, so the filling of the last byte must be gone. */
function unpackBrotli(packed: Uint8Array, length: number): Uint8Array {
  for (const filling of [0x55, 0xaa]) {
    const unpacked = new Uint8Array(length).fill(filling);
    decompressBrotli(packed, unpacked.buffer);
    if (unpacked[length - 1] !== filling) return unpacked;
  }
  return nothing;
}

const trailerSize = 8;

/** Bytes that gzip expands to 8 MB at most. */
const gzipPiece = 8 * 1024;

/** Decompresses gzip, with one or several members, and verifies the CRC-32 of each. */
function gunzipPage(packed: Uint8Array, length: number): Uint8Array {
  const unpacked = new Uint8Array(length);
  let at = 0;
  let start = 0;
  const endMember = (end: number): void => {
    const trailer = new DataView(packed.buffer, packed.byteOffset + end - trailerSize, trailerSize);
    if (trailer.getUint32(0, true) !== crc32(unpacked.subarray(start, at)))
      throw badParquet('the checksum of a page is wrong');
    start = at;
  };
  const engine = new Gunzip((piece) => {
    unpacked.set(piece, at);
    at += piece.length;
  });
  engine.onmember = endMember;
  // In pieces, so that what is too long is noticed before all of it is in memory.
  for (let from = 0; from < packed.length; from += gzipPiece)
    engine.push(packed.subarray(from, from + gzipPiece), from + gzipPiece >= packed.length);
  endMember(packed.length);
  return unpacked.subarray(0, at);
}

/**
 * Decompresses a page, and verifies its length.
 * @param length decompressed bytes
 * @throws PipewrightError `invalid-input` for a compression that is not supported, `invalid-file` for damaged data
 * @see https://github.com/apache/parquet-format/blob/master/Compression.md
 */
export function decompressPage(packed: Uint8Array, length: number, codec: CompressionCodec): Uint8Array {
  // A page without values can have no bytes, which is no valid stream.
  if (length === 0) return new Uint8Array(0);
  const decompress = decompressors[codec];
  if (!decompress)
    throw refusedParquet(
      `The Parquet file is compressed with ${codec ?? 'an unknown method'}, which is not supported.`,
      'Write the file with Snappy, gzip, Zstandard, Brotli or LZ4.',
    );
  const unpacked = decompress(packed, length);
  if (unpacked.length !== length) throw badParquet('a page does not have the length that its header states');
  return unpacked;
}
