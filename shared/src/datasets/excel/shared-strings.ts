import type { Bytes } from '../../host/bytes.ts';
import { PipewrightError } from '../../host/error.ts';
import { valueKind } from '../formats/csv-block.ts';
import type { TypedBlockBuilder } from '../formats/typed-block-builder.ts';
import { badWorkbook } from './bad-workbook.ts';
import { decodeCellText, textFault } from './cell-text.ts';
import { StringItem } from './string-item.ts';
import { isAscii, isAt, literal, plainTextEnd } from './plain-xml.ts';
import { readXml, type XmlHandler } from './xml-reader.ts';

/** Limits of the texts that a workbook can share between its cells. */
const maxBytes = 256 * 1024 * 1024;
const maxStrings = 32 * 1024 * 1024;

/**
 * The texts that cells of a workbook share, kept as UTF-8 with doubled quotation marks in one buffer, ready to be written:
 * a million strings take a third of the memory of JavaScript strings.
 */
export class SharedStrings {
  /** Number of strings. */
  count = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #starts = new Uint32Array(1024);
  #kinds = new Uint8Array(1024);
  /** Why a string cannot be stored, by its index. */
  readonly #faults = new Map<number, string>();

  /**
   * Reads `xl/sharedStrings.xml`.
   * @throws PipewrightError `invalid-input` for more than 256 MB of text
   */
  async read(bytes: Bytes): Promise<void> {
    const item = new StringItem();
    let isInside = false;
    const handler: XmlHandler = {
      open: (name) => {
        if (name === 'si') {
          isInside = true;
          item.clear();
        } else if (isInside) item.open(name);
      },
      text: (text) => item.text(text),
      close: (name) => {
        item.close(name);
        if (name !== 'si') return;
        isInside = false;
        this.#add(decodeCellText(item.value));
      },
    };
    await readXml(bytes, handler, {
      name: 'si',
      parent: 'sst',
      isReady: true,
      read: (piece, at, end) => this.#readPlain(piece, at, end),
    });
  }

  /** Reads `<si><t>…</t></si>` without markup, entities and quotation marks. */
  #readPlain(bytes: Buffer, from: number, end: number): number {
    let next = from;
    for (;;) {
      const start = textStart(bytes, next);
      if (start < 0) return next;
      const stop = plainTextEnd(bytes, start, end);
      if (stop < 0 || !isAt(bytes, stop, itemEnd)) return next;
      this.#reserve(stop - start);
      this.#note(stop - start, valueKind.quoted | (isAscii(bytes, start, stop) ? 0 : valueKind.beyondAscii));
      bytes.copy(this.#buffer, this.#at - stop + start, start, stop);
      next = stop + itemEnd.length;
    }
  }

  /** Whether a string is empty. */
  isEmpty(index: number): boolean {
    return this.#end(index) === this.#starts[index];
  }

  /** Why a string cannot be stored, to follow "has"; undefined if it can. */
  faultOf(index: number): string | undefined {
    return this.#faults.size === 0 ? undefined : this.#faults.get(index);
  }

  /** Writes a string as a value of the current row. */
  write(index: number, builder: TypedBlockBuilder): void {
    builder.addEncodedText(this.#buffer, this.#starts[index] as number, this.#end(index), this.#kinds[index] as number);
  }

  /** A string as text. */
  textOf(index: number): string {
    return this.#buffer.toString('utf8', this.#starts[index], this.#end(index)).replaceAll('""', '"');
  }

  #end(index: number): number {
    return index + 1 < this.count ? (this.#starts[index + 1] as number) : this.#at;
  }

  #add(text: string): void {
    const fault = textFault(text);
    if (fault !== undefined) this.#faults.set(this.count, fault);
    const doubled = text.includes('"');
    const written = doubled ? text.replaceAll('"', '""') : text;
    this.#reserve(written.length * 3);
    const length = this.#buffer.write(written, this.#at, 'utf8');
    this.#note(
      length,
      valueKind.quoted |
        (doubled ? valueKind.doubledQuotes : 0) |
        (length > written.length ? valueKind.beyondAscii : 0),
    );
  }

  /** Adds the string whose bytes are next in the buffer. */
  #note(length: number, kind: number): void {
    if (this.count === maxStrings) throw tooMuchText();
    if (this.count === this.#starts.length) {
      this.#starts = grown(this.#starts, new Uint32Array(this.count * 2));
      this.#kinds = grown(this.#kinds, new Uint8Array(this.count * 2));
    }
    this.#starts[this.count] = this.#at;
    this.#kinds[this.count] = kind;
    this.#at += length;
    this.count += 1;
  }

  #reserve(bytes: number): void {
    const size = this.#at + bytes;
    if (size <= this.#buffer.length) return;
    if (size > maxBytes) throw tooMuchText();
    const larger = Buffer.allocUnsafe(Math.max(64 * 1024, size, Math.floor(this.#buffer.length * 1.5)));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
}

const itemStart = literal('<si><t>');
const spacedItemStart = literal('<si><t xml:space="preserve">');
const itemEnd = literal('</t></si>');

/** Where the text of a plain item starts; -1 for other elements. */
function textStart(bytes: Buffer, at: number): number {
  if (isAt(bytes, at, itemStart)) return at + itemStart.length;
  return isAt(bytes, at, spacedItemStart) ? at + spacedItemStart.length : -1;
}

function tooMuchText(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    message: 'The Excel workbook has more than 256 MB of text.',
    hint: 'Save the sheet as CSV (UTF-8) and use that file.',
  });
}

function grown<A extends Uint32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** Reads the index of a shared string in a cell; undefined for an empty text, which is not string 0. */
export function sharedIndex(text: string, { count }: SharedStrings): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  let index = 0;
  for (let at = 0; at < trimmed.length && index < count; at += 1) {
    const digit = trimmed.charCodeAt(at) - 0x30;
    index = digit >= 0 && digit <= 9 ? index * 10 + digit : count;
  }
  if (index >= count)
    throw badWorkbook(`a cell has the shared text number ${trimmed.slice(0, 20)}, which it does not contain`);
  return index;
}
