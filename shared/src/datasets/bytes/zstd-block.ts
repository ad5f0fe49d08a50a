import { damaged } from './decompress.ts';
import {
  bitsAt,
  constantTable,
  endOfBits,
  fseTable,
  readFseTable,
  readHuffmanTable,
  type FseTable,
  type HuffmanTable,
} from './zstd-tables.ts';

/** Maximum bytes of a block, compressed or not (section 3.1.1.2.4). */
export const maxBlock = 128 * 1024;

/** Bytes around a block, so that reading a few bits never leaves the memory. */
const padding = 8;

/** The types of the literals of a block. */
const literalsType = { raw: 0, rle: 1, compressed: 2 };

/** How the table of a code is given. */
const tableMode = { predefined: 0, rle: 1, described: 2 };

/** What a code of a sequence means: a base, to which bits are added. */
interface Codes {
  bases: Int32Array;
  bits: Uint8Array;
  maxLog: number;
  predefined: FseTable;
}

/** @param first the base of the first code. @param plain number of codes without bits. @param extra the bits of the others */
function codes(first: number, plain: number, extra: readonly number[], maxLog: number, predefined: FseTable): Codes {
  const bits = Uint8Array.from([...Array.from({ length: plain }, () => 0), ...extra]);
  const bases = new Int32Array(bits.length);
  let base = first;
  for (const [code, count] of bits.entries()) {
    bases[code] = base;
    base += 2 ** count;
  }
  return { bases, bits, maxLog, predefined };
}

/** Probabilities in short: `[value, how many times]`. */
const runs = (...parts: readonly [value: number, times: number][]): number[] =>
  parts.flatMap(([value, times]) => Array.from({ length: times }, () => value));

/** Lengths of literals, lengths of matches, and offsets (section 3.1.1.3.2). */
const literalLengths = codes(
  0,
  16,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  fseTable(6, runs([4, 1], [3, 1], [2, 11], [1, 3], [2, 9], [3, 1], [2, 1], [1, 5], [-1, 4])),
);
const matchLengths = codes(
  3,
  32,
  [1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  fseTable(6, runs([1, 1], [4, 1], [3, 1], [2, 6], [1, 37], [-1, 7])),
);
const offsets = codes(
  1,
  1,
  Array.from({ length: 30 }, (_value, index) => index + 1),
  8,
  fseTable(5, runs([1, 6], [2, 3], [1, 15], [-1, 5])),
);

/**
 * Decodes the compressed blocks of frames, one after the other. What a block costs depends only on its bytes and on those that
 * it decodes to, however large the window is: nothing is moved, and only tables are allocated.
 * @see https://www.rfc-editor.org/rfc/rfc8878
 */
export class ZstdBlocks {
  readonly #packed = new Uint8Array(maxBlock + 2 * padding);
  readonly #literals = new Uint8Array(maxBlock);
  #literalCount = 0;
  #huffman: HuffmanTable | undefined;
  /** The tables of the last block with sequences: literal lengths, offsets, match lengths. */
  #tables: readonly [FseTable, FseTable, FseTable] | undefined;
  /** The offsets that were used last. */
  #last: [number, number, number] = [1, 4, 8];

  /** Starts a frame, which knows nothing of the one before. */
  startFrame(): void {
    this.#huffman = undefined;
    this.#tables = undefined;
    this.#last = [1, 4, 8];
  }

  /**
   * Decodes a block into `out`, which contains what was decoded before it.
   * @param block its content, at most 128 KB
   * @param at where to decode it to
   * @param from first byte that matches may refer to
   * @param limit where it must end at the latest
   * @returns its end
   * @throws PipewrightError `incomplete`
   */
  decode(block: Uint8Array, out: Uint8Array, at: number, from: number, limit: number): number {
    const packed = this.#packed;
    packed.set(block, padding);
    const end = padding + block.length;
    packed.fill(0, end, end + padding);
    const sequencesAt = this.#readLiterals(end);
    return this.#readSequences(sequencesAt, end, out, at, from, Math.min(limit, out.length));
  }

  /** Decodes the literals. @returns where they end in the block */
  #readLiterals(end: number): number {
    const packed = this.#packed;
    const first = packed[padding] as number;
    const type = first & 3;
    const format = (first >> 2) & 3;
    const word = new DataView(packed.buffer).getUint32(padding, true);
    if (type <= literalsType.rle) {
      const headerSize = [1, 2, 1, 3][format] as number;
      const count = headerSize === 1 ? first >> 3 : (word >>> 4) & (headerSize === 2 ? 0xfff : 0xfffff);
      const at = padding + headerSize;
      const next = at + (type === literalsType.raw ? count : 1);
      if (count > maxBlock || next > end) throw damaged();
      if (type === literalsType.raw) this.#literals.set(packed.subarray(at, next));
      else this.#literals.fill(packed[at] as number, 0, count);
      this.#literalCount = count;
      return next;
    }
    const [headerSize, bits] = (
      [
        [3, 10],
        [3, 10],
        [4, 14],
        [5, 18],
      ] as const
    )[format] ?? [3, 10];
    const mask = (1 << bits) - 1;
    const count = (word >>> 4) & mask;
    const size = ((word >>> (4 + bits)) | (headerSize === 5 ? (packed[padding + 4] as number) << 10 : 0)) & mask;
    let at = padding + headerSize;
    const next = at + size;
    if (count > maxBlock || next > end) throw damaged();
    if (type === literalsType.compressed) {
      const read = readHuffmanTable(packed, at, next);
      this.#huffman = read.table;
      at = read.end;
    }
    if (!this.#huffman) throw damaged();
    if (format === 0) this.#decodeHuffman(at, next, 0, count);
    else {
      const quarter = (count + 3) >> 2;
      if (at + 6 > next || 3 * quarter > count) throw damaged();
      const view = new DataView(packed.buffer);
      let from = at + 6;
      for (let stream = 0; stream < 3; stream += 1) {
        const to = from + view.getUint16(at + 2 * stream, true);
        if (to > next) throw damaged();
        this.#decodeHuffman(from, to, stream * quarter, (stream + 1) * quarter);
        from = to;
      }
      this.#decodeHuffman(from, next, 3 * quarter, count);
    }
    this.#literalCount = count;
    return next;
  }

  /** Decodes a stream of literals, which must give exactly as many as are wanted. */
  #decodeHuffman(from: number, to: number, first: number, last: number): void {
    const packed = this.#packed;
    const literals = this.#literals;
    const { log, entries } = this.#huffman as HuffmanTable;
    const start = from * 8;
    let at = endOfBits(packed, from, to);
    for (let index = first; index < last; index += 1) {
      // Bits before the start can only belong to a code that is too long.
      const entry = entries[bitsAt(packed, at - log, log)] as number;
      literals[index] = entry;
      at -= entry >> 8;
      if (at < start) throw damaged();
    }
    if (at !== start) throw damaged();
  }

  #readSequences(from: number, end: number, out: Uint8Array, outAt: number, outFrom: number, limit: number): number {
    const packed = this.#packed;
    const literals = this.#literals;
    const literalCount = this.#literalCount;
    let at = from;
    if (at >= end) throw damaged();
    let count = packed[at] as number;
    if (count < 128) at += 1;
    else if (count < 255) {
      count = ((count - 128) << 8) + (packed[at + 1] as number);
      at += 2;
    } else {
      count = (packed[at + 1] as number) + ((packed[at + 2] as number) << 8) + 0x7f00;
      at += 3;
    }
    if (count === 0) {
      if (at !== end || outAt + literalCount > limit) throw damaged();
      out.set(literals.subarray(0, literalCount), outAt);
      return outAt + literalCount;
    }
    const modes = packed[at] as number;
    if (at >= end || (modes & 3) !== 0) throw damaged();
    const read = { at: at + 1 };
    const [literalTable, offsetTable, matchTable] = (this.#tables = [
      this.#readTable(modes >> 6, literalLengths, this.#tables?.[0], read, end),
      this.#readTable((modes >> 4) & 3, offsets, this.#tables?.[1], read, end),
      this.#readTable((modes >> 2) & 3, matchLengths, this.#tables?.[2], read, end),
    ]);
    const start = read.at * 8;
    let bit = endOfBits(packed, read.at, end) - literalTable.log - offsetTable.log - matchTable.log;
    if (bit < start) throw damaged();
    let literalState = bitsAt(packed, bit + matchTable.log + offsetTable.log, literalTable.log);
    let offsetState = bitsAt(packed, bit + matchTable.log, offsetTable.log);
    let matchState = bitsAt(packed, bit, matchTable.log);
    let literalAt = 0;
    let position = outAt;
    let [last1, last2, last3] = this.#last;
    for (let left = count; left > 0; left -= 1) {
      const offsetCode = offsetTable.symbols[offsetState] as number;
      const matchCode = matchTable.symbols[matchState] as number;
      const literalCode = literalTable.symbols[literalState] as number;
      bit -= offsetCode;
      if (bit < start) throw damaged();
      let offset =
        offsetCode < 16
          ? (1 << offsetCode) + bitsAt(packed, bit, offsetCode)
          : 2 ** offsetCode + bitsAt(packed, bit + 16, offsetCode - 16) * 0x1_0000 + bitsAt(packed, bit, 16);
      const matchBits = matchLengths.bits[matchCode] as number;
      const literalBits = literalLengths.bits[literalCode] as number;
      bit -= matchBits + literalBits;
      if (bit < start) throw damaged();
      const length = (matchLengths.bases[matchCode] as number) + bitsAt(packed, bit + literalBits, matchBits);
      const literalLength = (literalLengths.bases[literalCode] as number) + bitsAt(packed, bit, literalBits);
      if (offset > 3) {
        offset -= 3;
        last3 = last2;
        last2 = last1;
        last1 = offset;
      } else {
        const place = literalLength === 0 ? offset + 1 : offset;
        offset = place === 1 ? last1 : place === 2 ? last2 : place === 3 ? last3 : last1 - 1;
        if (place > 2) last3 = last2;
        if (place > 1) last2 = last1;
        last1 = offset;
      }
      const matchAt = position + literalLength;
      if (
        literalAt + literalLength > literalCount ||
        matchAt + length > limit ||
        offset < 1 ||
        offset > matchAt - outFrom
      )
        throw damaged();
      for (let index = 0; index < literalLength; index += 1)
        out[position + index] = literals[literalAt + index] as number;
      literalAt += literalLength;
      position = matchAt + length;
      for (let index = matchAt; index < position; index += 1) out[index] = out[index - offset] as number;
      if (left === 1) break;
      const literalNext = literalTable.bits[literalState] as number;
      const matchNext = matchTable.bits[matchState] as number;
      const offsetNext = offsetTable.bits[offsetState] as number;
      bit -= literalNext + matchNext + offsetNext;
      if (bit < start) throw damaged();
      literalState =
        (literalTable.bases[literalState] as number) + bitsAt(packed, bit + offsetNext + matchNext, literalNext);
      matchState = (matchTable.bases[matchState] as number) + bitsAt(packed, bit + offsetNext, matchNext);
      offsetState = (offsetTable.bases[offsetState] as number) + bitsAt(packed, bit, offsetNext);
    }
    if (bit !== start) throw damaged();
    this.#last = [last1, last2, last3];
    const rest = literalCount - literalAt;
    if (position + rest > limit) throw damaged();
    out.set(literals.subarray(literalAt, literalCount), position);
    return position + rest;
  }

  #readTable(
    mode: number,
    { bits, maxLog, predefined }: Codes,
    previous: FseTable | undefined,
    read: { at: number },
    end: number,
  ): FseTable {
    if (mode === tableMode.predefined) return predefined;
    const maxSymbol = bits.length - 1;
    if (mode === tableMode.rle) {
      const symbol = this.#packed[read.at] as number;
      read.at += 1;
      if (read.at > end || symbol > maxSymbol) throw damaged();
      return constantTable(symbol);
    }
    if (mode === tableMode.described) {
      const { table, end: next } = readFseTable(this.#packed, read.at, end, maxLog, maxSymbol);
      if (next > end) throw damaged();
      read.at = next;
      return table;
    }
    if (!previous) throw damaged();
    return previous;
  }
}
