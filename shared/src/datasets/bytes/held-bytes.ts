/** Smaller pieces are joined to pieces of this size. */
const minPiece = 32 * 1024;

/** The bytes of a file in memory, in the pieces in which they arrived: joining them would take their memory twice for a moment. */
export class HeldBytes {
  /** Number of bytes. */
  length = 0;
  readonly #pieces: Buffer[] = [];
  /** Where each piece starts. */
  readonly #starts: number[] = [];
  /** Pieces that are not joined yet, and their length. */
  #small: Uint8Array[] = [];
  #smallLength = 0;

  /** Adds bytes at the end; they must not change any more. */
  add(bytes: Uint8Array): void {
    this.#small.push(bytes);
    this.#smallLength += bytes.length;
    this.length += bytes.length;
    if (this.#smallLength >= minPiece) this.#join();
  }

  /** The bytes from `start` to `end`, copied only if they are in several pieces. */
  slice(start: number, end: number): Buffer {
    const pieces = [...this.pieces(start, end)];
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** The bytes from `start` to `end`, in pieces. */
  *pieces(start: number, end: number): Generator<Buffer> {
    if (this.#smallLength > 0) this.#join();
    for (let index = this.#pieceOf(start); index < this.#pieces.length; index += 1) {
      const from = this.#starts[index] as number;
      if (from >= end) return;
      const piece = this.#pieces[index]?.subarray(Math.max(0, start - from), end - from);
      if (piece && piece.length > 0) yield piece;
    }
  }

  #join(): void {
    const [only] = this.#small;
    const isWhole = this.#small.length === 1 && only && only.length * 2 > only.buffer.byteLength;
    this.#pieces.push(isWhole ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(this.#small));
    this.#starts.push(this.length - this.#smallLength);
    this.#small = [];
    this.#smallLength = 0;
  }

  /** The index of the piece with an offset, by bisection. */
  #pieceOf(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
