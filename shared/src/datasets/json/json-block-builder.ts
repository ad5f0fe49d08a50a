import { valueKind, type CsvBlock } from '../formats/csv-block.ts';
import type { JsonValue } from './json-row.ts';

const quote = 0x22;
const lineFeed = Buffer.from('\n');

/** Writes rows of JSON values as a CSV block: text quoted, everything else unquoted. */
export class JsonBlockBuilder {
  readonly #delimiter: number;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #starts: number[] = [];
  #ends: number[] = [];
  #kinds: number[] = [];
  #lines: number[] = [];

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** @param bytes approximate size of the rows as JSON */
  begin(bytes: number): void {
    this.#buffer = Buffer.allocUnsafe(bytes + 4096);
    this.#at = 0;
    this.#starts = [];
    this.#ends = [];
    this.#kinds = [];
    this.#lines = [];
  }

  /** @param line line number of the row */
  add(values: readonly JsonValue[], line: number): void {
    for (const [column, value] of values.entries()) {
      this.#reserve((value.text?.length ?? 0) * 3 + 4);
      if (column > 0) this.#buffer[this.#at++] = this.#delimiter;
      this.#value(value);
    }
    this.#reserve(1);
    this.#buffer[this.#at++] = lineFeed[0] as number;
    this.#lines.push(line);
  }

  /** Returns the block with the added rows. */
  build(width: number): CsvBlock {
    const buffer = this.#buffer.subarray(0, this.#at);
    const rows = this.#lines.length;
    return {
      buffer,
      rows,
      width,
      line: this.#lines[0] ?? 1,
      lines: Int32Array.from(this.#lines),
      starts: Int32Array.from(this.#starts),
      ends: Int32Array.from(this.#ends),
      kinds: Uint8Array.from(this.#kinds),
      pieces: rows > 0 ? [buffer] : [],
      lineEnd: lineFeed,
    };
  }

  #value({ text, isText }: JsonValue): void {
    let kind: number = isText ? valueKind.quoted : valueKind.bare;
    if (isText) this.#buffer[this.#at++] = quote;
    const start = this.#at;
    if (text !== null) {
      let written = text;
      if (isText && text.includes('"')) {
        kind |= valueKind.doubledQuotes;
        written = text.replaceAll('"', '""');
        this.#reserve(written.length * 3 + 4);
      }
      const length = isText ? this.#buffer.write(written, start, 'utf8') : this.#buffer.write(written, start, 'latin1');
      if (length > written.length) kind |= valueKind.beyondAscii;
      this.#at += length;
    }
    this.#starts.push(start);
    this.#ends.push(this.#at);
    this.#kinds.push(kind);
    if (isText) this.#buffer[this.#at++] = quote;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}
