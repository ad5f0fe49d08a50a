import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { damaged } from './decompress.ts';
import type { HeldBytes } from './held-bytes.ts';
import { readName, unpackEntry } from './zip-entries.ts';

/** Sizes of the records of a ZIP; see sections 4.3.7 to 4.3.16 of the specification. */
const sizes = { local: 30, central: 46, end: 22, end64: 56, locator64: 20, maxComment: 0xffff } as const;

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};

const inExtraField = 0xffffffff;

/** A file in the directory of a ZIP. */
interface DirectoryEntry {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  /** Offset of its local header. */
  at: number;
}

/**
 * A ZIP in memory, read by its directory, so that its files can be read in any order. Names are case-insensitive, as in
 * the Open Packaging Conventions.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export class ZipDirectory {
  readonly #bytes: HeldBytes;
  readonly #entries = new Map<string, DirectoryEntry>();
  /** Bytes before the ZIP, which its offsets do not count. */
  #before = 0;

  /** @throws PipewrightError `incomplete` for a damaged ZIP, `invalid-file` for two files of one name */
  constructor(bytes: HeldBytes) {
    this.#bytes = bytes;
    for (const entry of this.#readDirectory()) {
      const key = keyOf(entry.name);
      if (this.#entries.has(key))
        throw new PipewrightError({
          code: 'invalid-file',
          message: `The ZIP contains two files named “${entry.name.slice(0, 100)}”, so it is ambiguous which one counts.`,
          hint: 'Save the file again with the program that created it.',
        });
      this.#entries.set(key, entry);
    }
  }

  /** The file names, as written. */
  get names(): string[] {
    return [...this.#entries.values()].map(({ name }) => name);
  }

  has(name: string): boolean {
    return this.#entries.has(keyOf(name));
  }

  /**
   * Decompresses a file and verifies its size and checksum.
   * @throws PipewrightError `incomplete` for a missing or damaged file; `invalid-input` for an encrypted one
   */
  read(name: string): Bytes {
    const entry = this.#entries.get(keyOf(name));
    if (!entry) throw damaged();
    const at = entry.at + this.#before;
    const local = this.#bytes.slice(at, at + sizes.local);
    if (local.length < sizes.local || local.readUInt32LE() !== signatures.local) throw damaged();
    const start = at + sizes.local + local.readUInt16LE(26) + local.readUInt16LE(28);
    const end = start + entry.packedSize;
    if (end > this.#bytes.length) throw damaged();
    return unpackEntry(entry, inSlices(this.#bytes.pieces(start, end)), entry);
  }

  #readDirectory(): DirectoryEntry[] {
    const end = findEnd(this.#bytes);
    const record = this.#bytes.slice(end, end + sizes.end);
    let count = record.readUInt16LE(10);
    let size = record.readUInt32LE(12);
    let at = record.readUInt32LE(16);
    let directoryEnd = end;
    const locatorAt = end - sizes.locator64;
    const locator = locatorAt >= 0 ? this.#bytes.slice(locatorAt, end) : undefined;
    if (locator?.readUInt32LE() === signatures.locator64) {
      directoryEnd = findEnd64(this.#bytes, locatorAt, Number(locator.readBigUInt64LE(8)));
      const record64 = this.#bytes.slice(directoryEnd, directoryEnd + sizes.end64);
      count = Number(record64.readBigUInt64LE(32));
      size = Number(record64.readBigUInt64LE(40));
      at = Number(record64.readBigUInt64LE(48));
    }
    this.#before = directoryEnd - size - at;
    if (this.#before < 0) throw damaged();
    return entriesOf(this.#bytes.slice(at + this.#before, directoryEnd), count);
  }
}

const keyOf = (name: string): string => name.replace(/^\/+/, '').toLowerCase();

/** Compressed bytes to decompress at once. */
const sliceSize = 64 * 1024;

async function* inSlices(pieces: Iterable<Uint8Array>): Bytes {
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += sliceSize) yield piece.subarray(at, at + sliceSize);
}

/** Finds the end record: the last one whose comment ends where the file ends. */
function findEnd(bytes: HeldBytes): number {
  const first = Math.max(0, bytes.length - sizes.end - sizes.maxComment);
  const last = bytes.slice(first, bytes.length);
  for (let at = last.length - sizes.end; at >= 0; at -= 1)
    if (last.readUInt32LE(at) === signatures.end && at + sizes.end + last.readUInt16LE(at + 20) <= last.length)
      return first + at;
  throw damaged();
}

function findEnd64(bytes: HeldBytes, locator: number, stated: number): number {
  for (const at of [stated, locator - sizes.end64])
    if (at >= 0 && at + sizes.end64 <= locator && bytes.slice(at, at + 4).readUInt32LE() === signatures.end64)
      return at;
  throw damaged();
}

/** The files of a directory. */
function entriesOf(bytes: Buffer, count: number): DirectoryEntry[] {
  const found: DirectoryEntry[] = [];
  for (let from = 0; found.length < count; ) {
    if (from + sizes.central > bytes.length || bytes.readUInt32LE(from) !== signatures.central) throw damaged();
    const nameLength = bytes.readUInt16LE(from + 28);
    const extraLength = bytes.readUInt16LE(from + 30);
    const next = from + sizes.central + nameLength + extraLength + bytes.readUInt16LE(from + 32);
    if (next > bytes.length) throw damaged();
    found.push(readEntry(bytes, from, nameLength, extraLength));
    from = next;
  }
  return found.filter(({ name }) => !name.endsWith('/'));
}

function readEntry(bytes: Buffer, at: number, nameLength: number, extraLength: number): DirectoryEntry {
  const flags = bytes.readUInt16LE(at + 8);
  const name = readName(bytes.subarray(at + sizes.central, at + sizes.central + nameLength), flags);
  const extra = bytes.subarray(at + sizes.central + nameLength, at + sizes.central + nameLength + extraLength);
  const [size, packedSize, offset] = largeValues(extra, [
    bytes.readUInt32LE(at + 24),
    bytes.readUInt32LE(at + 20),
    bytes.readUInt32LE(at + 42),
  ]);
  return {
    name,
    flags,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packedSize,
    size,
    at: offset,
  };
}

/** Replaces values that are too large for 32 bits with those of the ZIP64 extra field, where they have the same order. */
function largeValues(extra: Buffer, values: [number, number, number]): [number, number, number] {
  if (!values.includes(inExtraField)) return values;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    const read = (value: number): number => {
      if (value !== inExtraField) return value;
      if (from + 8 > extra.length) throw damaged();
      from += 8;
      return Number(extra.readBigUInt64LE(from - 8));
    };
    return [read(values[0]), read(values[1]), read(values[2])];
  }
  throw damaged();
}
