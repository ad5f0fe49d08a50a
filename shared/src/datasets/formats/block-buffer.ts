/** Bytes of a block: large enough to keep the overhead per block low, small enough to keep memory use constant. */
const bytesPerBlock = 128 * 1024;

/** More pieces, as from a slow server, are joined: they become arguments of a function. */
const maxPieces = 1_000;

/** Collects pieces of any size until they fill a block. */
export class BlockBuffer {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** Adds a piece and returns the blocks it completes, each as a list of pieces. Large pieces are split. */
  *add(piece: Uint8Array): Generator<Uint8Array[]> {
    for (let at = 0; at < piece.length; at += bytesPerBlock) {
      const part = piece.length > bytesPerBlock ? piece.subarray(at, at + bytesPerBlock) : piece;
      this.#pieces.push(part);
      this.#length += part.length;
      if (this.#length >= bytesPerBlock) yield this.flush();
    }
  }

  /** Returns the pieces collected so far and empties the buffer. */
  flush(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#length = 0;
    return pieces.length > maxPieces ? [Buffer.concat(pieces)] : pieces;
  }
}
