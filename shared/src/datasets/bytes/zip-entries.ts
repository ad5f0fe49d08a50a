import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { ByteReader } from './byte-reader.ts';
import { crc32 } from './crc32.ts';
import { damaged, decompress } from './decompress.ts';
import { findInvalidUtf8 } from './utf8.ts';

/** The signatures of the records of a ZIP; see sections 4.3.7 to 4.3.16 of the specification. */
const signatures = {
  local: 'PK\x03\x04',
  central: 'PK\x01\x02',
  end: 'PK\x05\x06',
  end64: 'PK\x06\x06',
  locator64: 'PK\x06\x07',
  descriptor: 'PK\x07\x08',
} as const;

const encrypted = 1;
const descriptorFollows = 8;
const nameIsUtf8 = 2048;

/** The size of a large file is in its extra field instead. */
const inExtraField = 0xffffffff;

/** The expected checksum and size of a file, known once all of its bytes have been read. */
interface Expected {
  crc: number;
  /** Decompressed size, of which 32 bits are compared. */
  size: number;
}

/** A file in a ZIP, whose bytes are next in the stream. */
export interface ZipEntry {
  name: string;
  /** The compressed bytes; they must be read to the end before the next file is requested. */
  packed(): Bytes;
  /**
   * The decompressed file.
   * @param packed the compressed bytes, if already read
   * @throws PipewrightError `invalid-input` for an encrypted file or an unsupported method, `incomplete` for a damaged file
   */
  content(packed?: Bytes): Bytes;
}

/** Whether bytes start like a ZIP, unlike any text. */
export function isZip(start: Uint8Array): boolean {
  const mark = Buffer.from(start.subarray(0, 4)).toString('latin1');
  return mark === signatures.local || mark === signatures.end;
}

/**
 * Streams the files of a ZIP in order, and verifies at the end that the ZIP is complete.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * @throws PipewrightError `incomplete` for a damaged or truncated ZIP
 */
export async function* zipEntries(reader: ByteReader): AsyncGenerator<ZipEntry> {
  for (;;) {
    const mark = (await need(reader, 4)).toString('latin1');
    if (mark === signatures.local) yield await readEntry(reader);
    else return readDirectory(reader, mark);
  }
}

async function need(reader: ByteReader, count: number): Promise<Buffer> {
  const bytes = await reader.take(count);
  if (!bytes) throw damaged();
  return bytes;
}

/** Reads the central directory at the end, which shows that the ZIP is complete. */
async function readDirectory(reader: ByteReader, first: string): Promise<void> {
  for (let mark = first; ; mark = (await need(reader, 4)).toString('latin1')) {
    if (mark === signatures.central) {
      const head = await need(reader, 42);
      await need(reader, head.readUInt16LE(24) + head.readUInt16LE(26) + head.readUInt16LE(28));
    } else if (mark === signatures.end64) {
      await need(reader, Number((await need(reader, 8)).readBigUInt64LE()));
    } else if (mark === signatures.locator64) {
      await need(reader, 16);
    } else if (mark === signatures.end) {
      const head = await need(reader, 18);
      await need(reader, head.readUInt16LE(16));
      return reader.drain();
    } else {
      throw damaged();
    }
  }
}

async function readEntry(reader: ByteReader): Promise<ZipEntry> {
  const head = await need(reader, 26);
  const flags = head.readUInt16LE(2);
  const method = head.readUInt16LE(4);
  const name = readName(await need(reader, head.readUInt16LE(22)), flags);
  const extra = await need(reader, head.readUInt16LE(24));
  const expected: Expected = { crc: head.readUInt32LE(10), size: head.readUInt32LE(18) };
  const packed = (): Bytes =>
    flags & descriptorFollows
      ? untilDescriptor(reader, expected)
      : counted(reader, packedSize(head.readUInt32LE(14), expected.size, extra));
  return {
    name,
    packed,
    content: (bytes = packed()) => unpackEntry({ name, flags, method }, bytes, expected),
  };
}

/**
 * Decompresses a file of a ZIP and verifies its checksum and size at the end.
 * @param flags general purpose bit flag (section 4.4.4)
 * @param method compression method (section 4.4.5)
 * @param expected checksum and size, read after the last byte
 * @throws PipewrightError `invalid-input` for an encrypted file or an unsupported method, `incomplete` for a damaged file
 */
export async function* unpackEntry(
  { name, flags, method }: { name: string; flags: number; method: number },
  packed: Bytes,
  expected: Readonly<Expected>,
): Bytes {
  if (flags & encrypted) throw refused(name, 'is encrypted', 'Create the ZIP without a password.');
  if (method !== 0 && method !== 8)
    throw refused(
      name,
      `uses compression method ${method}, which is not supported`,
      'Create the ZIP with Deflate, the usual method.',
    );
  let crc = 0;
  let size = 0;
  for await (const piece of method === 0 ? packed : decompress(packed)) {
    crc = crc32(piece, crc);
    size += piece.length;
    yield piece;
  }
  if (
    crc !== expected.crc ||
    (expected.size !== inExtraField && size % 0x1_0000_0000 !== expected.size % 0x1_0000_0000)
  )
    throw damaged();
}

/** The upper half of code page 437, the encoding of file names without the UTF-8 flag (appendix D). */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * Decodes a file name. Many programs write UTF-8 without setting the flag, so code page 437 is used only for invalid UTF-8.
 * Some Windows programs write backslashes between folders, against the specification.
 * @param flags general purpose bit flag (section 4.4.4)
 */
export function readName(bytes: Buffer, flags: number): string {
  const name =
    (flags & nameIsUtf8) !== 0 || findInvalidUtf8(bytes, 0, bytes.length) < 0
      ? bytes.toString('utf8')
      : Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (upper437[byte - 0x80] ?? ''))).join('');
  return name.replaceAll('\\', '/');
}

function refused(name: string, what: string, hint: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: `The file “${name.slice(0, 100)}” in the ZIP ${what}.`,
    hint,
  });
}

/** The compressed size. For a large file it is in the extra field, after the decompressed size if that is there too. */
function packedSize(size: number, unpacked: number, extra: Buffer): number {
  if (size !== inExtraField) return size;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const place = at + 4 + (unpacked === inExtraField ? 8 : 0);
    if (place + 8 <= extra.length) return Number(extra.readBigUInt64LE(place));
  }
  throw damaged();
}

async function* counted(reader: ByteReader, size: number): Bytes {
  for (let left = size; left > 0; ) {
    if (reader.buffered.length === 0 && !(await reader.readMore())) throw damaged();
    const piece = reader.consume(Math.min(left, reader.buffered.length));
    left -= piece.length;
    yield piece;
  }
}

/** The longest data descriptor plus the signature that follows it. */
const maxEndBytes = 24 + 4;

/**
 * Reads a file that is followed by a data descriptor, as in a ZIP that was written as a stream. To tell a descriptor from
 * compressed data that looks like one, its size must equal the number of bytes read.
 * @param expected filled in with the values of the data descriptor
 */
async function* untilDescriptor(reader: ByteReader, expected: Expected): Bytes {
  for (let passed = 0; ; ) {
    const end = findEnd(reader.buffered, passed);
    if (end) {
      const last = reader.consume(end.at);
      const descriptor = reader.consume(end.length);
      expected.crc = descriptor.readUInt32LE(end.crc);
      expected.size = descriptor.readUInt32LE(end.size);
      yield last;
      return;
    }
    const safe = reader.buffered.length - maxEndBytes;
    if (safe > 0) {
      passed += safe;
      yield reader.consume(safe);
    }
    if (!(await reader.readMore())) throw damaged();
  }
}

/** Layouts of a data descriptor: with or without a signature, with sizes of four or eight bytes. */
const layouts = [
  { length: 16, marked: true, crc: 4, packed: 8, size: 12, large: false },
  { length: 24, marked: true, crc: 4, packed: 8, size: 16, large: true },
  { length: 12, marked: false, crc: 0, packed: 4, size: 8, large: false },
  { length: 20, marked: false, crc: 0, packed: 4, size: 12, large: true },
] as const;

/** Finds the end of a file by its data descriptor and the signature that follows. */
function findEnd(
  buffered: Buffer,
  passed: number,
): { at: number; length: number; crc: number; size: number } | undefined {
  for (const signature of [signatures.local, signatures.central]) {
    for (
      let next = buffered.indexOf(signature, 0, 'latin1');
      next >= 0;
      next = buffered.indexOf(signature, next + 1, 'latin1')
    ) {
      for (const { length, marked, crc, packed, size, large } of layouts) {
        const at = next - length;
        if (at < 0 || (marked && buffered.toString('latin1', at, at + 4) !== signatures.descriptor)) continue;
        const received = passed + at;
        const same = large
          ? buffered.readBigUInt64LE(at + packed) === BigInt(received)
          : buffered.readUInt32LE(at + packed) === received % 0x1_0000_0000;
        if (same) return { at, length, crc, size };
      }
    }
  }
  return undefined;
}
