import { Gunzip } from 'fflate';
import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { crc32 } from './crc32.ts';
import { damaged, refuseBomb } from './decompress.ts';
import { gzipMagic, isGzip } from './is-gzip.ts';
import { peekBytes } from './peek-bytes.ts';

/** Compressed bytes to decompress at once: at most a thousandfold, which is 16 MB. */
const sliceSize = 16 * 1024;

/** Compressed bytes to keep, so that the trailer of a member is available when the header of the next one arrives. */
const keptSize = 128 * 1024;

const trailerSize = 8;

/** Zero bytes that a member can end with. */
const maxZerosOfMember = 16;

/**
 * Decompresses gzip, including files with several members (`cat a.gz b.gz`, bgzip) and zero padding. The CRC-32 and the
 * length of each member are verified. Uses fflate because `DecompressionStream` refuses a second member from Node 24 on.
 * @see https://www.rfc-editor.org/rfc/rfc1952
 * @throws PipewrightError `incomplete` for damaged or truncated data, or data after the end; `invalid-input` for a decompression bomb
 */
export async function* gunzip(packed: Bytes): Bytes {
  let crc = 0;
  let size = 0;
  let unpacked: Uint8Array[] = [];
  let kept: Uint8Array = new Uint8Array(0);
  let compressed = 0;
  let decompressed = 0;
  let zeros = 0;
  const engine = new Gunzip((piece) => {
    crc = crc32(piece, crc);
    size += piece.length;
    if (piece.length > 0) unpacked.push(piece);
  });
  const isTrailer = (bytes: Uint8Array): boolean => {
    if (bytes.length < trailerSize) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - trailerSize, trailerSize);
    return view.getUint32(0, true) === crc && view.getUint32(4, true) === size % 0x1_0000_0000;
  };
  engine.onmember = (offset) => {
    if (!isTrailer(kept.subarray(0, Math.max(0, kept.length - (compressed - offset))))) throw damaged();
    crc = size = 0;
  };
  const feed = (bytes: Uint8Array): void => {
    compressed += bytes.length;
    kept = Buffer.concat([kept.subarray(-keptSize), bytes]);
    try {
      engine.push(bytes, false);
    } catch (error) {
      throw error instanceof PipewrightError ? error : damaged(error);
    }
  };
  for await (const piece of packed) {
    for (let from = 0; from < piece.length; from += sliceSize) {
      const slice = piece.subarray(from, from + sliceSize);
      let end = slice.length;
      while (end > 0 && slice[end - 1] === 0) end -= 1;
      if (end > 0) {
        for (; zeros > 0; zeros -= Math.min(zeros, sliceSize)) feed(new Uint8Array(Math.min(zeros, sliceSize)));
        feed(slice.subarray(0, end));
      }
      // Trailing zeros may be padding, so they are held back until more data follows.
      zeros += slice.length - end;
      for (const out of unpacked) {
        decompressed += out.length;
        refuseBomb(decompressed, compressed + zeros);
        yield out;
      }
      unpacked = [];
    }
  }
  const ends = Array.from({ length: Math.min(zeros, maxZerosOfMember) + 1 }, (_value, count) =>
    Buffer.concat([kept.subarray(-trailerSize), new Uint8Array(count)]),
  );
  if (!ends.some(isTrailer)) throw damaged();
}

/**
 * Decompresses gzip; other bytes pass through unchanged.
 * @throws PipewrightError see `gunzip`
 */
export async function* gunzipIfNeeded(bytes: Bytes): Bytes {
  const { start, all } = await peekBytes(bytes, gzipMagic.length);
  yield* isGzip(start) ? gunzip(all) : all;
}
