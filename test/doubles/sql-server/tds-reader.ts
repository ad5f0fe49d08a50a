/** Reads the parts of a message one after the other; what goes beyond its end is an error. */
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

  /** A text whose number of letters stands before it, in one byte. */
  shortText(): string {
    return this.text(this.byte());
  }

  /** @param length in units of UTF-16 */
  text(length: number): string {
    return this.bytes(length * 2).toString('utf16le');
  }

  /** The headers that stand before a request; gives the transaction in which it runs. */
  allHeaders(): bigint {
    const end = this.at + this.integer();
    let transaction: bigint | undefined;
    while (this.at < end) {
      const headerEnd = this.at + this.integer();
      if (this.short() === 2) transaction = this.long();
      this.at = headerEnd;
    }
    if (transaction === undefined) throw new Error('A request does not say in which transaction it runs.');
    return transaction;
  }

  /**
   * A value of nvarchar.
   * @param longest in bytes as the type says it; 65535 for `max`, whose values come in pieces
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
      throw new Error('A value is not as long as it says.');
    return whole.toString('utf16le');
  }
}
