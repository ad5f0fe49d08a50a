import type { Bytes } from '../../host/bytes.ts';

/** Reads exact numbers of bytes from a stream with pieces of any size. Only the rest of a piece is buffered. */
export class ByteReader {
  /** Bytes received but not consumed. */
  buffered: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(bytes: Bytes) {
    this.#source = bytes[Symbol.asyncIterator]();
  }

  /** Reads another piece into the buffer; returns false at the end. */
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

  /** Buffers at least `count` bytes; returns false if fewer are left. */
  async fill(count: number): Promise<boolean> {
    if (this.buffered.length >= count) return true;
    if (this.#ended) return false;
    const pieces: Uint8Array[] = [this.buffered];
    let size = this.buffered.length;
    while (size < count && !this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else {
        pieces.push(value);
        size += value.length;
      }
    }
    this.buffered = Buffer.concat(pieces);
    return size >= count;
  }

  /** Reads and consumes bytes; returns undefined if fewer are left. */
  async take(count: number): Promise<Buffer | undefined> {
    return (await this.fill(count)) ? this.consume(count) : undefined;
  }

  /** Consumes buffered bytes. */
  consume(count: number): Buffer {
    const taken = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    return taken;
  }

  /** Reads to the end and discards everything. */
  async drain(): Promise<void> {
    do this.buffered = Buffer.alloc(0);
    while (await this.readMore());
  }

  /** Closes the source. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
  }
}
