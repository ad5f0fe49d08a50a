/** Bytes that are compared one by one before the native search is called, which costs as much as these. */
const nearBytes = 32;

/**
 * Finds the occurrences of a byte in ascending order, for texts in which they may be far apart: the native search is faster
 * from some dozens of bytes on.
 */
export class NextByte {
  readonly #byte: number;
  #buffer: Buffer = Buffer.alloc(0);
  /** The first occurrence at or after the last position that was asked for. */
  #next = -1;

  constructor(byte: number) {
    this.#byte = byte;
  }

  /** Starts at the beginning of a buffer. */
  begin(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#next = -1;
  }

  /** The first occurrence at or after a position, not before the one of the previous call; the length of the buffer if there is none. */
  from(position: number): number {
    if (this.#next >= position) return this.#next;
    const buffer = this.#buffer;
    const near = Math.min(buffer.length, position + nearBytes);
    let at = position;
    while (at < near && buffer[at] !== this.#byte) at += 1;
    if (at === near && near < buffer.length) {
      const found = buffer.indexOf(this.#byte, near);
      at = found < 0 ? buffer.length : found;
    }
    this.#next = at;
    return at;
  }

  /** Number of occurrences from a position to another one. */
  countWithin(begin: number, end: number): number {
    let count = 0;
    for (let at = this.from(begin); at < end; at = this.from(at + 1)) count += 1;
    return count;
  }
}
