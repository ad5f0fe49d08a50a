import { createHash } from 'node:crypto';
import type { Bytes } from '../../host/bytes.ts';

/** Bytes that are counted as they pass, and hashed where somebody wants that. */
export class CountedBytes {
  /** So many have passed. */
  count = 0;
  readonly #source: Bytes;
  readonly #hash: ReturnType<typeof createHash> | undefined;

  constructor(source: Bytes, hashed: boolean) {
    this.#source = source;
    this.#hash = hashed ? createHash('sha256') : undefined;
  }

  async *bytes(): Bytes {
    for await (const piece of this.#source) {
      this.count += piece.length;
      this.#hash?.update(piece);
      yield piece;
    }
  }

  /** SHA-256 of all bytes, in hex; empty when they are not hashed. To be asked once, at the end. */
  checksum(): string {
    return this.#hash?.digest('hex') ?? '';
  }
}
