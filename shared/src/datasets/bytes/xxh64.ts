/** A 64-bit number as two signed halves. */
interface Word {
  high: number;
  low: number;
}

const prime1: Word = { high: 0x9e3779b1 | 0, low: 0x85ebca87 | 0 };
const prime2: Word = { high: 0xc2b2ae3d | 0, low: 0x27d4eb4f | 0 };
const prime3: Word = { high: 0x165667b1, low: 0x9e3779f9 | 0 };
const prime4: Word = { high: 0x85ebca77 | 0, low: 0xc2b2ae63 | 0 };
const prime5: Word = { high: 0x27d4eb2f, low: 0x165667c5 };

/** Bytes of a stripe: 8 for each of the four accumulators. */
const stripeSize = 32;

/** The upper half of the product of two unsigned 32-bit numbers. */
function upperProduct(one: number, two: number): number {
  const oneLow = one & 0xffff;
  const oneHigh = one >>> 16;
  const twoLow = two & 0xffff;
  const twoHigh = two >>> 16;
  const middle = oneHigh * twoLow + ((oneLow * twoLow) >>> 16);
  const other = oneLow * twoHigh + (middle & 0xffff);
  return (oneHigh * twoHigh + (middle >>> 16) + (other >>> 16)) | 0;
}

function add(word: Word, high: number, low: number): void {
  const sum = (word.low >>> 0) + (low >>> 0);
  word.high = (word.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  word.low = sum | 0;
}

function multiply(word: Word, by: Word): void {
  const high = upperProduct(word.low, by.low) + Math.imul(word.high, by.low) + Math.imul(word.low, by.high);
  word.low = Math.imul(word.low, by.low);
  word.high = high | 0;
}

/** @param bits 1 to 31 */
function rotate(word: Word, bits: number): void {
  const { high, low } = word;
  word.high = (high << bits) | (low >>> (32 - bits));
  word.low = (low << bits) | (high >>> (32 - bits));
}

/** `word ^= word >>> bits`. @param bits 1 to 63 */
function xorShifted(word: Word, bits: number): void {
  const { high, low } = word;
  if (bits < 32) {
    word.low = low ^ ((low >>> bits) | (high << (32 - bits)));
    word.high = high ^ (high >>> bits);
  } else word.low = low ^ (high >>> (bits - 32));
}

/** Adds a lane to an accumulator. */
function round(word: Word, high: number, low: number): void {
  const lane = { high, low };
  multiply(lane, prime2);
  add(word, lane.high, lane.low);
  rotate(word, 31);
  multiply(word, prime1);
}

/**
 * Computes XXH64 with seed 0, the checksum of Zstandard, incrementally.
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export class Xxh64 {
  readonly #one: Word = { ...prime1 };
  readonly #two: Word = { ...prime2 };
  readonly #three: Word = { high: 0, low: 0 };
  readonly #four: Word = { high: ~prime1.high, low: ~prime1.low };
  /** Bytes that do not fill a stripe. */
  readonly #rest = new Uint8Array(stripeSize);
  #restSize = 0;
  #size = 0;

  constructor() {
    add(this.#one, prime2.high, prime2.low);
    // The negative of a prime is its complement plus one.
    add(this.#four, 0, 1);
  }

  /** Adds bytes. */
  update(bytes: Uint8Array): void {
    this.#size += bytes.length;
    let from = 0;
    if (this.#restSize > 0) {
      from = Math.min(stripeSize - this.#restSize, bytes.length);
      this.#rest.set(bytes.subarray(0, from), this.#restSize);
      this.#restSize += from;
      if (this.#restSize < stripeSize) return;
      this.#stripes(this.#rest, 0);
    }
    from = this.#stripes(bytes, from);
    this.#rest.set(bytes.subarray(from));
    this.#restSize = bytes.length - from;
  }

  /** Adds all complete stripes. @returns the offset of what is left */
  #stripes(bytes: Uint8Array, from: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let at = from;
    for (; at + stripeSize <= bytes.length; at += stripeSize) {
      round(this.#one, view.getInt32(at + 4, true), view.getInt32(at, true));
      round(this.#two, view.getInt32(at + 12, true), view.getInt32(at + 8, true));
      round(this.#three, view.getInt32(at + 20, true), view.getInt32(at + 16, true));
      round(this.#four, view.getInt32(at + 28, true), view.getInt32(at + 24, true));
    }
    return at;
  }

  /** The lower half of the checksum of all bytes so far, unsigned. */
  low32(): number {
    const sum: Word = { ...prime5 };
    if (this.#size >= stripeSize) {
      sum.high = sum.low = 0;
      const lanes = [this.#one, this.#two, this.#three, this.#four] as const;
      for (const [index, bits] of [1, 7, 12, 18].entries()) {
        const lane = { ...(lanes[index] as Word) };
        rotate(lane, bits);
        add(sum, lane.high, lane.low);
      }
      for (const lane of lanes) {
        const merged: Word = { high: 0, low: 0 };
        round(merged, lane.high, lane.low);
        sum.high ^= merged.high;
        sum.low ^= merged.low;
        multiply(sum, prime1);
        add(sum, prime4.high, prime4.low);
      }
    }
    add(sum, Math.floor(this.#size / 2 ** 32), this.#size | 0);
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 8 <= this.#restSize; at += 8) {
      const lane: Word = { high: 0, low: 0 };
      round(lane, view.getInt32(at + 4, true), view.getInt32(at, true));
      this.#mix(sum, lane, 27, prime4);
    }
    if (at + 4 <= this.#restSize) {
      const lane: Word = { high: 0, low: view.getInt32(at, true) };
      multiply(lane, prime1);
      this.#mix(sum, lane, 23, prime3, prime2);
      at += 4;
    }
    for (; at < this.#restSize; at += 1) {
      const lane: Word = { high: 0, low: view.getUint8(at) };
      multiply(lane, prime5);
      this.#mix(sum, lane, 11);
    }
    xorShifted(sum, 33);
    multiply(sum, prime2);
    xorShifted(sum, 29);
    multiply(sum, prime3);
    xorShifted(sum, 32);
    return sum.low >>> 0;
  }

  #mix(sum: Word, lane: Word, bits: number, plus?: Word, by: Word = prime1): void {
    sum.high ^= lane.high;
    sum.low ^= lane.low;
    rotate(sum, bits);
    multiply(sum, by);
    if (plus) add(sum, plus.high, plus.low);
  }
}
