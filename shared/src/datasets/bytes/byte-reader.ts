import type { Bytes } from '../../host/bytes.ts';

/** Reads bytes that come in pieces of any size by numbers of bytes. Nothing is held but the rest of a piece. */
export class ByteReader {
  /** Bytes that have come and were not taken yet. */
  buffered: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(bytes: Bytes) {
    this.#source = bytes[Symbol.asyncIterator]();
  }

  /** Lets one more piece come; false at the end. */
  async readMore(): Promise<boolean> {
    while (!this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else if (value.length > 0) {
        this.buffered =
          this.buffered.length === 0
            ? Buffer.from(value.buffer, value.byteOffset, value.length)
            : Buffer.concat([this.buffered, value]);
        return true;
      }
    }
    return false;
  }

  /** The next bytes, and what follows is then next; undefined when fewer are left. */
  async take(count: number): Promise<Buffer | undefined> {
    while (this.buffered.length < count) if (!(await this.readMore())) return undefined;
    return this.consume(count);
  }

  /** Takes bytes that are held. */
  consume(count: number): Buffer {
    const taken = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    return taken;
  }

  /** Reads to the end, and keeps nothing of it. */
  async drain(): Promise<void> {
    do this.buffered = Buffer.alloc(0);
    while (await this.readMore());
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
  }
}
