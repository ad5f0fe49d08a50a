/** Reads a message sequentially. Reading beyond its end is an error. */
export class TdsReader {
  readonly #data: Buffer;
  at: number;

  constructor(data: Buffer, at = 0) {
    this.#data = data;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#data.length;
  }

  byte(): number {
    return this.bytes(1).readUInt8();
  }

  short(): number {
    return this.bytes(2).readUInt16LE();
  }

  integer(): number {
    return this.bytes(4).readUInt32LE();
  }

  long(): bigint {
    return this.bytes(8).readBigUInt64LE();
  }

  bytes(length: number): Buffer {
    if (this.at + length > this.#data.length) throw new Error(`The message ends before ${length} bytes at ${this.at}.`);
    this.at += length;
    return this.#data.subarray(this.at - length, this.at);
  }

  /** Text with its length in UTF-16 units in one byte before it. */
  shortText(): string {
    return this.text(this.byte());
  }

  /** @param length in UTF-16 units */
  text(length: number): string {
    return this.bytes(length * 2).toString('utf16le');
  }

  /** Reads the headers of a request. Returns its transaction. */
  allHeaders(): bigint {
    const end = this.at + this.integer();
    let transaction: bigint | undefined;
    while (this.at < end) {
      const headerEnd = this.at + this.integer();
      if (this.short() === 2) transaction = this.long();
      this.at = headerEnd;
    }
    if (transaction === undefined) throw new Error('A request has no transaction header.');
    return transaction;
  }

  /**
   * Reads an nvarchar value.
   * @param longest maximum length in bytes; 65535 for `max`, whose values are chunked
   */
  nvarchar(longest: number): string | null {
    if (longest !== 0xffff) {
      const length = this.short();
      if (length === 0xffff) return null;
      if (length > longest) throw new Error(`A value of ${length} bytes is longer than its type allows.`);
      return this.bytes(length).toString('utf16le');
    }
    const total = this.long();
    if (total === 0xffff_ffff_ffff_ffffn) return null;
    const pieces: Buffer[] = [];
    for (let length = this.integer(); length > 0; length = this.integer()) pieces.push(this.bytes(length));
    const whole = Buffer.concat(pieces);
    if (total !== 0xffff_ffff_ffff_fffen && BigInt(whole.length) !== total)
      throw new Error('A value has a wrong length.');
    return whole.toString('utf16le');
  }
}
