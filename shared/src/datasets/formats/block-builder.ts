import { readValue, type CsvBlock } from './csv-block.ts';

const lineFeed = Buffer.from('\n');

/** Collects the offsets of values and the slices of rows for a block; its arrays are reused from block to block. */
export class BlockBuilder {
  /** Values per row; 0 until the first row is known. */
  width = 0;
  starts = new Int32Array(8192);
  ends = new Int32Array(8192);
  kinds = new Uint8Array(8192);
  capacity = 8192;
  /** Number of values in the kept rows. */
  used = 0;
  readonly #delimiter: string;
  #buffer: Buffer = Buffer.alloc(0);
  #rows = 0;
  #line = 1;
  #pieces: Uint8Array[] = [];
  #lineEnd: Buffer | undefined;
  #from = 0;
  #to = 0;

  /** @param delimiter delimiter of the file */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /**
   * Starts a block.
   * @param line line number of the start of the buffer
   */
  begin(buffer: Buffer, line: number): void {
    this.#buffer = buffer;
    this.#line = line;
    this.#rows = this.used = 0;
    this.#from = this.#to = 0;
    this.#pieces = [];
  }

  /** Doubles the capacity. */
  grow(): void {
    this.capacity *= 2;
    const { starts, ends, kinds } = this;
    this.starts = new Int32Array(this.capacity);
    this.ends = new Int32Array(this.capacity);
    this.kinds = new Uint8Array(this.capacity);
    this.starts.set(starts);
    this.ends.set(ends);
    this.kinds.set(kinds);
  }

  /** The values of the current row, which is not kept yet, as text. */
  values(count: number): string[] {
    const block = this.#block();
    return Array.from({ length: count - this.used }, (_value, index) => readValue(block, this.used + index) ?? '');
  }

  /**
   * Keeps a row: its offsets up to `count`, its bytes from `begin` to `end`, and its line end up to `next`. All rows get
   * the line end of the first one, because databases accept only one kind per file.
   */
  keep(count: number, begin: number, end: number, next: number): void {
    this.used = count;
    this.#rows += 1;
    if (begin !== this.#to) {
      this.#flush();
      this.#from = begin;
    }
    this.#to = next;
    if (this.#lineEnd === undefined) {
      this.#lineEnd = next > end ? Buffer.from(this.#buffer.subarray(end, next)) : lineFeed;
    }
    if (next - end === this.#lineEnd.length) return;
    this.#to = end;
    this.#flush();
    this.#pieces.push(this.#lineEnd);
    this.#from = this.#to = next;
  }

  /** Returns the block with the kept rows. */
  finish(): CsvBlock {
    this.#flush();
    return this.#block();
  }

  #flush(): void {
    if (this.#to > this.#from) this.#pieces.push(this.#buffer.subarray(this.#from, this.#to));
  }

  #block(): CsvBlock {
    const { starts, ends, kinds, width } = this;
    const lineEnd = this.#lineEnd ?? lineFeed;
    return {
      buffer: this.#buffer,
      rows: this.#rows,
      width,
      line: this.#line,
      starts,
      ends,
      kinds,
      delimiter: this.#delimiter,
      pieces: this.#pieces,
      lineEnd,
    };
  }
}
