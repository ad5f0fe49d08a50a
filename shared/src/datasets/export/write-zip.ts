import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { crc32 } from '../bytes/crc32.ts';

/** A file to write into a ZIP. */
export interface ZipPart {
  /** ASCII, with slashes. */
  name: string;
  bytes: Bytes;
}

/** Maximum bytes of a part and of the archive without ZIP64. */
const maxBytes = 0xffff_ffff;

const directorySignature = 0x02014b50;

/** Bit 3: sizes and checksum follow the data, because they are not known before it. */
const sizesFollow = 0x0008;
const version = 20;
const deflate = 8;

/** Midnight on 1980-01-01, so that equal rows give equal bytes. */
const noTime = 0x0021_0000;

/** A record of numbers of 2 or 4 bytes, little-endian, followed by a text. */
function record(fields: readonly [value: number, bytes: 2 | 4][], text = ''): Uint8Array {
  const tail = new TextEncoder().encode(text);
  const length = fields.reduce((sum, [, bytes]) => sum + bytes, 0);
  const out = new Uint8Array(length + tail.length);
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [value, bytes] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  out.set(tail, at);
  return out;
}

function tooLarge(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: 'The rows do not fit into an Excel file: their XML is larger than 4 GB.',
    hint: 'Nothing was exported. Export fewer rows, or choose CSV or JSON Lines.',
  });
}

/**
 * Writes a ZIP file as a stream; memory use does not depend on its size.
 * @throws PipewrightError `invalid-input` for more than 4 GB
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function* writeZip(parts: readonly ZipPart[]): Bytes {
  let offset = 0;
  const sent = (bytes: Uint8Array): Uint8Array => {
    offset += bytes.length;
    if (offset > maxBytes) throw tooLarge();
    return bytes;
  };
  const directory: Uint8Array[] = [];
  for (const { name, bytes } of parts) {
    const start = offset;
    const head: [number, 2 | 4][] = [
      [version, 2],
      [sizesFollow, 2],
      [deflate, 2],
      [noTime, 4],
    ];
    yield sent(record([[0x04034b50, 4], ...head, [0, 4], [0, 4], [0, 4], [name.length, 2], [0, 2]], name));
    let [sum, size, packed] = [0, 0, 0];
    async function* counted(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      for await (const piece of bytes) {
        sum = crc32(piece, sum);
        size += piece.length;
        if (size > maxBytes) throw tooLarge();
        yield new Uint8Array(piece);
      }
    }
    for await (const piece of ReadableStream.from(counted()).pipeThrough(new CompressionStream('deflate-raw'))) {
      packed += piece.length;
      yield sent(piece);
    }
    const sizes: [number, 2 | 4][] = [
      [sum, 4],
      [packed, 4],
      [size, 4],
    ];
    yield sent(record([[0x08074b50, 4], ...sizes]));
    directory.push(
      record(
        [
          [directorySignature, 4],
          [version, 2],
          ...head,
          ...sizes,
          [name.length, 2],
          [0, 2],
          [0, 2],
          [0, 2],
          [0, 2],
          [0, 4],
          [start, 4],
        ],
        name,
      ),
    );
  }
  const start = offset;
  for (const entry of directory) yield sent(entry);
  const count = directory.length;
  yield record([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [offset - start, 4],
    [start, 4],
    [0, 2],
  ]);
}
