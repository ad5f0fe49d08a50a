import { damaged } from './decompress.ts';

/** The position of the highest bit of a positive number. */
const highBit = (value: number): number => 31 - Math.clz32(value);

/** Bits at a position, the least significant first; up to 25 of them. @param at position in bits */
export function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const byte = at >> 3;
  const four =
    (bytes[byte] as number) |
    ((bytes[byte + 1] as number) << 8) |
    ((bytes[byte + 2] as number) << 16) |
    ((bytes[byte + 3] as number) << 24);
  return (four >>> (at & 7)) & ((1 << count) - 1);
}

/**
 * The end of a bitstream that is read backwards, in bits: behind its last bit comes a 1, and then zeros.
 * @throws PipewrightError `incomplete`
 */
export function endOfBits(bytes: Uint8Array, from: number, to: number): number {
  const last = to > from ? (bytes[to - 1] as number) : 0;
  if (last === 0) throw damaged();
  return (to - 1) * 8 + highBit(last);
}

/** A decoding table of finite state entropy (section 4.1), by state. */
export interface FseTable {
  /** Bits of a state. */
  log: number;
  symbols: Uint8Array;
  /** Bits to read for the next state, and what to add to them. */
  bits: Uint8Array;
  bases: Uint16Array;
}

/** The table of probabilities; -1 means less than one. */
export function fseTable(log: number, probabilities: readonly number[]): FseTable {
  const size = 1 << log;
  const table: FseTable = {
    log,
    symbols: new Uint8Array(size),
    bits: new Uint8Array(size),
    bases: new Uint16Array(size),
  };
  const { symbols } = table;
  let high = size;
  for (const [symbol, probability] of probabilities.entries())
    if (probability === -1) {
      high -= 1;
      symbols[high] = symbol;
    }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, probability] of probabilities.entries())
    for (let count = 0; count < probability; count += 1) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  if (at !== 0) throw damaged();
  const next = probabilities.map((probability) => Math.abs(probability));
  for (let state = 0; state < size; state += 1) {
    const symbol = symbols[state] as number;
    const value = next[symbol] as number;
    next[symbol] = value + 1;
    const bits = log - highBit(value);
    table.bits[state] = bits;
    table.bases[state] = (value << bits) - size;
  }
  return table;
}

/** The table that always gives one symbol. */
export function constantTable(symbol: number): FseTable {
  return { log: 0, symbols: Uint8Array.of(symbol), bits: new Uint8Array(1), bases: new Uint16Array(1) };
}

/**
 * Reads the description of a table (section 4.1.1).
 * @param to end of the bytes that may belong to it; some bytes behind it must exist
 * @returns the table, and where it ends
 * @throws PipewrightError `incomplete`
 */
export function readFseTable(
  bytes: Uint8Array,
  from: number,
  to: number,
  maxLog: number,
  maxSymbol: number,
): { table: FseTable; end: number } {
  const log = bitsAt(bytes, from * 8, 4) + 5;
  if (from >= to || log > maxLog) throw damaged();
  const probabilities: number[] = [];
  let at = from * 8 + 4;
  for (let left = 1 << log; left > 0; ) {
    const count = highBit(left + 1) + 1;
    const lower = (1 << (count - 1)) - 1;
    const threshold = (1 << count) - 2 - left;
    let value = bitsAt(bytes, at, count);
    if ((value & lower) < threshold) {
      value &= lower;
      at += count - 1;
    } else {
      if (value > lower) value -= threshold;
      at += count;
    }
    probabilities.push(value - 1);
    left -= Math.abs(value - 1);
    // After a probability of zero, pairs of bits count more of them.
    for (let zeros = value === 1 ? 3 : 0; zeros === 3; ) {
      zeros = bitsAt(bytes, at, 2);
      at += 2;
      for (let count = zeros; count > 0; count -= 1) probabilities.push(0);
      if (probabilities.length > maxSymbol + 1) throw damaged();
    }
    if (left < 0 || probabilities.length > maxSymbol + 1 || at > to * 8) throw damaged();
  }
  return { table: fseTable(log, probabilities), end: (at + 7) >> 3 };
}

/** Maximum bits of a Huffman code of literals. */
const maxCodeBits = 11;

/** A Huffman table: by the next bits, a symbol and above it the bits of its code. */
export interface HuffmanTable {
  log: number;
  entries: Uint16Array;
}

/**
 * Reads the description of a Huffman table (section 4.2.1).
 * @param to see `readFseTable`
 * @throws PipewrightError `incomplete`
 */
export function readHuffmanTable(bytes: Uint8Array, from: number, to: number): { table: HuffmanTable; end: number } {
  const header = bytes[from] as number;
  const start = from + 1;
  const isDirect = header >= 128;
  const end = start + (isDirect ? (header - 126) >> 1 : header);
  if (end > to) throw damaged();
  const weights = isDirect
    ? Array.from({ length: header - 127 }, (_value, index) => {
        const byte = bytes[start + (index >> 1)] as number;
        return index % 2 === 0 ? byte >> 4 : byte & 15;
      })
    : readWeights(bytes, start, end);
  let sum = 0;
  for (const weight of weights) sum += weight === 0 ? 0 : 1 << (weight - 1);
  if (sum === 0) throw damaged();
  const log = highBit(sum) + 1;
  const rest = (1 << log) - sum;
  if (log > maxCodeBits || (rest & (rest - 1)) !== 0) throw damaged();
  weights.push(highBit(rest) + 1);
  const entries = new Uint16Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight += 1)
    for (const [symbol, own] of weights.entries())
      if (own === weight) {
        entries.fill(symbol | ((log + 1 - weight) << 8), at, at + (1 << (weight - 1)));
        at += 1 << (weight - 1);
      }
  if (at !== 1 << log) throw damaged();
  return { table: { log, entries }, end };
}

/** Reads weights that are compressed with two alternating states of one table. */
function readWeights(bytes: Uint8Array, from: number, to: number): number[] {
  const { table, end } = readFseTable(bytes, from, to, 6, maxCodeBits + 1);
  const start = end * 8;
  let at = endOfBits(bytes, end, to) - 2 * table.log;
  if (at < start) throw damaged();
  const states = [bitsAt(bytes, at + table.log, table.log), bitsAt(bytes, at, table.log)];
  const weights: number[] = [];
  for (let turn = 0; ; turn = 1 - turn) {
    const state = states[turn] as number;
    weights.push(table.symbols[state] as number);
    const count = table.bits[state] as number;
    at -= count;
    if (at < start) {
      weights.push(table.symbols[states[1 - turn] as number] as number);
      break;
    }
    states[turn] = (table.bases[state] as number) + bitsAt(bytes, at, count);
    if (weights.length > 254) throw damaged();
  }
  if (weights.length > 255) throw damaged();
  return weights;
}
