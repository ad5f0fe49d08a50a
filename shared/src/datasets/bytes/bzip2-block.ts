import { damaged } from './decompress.ts';

/** Symbols of a Huffman group, after which another table may be used. */
const groupSize = 50;
const maxCodeBits = 20;
const maxTables = 6;

/** Bytes of output to collect before they are passed on. */
const pieceSize = 64 * 1024;

/** Equal bytes after which a byte with the number of further repetitions follows. */
const runStart = 4;

/** CRC-32 with the most significant bit first, as in bzip2. */
const crcTable = Uint32Array.from({ length: 256 }, (_value, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x8000_0000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  return sum >>> 0;
});

/** Reads bits, the most significant first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  /** @param skipped bits of the first byte that have been read already */
  constructor(bytes: Uint8Array, skipped = 0) {
    this.#bytes = bytes;
    if (skipped > 0) this.skip(skipped);
  }

  /** Bytes that have been read completely, and bits of the next one. */
  get position(): { bytesRead: number; bit: number } {
    const read = this.#at * 8 - this.#count;
    return { bytesRead: Math.floor(read / 8), bit: read % 8 };
  }

  /** Reads up to 24 bits. @throws PipewrightError `incomplete` at the end */
  read(count: number): number {
    const bits = this.peek(count);
    this.skip(count);
    return bits;
  }

  /** Reads an unsigned number of 32 bits. */
  read32(): number {
    return this.read(16) * 0x1_0000 + this.read(16);
  }

  /** The next bits, up to 24, without reading them; behind the end they are zero. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#bits = (this.#bits << 8) | (this.#bytes[this.#at] ?? 0);
      this.#at += 1;
      this.#count += 8;
    }
    return (this.#bits >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Skips bits. @throws PipewrightError `incomplete` behind the end */
  skip(count: number): void {
    for (let left = count; left > 0; left -= Math.min(left, 24)) {
      this.peek(Math.min(left, 24));
      this.#count -= Math.min(left, 24);
    }
    if (this.#at * 8 - this.#count > this.#bytes.length * 8) throw damaged();
  }

  /** Whether the next bits are these bytes. */
  startsWith(bytes: readonly number[]): boolean {
    const copy = new BitReader(this.#bytes.subarray(this.position.bytesRead), this.position.bit);
    return bytes.every((byte) => copy.read(8) === byte);
  }
}

/** A canonical Huffman code. */
interface Table {
  minBits: number;
  /** The greatest code of each length, left-aligned to 20 bits, plus one. */
  limit: Int32Array;
  /** What to subtract from a code of each length to get the index of its symbol. */
  base: Int32Array;
  symbols: Uint16Array;
}

/**
 * Decodes the blocks of a file, one after the other.
 * @see https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
export class Bzip2Block {
  #maxSize = 0;
  /** The bytes of the block, and in the upper 24 bits the order in which to read them; reused for all blocks. */
  #order = new Uint32Array(0);
  /** Bytes to pass on, as copies; reused for all blocks, so that many small ones cost little. */
  readonly #out = new Uint8Array(pieceSize);

  /**
   * Decodes a block and verifies its checksum after the last byte.
   * @param bits all bits of the block from its flag on; behind the block when done
   * @param crc the checksum that the header states
   * @param maxSize maximum bytes of a block before the runs are expanded
   * @throws PipewrightError `incomplete`
   */
  *decode(bits: BitReader, crc: number, maxSize: number): Generator<Uint8Array> {
    this.#maxSize = maxSize;
    if (this.#order.length < maxSize) this.#order = new Uint32Array(maxSize);
    // Blocks of versions before 0.9.5 can be scrambled; no program has written them since 1999.
    if (bits.read(1) === 1) throw damaged();
    const start = bits.read(24);
    const counts = new Uint32Array(256);
    const size = this.#readSymbols(bits, counts);
    if (start >= size) throw damaged();
    this.#sort(counts, size);
    yield* this.#expand(start, size, crc);
  }

  /** Undoes Huffman coding, zero runs and move-to-front. @returns the number of bytes */
  #readSymbols(bits: BitReader, counts: Uint32Array): number {
    const used = usedBytes(bits);
    const endSymbol = used.length + 1;
    const tableCount = bits.read(3);
    const selectorCount = bits.read(15);
    if (used.length === 0 || tableCount < 2 || tableCount > maxTables || selectorCount === 0) throw damaged();
    const selectors = readSelectors(bits, tableCount, selectorCount);
    const tables = Array.from({ length: tableCount }, () => readTable(bits, endSymbol + 1));
    const front = Uint8Array.from(used);
    const order = this.#order;
    let size = 0;
    let run = 0;
    let runUnit = 1;
    for (const selector of selectors) {
      const table = tables[selector];
      if (!table) throw damaged();
      for (let left = groupSize; left > 0; left -= 1) {
        const symbol = readSymbol(bits, table);
        if (symbol <= 1) {
          run += runUnit << symbol;
          runUnit <<= 1;
          if (run > this.#maxSize) throw damaged();
          continue;
        }
        if (run > 0) {
          if (size + run > this.#maxSize) throw damaged();
          const byte = front[0] ?? 0;
          counts[byte] = (counts[byte] ?? 0) + run;
          order.fill(byte, size, size + run);
          size += run;
          run = 0;
          runUnit = 1;
        }
        if (symbol === endSymbol) return size;
        if (size >= this.#maxSize) throw damaged();
        const place = symbol - 1;
        const byte = front[place] ?? 0;
        front.copyWithin(1, 0, place);
        front[0] = byte;
        counts[byte] = (counts[byte] ?? 0) + 1;
        order[size] = byte;
        size += 1;
      }
    }
    throw damaged();
  }

  /** Prepares the inverse of the Burrows–Wheeler transform. */
  #sort(counts: Uint32Array, size: number): void {
    const order = this.#order;
    let sum = 0;
    for (let byte = 0; byte < 256; byte += 1) {
      const count = counts[byte] ?? 0;
      counts[byte] = sum;
      sum += count;
    }
    for (let index = 0; index < size; index += 1) {
      const byte = (order[index] as number) & 0xff;
      const place = counts[byte] as number;
      counts[byte] = place + 1;
      order[place] = (order[place] as number) | (index << 8);
    }
  }

  /** Reads the bytes in their order and expands runs. */
  *#expand(start: number, size: number, wanted: number): Generator<Uint8Array> {
    const order = this.#order;
    let next = (order[start] as number) >>> 8;
    let crc = 0xffff_ffff;
    let last = -1;
    let equal = 0;
    const out = this.#out;
    let at = 0;
    for (let index = 0; index < size; index += 1) {
      const entry = order[next] as number;
      const byte = entry & 0xff;
      next = entry >>> 8;
      let count = 1;
      if (equal === runStart) {
        count = byte;
        equal = 0;
      } else {
        equal = byte === last ? equal + 1 : 1;
        last = byte;
      }
      for (; count > 0; count -= 1) {
        out[at] = last;
        at += 1;
        crc = (crc << 8) ^ (crcTable[(crc >>> 24) ^ last] as number);
        if (at === pieceSize) {
          yield out.slice();
          at = 0;
        }
      }
      if (equal === 0) last = -1;
    }
    if (~crc >>> 0 !== wanted) throw damaged();
    if (at > 0) yield out.slice(0, at);
  }
}

/** The byte values that occur in a block. */
function usedBytes(bits: BitReader): number[] {
  const used: number[] = [];
  const groups = bits.read(16);
  for (let group = 0; group < 16; group += 1) {
    if (!(groups & (0x8000 >> group))) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member += 1) if (members & (0x8000 >> member)) used.push(group * 16 + member);
  }
  return used;
}

function readSelectors(bits: BitReader, tableCount: number, count: number): Uint8Array {
  const front = [0, 1, 2, 3, 4, 5];
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= tableCount) throw damaged();
    }
    const [selector = 0] = front.splice(place, 1);
    front.unshift(selector);
    return selector;
  });
}

function readTable(bits: BitReader, symbolCount: number): Table {
  let length = bits.read(5);
  const lengths = Array.from({ length: symbolCount }, () => {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw damaged();
      if (bits.read(1) === 0) return length;
      length += bits.read(1) === 0 ? 1 : -1;
    }
  });
  const limit = new Int32Array(maxCodeBits + 1);
  const base = new Int32Array(maxCodeBits + 1);
  const symbols = new Uint16Array(symbolCount);
  let code = 0;
  let placed = 0;
  for (let size = 1; size <= maxCodeBits; size += 1) {
    base[size] = code - placed;
    for (const [symbol, ownLength] of lengths.entries())
      if (ownLength === size) {
        symbols[placed] = symbol;
        placed += 1;
        code += 1;
      }
    if (code > 1 << size) throw damaged();
    limit[size] = code << (maxCodeBits - size);
    code <<= 1;
  }
  return { minBits: Math.min(...lengths), limit, base, symbols };
}

function readSymbol(bits: BitReader, { minBits, limit, base, symbols }: Table): number {
  const code = bits.peek(maxCodeBits);
  let size = minBits;
  while (code >= (limit[size] as number)) {
    size += 1;
    if (size > maxCodeBits) throw damaged();
  }
  bits.skip(size);
  return symbols[(code >> (maxCodeBits - size)) - (base[size] as number)] as number;
}
