import { createHash } from 'node:crypto';
import type { Bytes } from '../../host/bytes.ts';

/** Counts bytes as they pass through, and optionally hashes them. */
export class CountedBytes {
  /** Bytes so far. */
  count = 0;
  readonly #source: Bytes;
  readonly #hash: ReturnType<typeof createHash> | undefined;

  constructor(source: Bytes, hashed: boolean) {
    this.#source = source;
    this.#hash = hashed ? createHash('sha256') : undefined;
  }

  /** The bytes of the source. */
  async *bytes(): Bytes {
    for await (const piece of this.#source) {
      this.count += piece.length;
      this.#hash?.update(piece);
      yield piece;
    }
  }

  /** SHA-256 of all bytes in hex; empty if they are not hashed. Call it once, at the end. */
  checksum(): string {
    return this.#hash?.digest('hex') ?? '';
  }
}
