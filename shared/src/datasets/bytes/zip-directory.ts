import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { damaged } from './decompress.ts';
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
  readonly #bytes: Buffer;
  readonly #entries = new Map<string, DirectoryEntry>();
  /** Bytes before the ZIP, which its offsets do not count. */
  #before = 0;

  /** @throws PipewrightError `incomplete` for a damaged ZIP, `invalid-file` for two files of one name */
  constructor(bytes: Buffer) {
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
    if (at + sizes.local > this.#bytes.length || this.#bytes.readUInt32LE(at) !== signatures.local) throw damaged();
    const start = at + sizes.local + this.#bytes.readUInt16LE(at + 26) + this.#bytes.readUInt16LE(at + 28);
    if (start + entry.packedSize > this.#bytes.length) throw damaged();
    const packed = this.#bytes.subarray(start, start + entry.packedSize);
    return unpackEntry(entry, inSlices(packed), entry);
  }

  #readDirectory(): DirectoryEntry[] {
    const bytes = this.#bytes;
    const end = findEnd(bytes);
    let count = bytes.readUInt16LE(end + 10);
    let size = bytes.readUInt32LE(end + 12);
    let at = bytes.readUInt32LE(end + 16);
    let directoryEnd = end;
    const locator = end - sizes.locator64;
    if (locator >= 0 && bytes.readUInt32LE(locator) === signatures.locator64) {
      const end64 = findEnd64(bytes, locator);
      count = Number(bytes.readBigUInt64LE(end64 + 32));
      size = Number(bytes.readBigUInt64LE(end64 + 40));
      at = Number(bytes.readBigUInt64LE(end64 + 48));
      directoryEnd = end64;
    }
    this.#before = directoryEnd - size - at;
    if (this.#before < 0) throw damaged();
    const found: DirectoryEntry[] = [];
    for (let from = at + this.#before; found.length < count; ) {
      if (from + sizes.central > directoryEnd || bytes.readUInt32LE(from) !== signatures.central) throw damaged();
      const nameLength = bytes.readUInt16LE(from + 28);
      const extraLength = bytes.readUInt16LE(from + 30);
      const next = from + sizes.central + nameLength + extraLength + bytes.readUInt16LE(from + 32);
      if (next > directoryEnd) throw damaged();
      found.push(readEntry(bytes, from, nameLength, extraLength));
      from = next;
    }
    return found.filter(({ name }) => !name.endsWith('/'));
  }
}

const keyOf = (name: string): string => name.replace(/^\/+/, '').toLowerCase();

/** Compressed bytes to decompress at once. */
const sliceSize = 64 * 1024;

async function* inSlices(bytes: Uint8Array): Bytes {
  for (let at = 0; at < bytes.length; at += sliceSize) yield bytes.subarray(at, at + sliceSize);
}

/** Finds the end record: the last one whose comment ends where the file ends. */
function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - sizes.end - sizes.maxComment);
  for (let at = bytes.length - sizes.end; at >= first; at -= 1)
    if (bytes.readUInt32LE(at) === signatures.end && at + sizes.end + bytes.readUInt16LE(at + 20) <= bytes.length)
      return at;
  throw damaged();
}

function findEnd64(bytes: Buffer, locator: number): number {
  const stated = Number(bytes.readBigUInt64LE(locator + 8));
  for (const at of [stated, locator - sizes.end64])
    if (at >= 0 && at + sizes.end64 <= locator && bytes.readUInt32LE(at) === signatures.end64) return at;
  throw damaged();
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
