import { PipewrightError } from '../host/error.ts';
import { readValue, valueKind, type CsvBlock } from './csv-block.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const longestRow = 16 * 1024 * 1024;

/** A row that was left out. */
export interface Reject {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  reason: string;
}

/** How a CSV file is written. */
export interface CsvFormat {
  /** Default: comma. */
  delimiter?: ',' | ';' | '\t' | '|';
  /** Whether the first row names the columns. Default: true. */
  header?: boolean;
}

/**
 * Reads CSV by RFC 4180 from pieces that may be cut anywhere. Rows that break the rules or have another number of values
 * than the first row are given to `onReject`; empty lines are passed over.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export class CsvScanner {
  /** Names of the columns, once the first row has come. */
  header: string[] | undefined;
  readonly #delimiter: number;
  readonly #named: boolean;
  readonly #onReject: (reject: Reject) => void;
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;
  #begun = false;
  #lineEnd: Buffer | undefined;

  constructor(format: CsvFormat, onReject: (reject: Reject) => void) {
    this.#delimiter = (format.delimiter ?? ',').charCodeAt(0);
    this.#named = format.header ?? true;
    this.#onReject = onReject;
  }

  /** The rows that are complete with this piece. */
  push(piece: Uint8Array): CsvBlock {
    const fresh = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    return this.#scan(this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]), false);
  }

  /** The last row, when no line end follows it. */
  end(): CsvBlock {
    return this.#scan(this.#rest, true);
  }

  #scan(whole: Buffer, last: boolean): CsvBlock {
    let at = 0;
    if (!this.#begun && (whole.length >= 3 || last)) {
      this.#begun = true;
      if (whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf) at = 3;
    }
    if (!this.#begun) {
      this.#rest = whole;
      return emptyBlock(whole);
    }
    const builder = new BlockBuilder(whole, this.header?.length ?? 0, this.#lineEnd);
    while (at < whole.length) {
      const next = this.#row(whole, at, last, builder);
      if (next < 0) break;
      at = next;
    }
    this.#lineEnd = builder.lineEnd;
    this.#rest = at < whole.length ? Buffer.from(whole.subarray(at)) : Buffer.alloc(0);
    if (this.#rest.length > longestRow) throw badCsv(this.#line, 'a row is longer than 16 MB; a quotation mark may be missing');
    return builder.finish();
  }

  /** Reads one row; gives where the next one begins, or -1 when this one is not complete. */
  #row(whole: Buffer, begin: number, last: boolean, builder: BlockBuilder): number {
    const size = whole.length;
    const delimiter = this.#delimiter;
    let at = begin;
    let lines = 0;
    builder.open();
    for (;;) {
      let kind: number = valueKind.bare;
      let start = at;
      let end: number;
      if (whole[at] === quote) {
        kind = valueKind.quoted;
        start = at + 1;
        end = start;
        for (;;) {
          end = whole.indexOf(quote, end);
          if (end < 0 || (end === size - 1 && !last)) {
            if (!last) return -1;
            throw badCsv(this.#line, 'a quotation mark is opened and never closed');
          }
          if (whole[end + 1] !== quote) break;
          kind = valueKind.escaped;
          end += 2;
        }
        for (let found = whole.indexOf(lineFeed, start); found >= 0 && found < end; found = whole.indexOf(lineFeed, found + 1)) lines += 1;
        at = end + 1;
      } else {
        let byte = whole[at];
        while (at < size && byte !== delimiter && byte !== lineFeed && byte !== carriageReturn && byte !== quote) byte = whole[(at += 1)];
        end = at;
      }
      if (at >= size && !last) return -1;
      builder.add(start, end, kind);
      const byte = whole[at];
      if (byte === delimiter && at < size) {
        at += 1;
        continue;
      }
      let next = at;
      if (at < size) {
        if (byte === carriageReturn) {
          if (at + 1 >= size && !last) return -1;
          if (whole[at + 1] !== lineFeed) return this.#reject(whole, begin, at, last, lines, 'has a carriage return outside of quotation marks', builder);
          next = at + 2;
        } else if (byte === lineFeed) next = at + 1;
        else return this.#reject(whole, begin, at, last, lines, kind === valueKind.bare ? 'has a quotation mark inside a value that is not quoted' : 'has text after a closing quotation mark', builder);
      }
      this.#close(whole, begin, at, next, builder);
      this.#line += lines + 1;
      return next;
    }
  }

  #close(whole: Buffer, begin: number, end: number, next: number, builder: BlockBuilder): void {
    const values = builder.count;
    const blank = begin === end;
    if (!this.header) {
      if (blank) return builder.drop();
      const names = this.#named ? builder.texts() : builder.texts().map((_name, index) => `column_${index + 1}`);
      this.header = nameColumns(names);
      builder.width = values;
      if (this.#named) return builder.drop();
    } else if (blank && builder.width > 1) return builder.drop();
    else if (values !== builder.width) {
      this.#onReject({ line: this.#line, reason: `has ${values} values instead of ${builder.width}` });
      return builder.drop();
    }
    if (blank) return builder.drop();
    builder.keep(begin, end, next, whole);
  }

  /** Leaves a broken row out and goes on after the end of its line. */
  #reject(whole: Buffer, _begin: number, at: number, last: boolean, lines: number, reason: string, builder: BlockBuilder): number {
    const found = whole.indexOf(lineFeed, at);
    if (found < 0 && !last) return -1;
    if (!this.header) throw badCsv(this.#line, `the header ${reason}`);
    this.#onReject({ line: this.#line, reason });
    builder.drop();
    this.#line += lines + 1;
    return found < 0 ? whole.length : found + 1;
  }
}

function badCsv(line: number, reason: string): PipewrightError {
  return new PipewrightError({ code: 'bad-csv', message: `The file is no valid CSV: at line ${line}, ${reason}.`, hint: 'Correct the file, or check the delimiter.' });
}

/** Names for columns: white space trimmed, empty ones numbered, repeated ones told apart. */
function nameColumns(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((given, index) => {
    const base = given.trim() || `column_${index + 1}`;
    let name = base;
    for (let number = 2; used.has(name.toLowerCase()); number += 1) name = `${base}_${number}`;
    used.add(name.toLowerCase());
    return name;
  });
}

function emptyBlock(buffer: Buffer): CsvBlock {
  return { buffer, rows: 0, width: 0, starts: new Int32Array(0), ends: new Int32Array(0), kinds: new Uint8Array(0), pieces: [] };
}

/** Collects the places of values and the slices of rows. */
class BlockBuilder {
  width: number;
  count = 0;
  lineEnd: Buffer | undefined;
  readonly #buffer: Buffer;
  #rows = 0;
  #kept = 0;
  #starts = new Int32Array(4096);
  #ends = new Int32Array(4096);
  #kinds = new Uint8Array(4096);
  #pieces: Uint8Array[] = [];
  #from = -1;
  #to = -1;

  constructor(buffer: Buffer, width: number, lineEnd: Buffer | undefined) {
    this.#buffer = buffer;
    this.width = width;
    this.lineEnd = lineEnd;
  }

  open(): void {
    this.count = 0;
  }

  add(start: number, end: number, kind: number): void {
    const index = this.#kept + this.count;
    if (index >= this.#starts.length) this.#grow();
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#kinds[index] = kind;
    this.count += 1;
  }

  texts(): string[] {
    return Array.from({ length: this.count }, (_value, index) => readValue(this.#block(), this.#kept + index) ?? '');
  }

  drop(): void {
    this.count = 0;
  }

  /** Keeps the open row; its bytes go into the slices with the line end of the first row. */
  keep(begin: number, end: number, next: number, whole: Buffer): void {
    this.#kept += this.count;
    this.#rows += 1;
    this.count = 0;
    const own = whole.subarray(end, next);
    this.lineEnd ??= own.length > 0 ? Buffer.from(own) : Buffer.from('\n');
    if (begin !== this.#to) this.#flush();
    if (this.#from < 0) this.#from = begin;
    this.#to = next;
    if (own.length !== this.lineEnd.length) {
      this.#to = end;
      this.#flush();
      this.#pieces.push(this.lineEnd);
    }
  }

  finish(): CsvBlock {
    this.#flush();
    return this.#block();
  }

  #block(): CsvBlock {
    return { buffer: this.#buffer, rows: this.#rows, width: this.width, starts: this.#starts, ends: this.#ends, kinds: this.#kinds, pieces: this.#pieces };
  }

  #flush(): void {
    if (this.#from >= 0) this.#pieces.push(this.#buffer.subarray(this.#from, this.#to));
    this.#from = -1;
    this.#to = -1;
  }

  #grow(): void {
    const longer = <T extends Int32Array | Uint8Array>(old: T, next: T): T => (next.set(old), next);
    const size = this.#starts.length * 2;
    this.#starts = longer(this.#starts, new Int32Array(size));
    this.#ends = longer(this.#ends, new Int32Array(size));
    this.#kinds = longer(this.#kinds, new Uint8Array(size));
  }
}
