import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import type { ByteReader } from './byte-reader.ts';
import { crc32 } from './crc32.ts';
import { damaged, decompress } from './decompress.ts';
import { findInvalidUtf8 } from './utf8.ts';

/** The first bytes of the parts of a ZIP; see sections 4.3.7 to 4.3.16 of the specification. */
const marks = {
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

/** A size that stands in the extra field of a large file. */
const elsewhere = 0xffffffff;

/** What is known of a file once all of its bytes have passed. */
interface Told {
  crc: number;
  /** Unpacked bytes, of which 32 bits are compared. */
  size: number;
}

/** A file of a ZIP, whose bytes come next. */
export interface ZipEntry {
  name: string;
  /** Its packed bytes; they must be read to their end before the next file is asked for. */
  packed(): Bytes;
  /**
   * The file itself.
   * @param packed its packed bytes, where they were read before
   * @throws PipewrightError `bad-input` when it is encrypted or packed in an unusual way, `cut-short` when it is damaged
   */
  content(packed?: Bytes): Bytes;
}

/** Whether bytes begin as a ZIP does; no text does. */
export function isZip(start: Uint8Array): boolean {
  const mark = Buffer.from(start.subarray(0, 4)).toString('latin1');
  return mark === marks.local || mark === marks.end;
}

/**
 * The files of a ZIP in their order, as its bytes come; at the end it is known that all of it has come.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 * @throws PipewrightError `cut-short` when it is damaged or ends too soon
 */
export async function* zipEntries(reader: ByteReader): AsyncGenerator<ZipEntry> {
  for (;;) {
    const mark = (await need(reader, 4)).toString('latin1');
    if (mark === marks.local) yield await readEntry(reader);
    else return readDirectory(reader, mark);
  }
}

async function need(reader: ByteReader, count: number): Promise<Buffer> {
  const bytes = await reader.take(count);
  if (!bytes) throw damaged();
  return bytes;
}

/** Reads the list of all files that stands at the end, which tells that nothing was cut off. */
async function readDirectory(reader: ByteReader, first: string): Promise<void> {
  for (let mark = first; ; mark = (await need(reader, 4)).toString('latin1')) {
    if (mark === marks.central) {
      const head = await need(reader, 42);
      await need(reader, head.readUInt16LE(24) + head.readUInt16LE(26) + head.readUInt16LE(28));
    } else if (mark === marks.end64) {
      await need(reader, Number((await need(reader, 8)).readBigUInt64LE()));
    } else if (mark === marks.locator64) {
      await need(reader, 16);
    } else if (mark === marks.end) {
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
  const name = readName(await need(reader, head.readUInt16LE(22)), (flags & nameIsUtf8) !== 0);
  const extra = await need(reader, head.readUInt16LE(24));
  const told: Told = { crc: head.readUInt32LE(10), size: head.readUInt32LE(18) };
  const packed = (): Bytes =>
    flags & descriptorFollows
      ? untilDescriptor(reader, told)
      : counted(reader, packedSize(head.readUInt32LE(14), told.size, extra));
  return {
    name,
    packed,
    async *content(bytes = packed()) {
      if (flags & encrypted) throw refused(name, 'is encrypted', 'Create the ZIP without a password.');
      if (method !== 0 && method !== 8)
        throw refused(
          name,
          `uses compression method ${method}, which is not supported`,
          'Create the ZIP with Deflate, the usual method.',
        );
      let crc = 0;
      let size = 0;
      for await (const piece of method === 0 ? bytes : decompress(bytes)) {
        crc = crc32(piece, crc);
        size += piece.length;
        yield piece;
      }
      if (crc !== told.crc || (told.size !== elsewhere && size % 0x1_0000_0000 !== told.size)) throw damaged();
    },
  };
}

/** The upper half of code page 437, in which ZIP keeps names that are not marked as UTF-8 (appendix D). */
const upper437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/**
 * The name of a file. Many programs write UTF-8 without marking it, so that code page 437 counts only for what is not UTF-8. Some
 * Windows programs write backslashes between folders, against the specification.
 */
function readName(bytes: Buffer, isUtf8: boolean): string {
  const name =
    isUtf8 || findInvalidUtf8(bytes, 0, bytes.length) < 0
      ? bytes.toString('utf8')
      : Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : (upper437[byte - 0x80] ?? ''))).join('');
  return name.replaceAll('\\', '/');
}

function refused(name: string, what: string, hint: string): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    message: `The file “${name.slice(0, 100)}” in the ZIP ${what}.`,
    hint,
  });
}

/** The packed size; that of a large file stands in the extra field, behind the unpacked one where that is there too. */
function packedSize(size: number, unpacked: number, extra: Buffer): number {
  if (size !== elsewhere) return size;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const place = at + 4 + (unpacked === elsewhere ? 8 : 0);
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

/** The longest of descriptors, and the mark of what follows it. */
const longestEnd = 24 + 4;

/**
 * Bytes of a file whose size stands behind it, as in a ZIP that was written while it was sent. What looks like an end within
 * packed bytes is none: the size that stands there must be that of what has come.
 * @param told what stands behind the file is put here
 */
async function* untilDescriptor(reader: ByteReader, told: Told): Bytes {
  for (let passed = 0; ; ) {
    const end = findEnd(reader.buffered, passed);
    if (end) {
      const last = reader.consume(end.at);
      const descriptor = reader.consume(end.length);
      told.crc = descriptor.readUInt32LE(end.crc);
      told.size = descriptor.readUInt32LE(end.size);
      yield last;
      return;
    }
    const safe = reader.buffered.length - longestEnd;
    if (safe > 0) {
      passed += safe;
      yield reader.consume(safe);
    }
    if (!(await reader.readMore())) throw damaged();
  }
}

/** How a descriptor is laid out: with a mark or without, with sizes of four bytes or of eight. */
const layouts = [
  { length: 16, marked: true, crc: 4, packed: 8, size: 12, large: false },
  { length: 24, marked: true, crc: 4, packed: 8, size: 16, large: true },
  { length: 12, marked: false, crc: 0, packed: 4, size: 8, large: false },
  { length: 20, marked: false, crc: 0, packed: 4, size: 12, large: true },
] as const;

/** Where a file ends, when its descriptor and the mark of what follows are held. */
function findEnd(held: Buffer, passed: number): { at: number; length: number; crc: number; size: number } | undefined {
  for (const mark of [marks.local, marks.central]) {
    for (let next = held.indexOf(mark, 0, 'latin1'); next >= 0; next = held.indexOf(mark, next + 1, 'latin1')) {
      for (const { length, marked, crc, packed, size, large } of layouts) {
        const at = next - length;
        if (at < 0 || (marked && held.toString('latin1', at, at + 4) !== marks.descriptor)) continue;
        const came = passed + at;
        const same = large
          ? held.readBigUInt64LE(at + packed) === BigInt(came)
          : held.readUInt32LE(at + packed) === came % 0x1_0000_0000;
        if (same) return { at, length, crc, size };
      }
    }
  }
  return undefined;
}
