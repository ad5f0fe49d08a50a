/** A longer element is read by the parser, so that its start is not copied with each further piece. */
const maxHeldBytes = 64 * 1024;

/**
 * Reads elements of one name from their bytes, if they are written in the form that nearly all programs use, instead of the
 * parser, which takes several times as long for millions of elements.
 */
export interface PlainReader {
  readonly name: string;
  /** Name of their parent. */
  readonly parent: string;
  /** Whether elements can be read now. */
  readonly isReady: boolean;
  /**
   * Reads elements from `at` on, up to the first one that is written in another form: the handler receives it and decides.
   * @param bytes well-formed UTF-8; the parser has passed everything before `at` to the handler
   * @param end end of the last complete element
   * @returns where the first element starts that was not read; `end` or later after the last one
   */
  read(bytes: Buffer, at: number, end: number): number;
}

/** The parser of what is not read from its bytes. */
export interface ParserOfPieces {
  /** @param bytes whole characters in UTF-8 */
  write(bytes: Buffer): void;
  end(): void;
  /** Whether nothing is open but the elements around the children of an element with this name. */
  isBetweenChildrenOf(parent: string): boolean;
}

/** Passes an XML file to a plain reader where it can, and to the parser otherwise. */
export class PlainFeed {
  readonly #parser: ParserOfPieces;
  readonly #plain: PlainReader;
  readonly #close: string;
  /** Start of an element whose end is in a later piece, and its length. One buffer serves all pieces. */
  #buffer: Buffer = Buffer.alloc(2 * maxHeldBytes);
  #held = 0;

  constructor(parser: ParserOfPieces, plain: PlainReader) {
    this.#parser = parser;
    this.#plain = plain;
    this.#close = `</${plain.name}>`;
  }

  write(piece: Buffer): void {
    const bytes = this.#withHeld(piece);
    const last = bytes.lastIndexOf(this.#close);
    const end = last < 0 ? 0 : last + this.#close.length;
    let at = 0;
    while (at < end) {
      if (this.#isPlainNext) at = this.#plain.read(bytes, at, end);
      if (at >= end) break;
      // The parser reads at least one element, or what comes before the first one.
      const next = this.#plain.isReady ? bytes.indexOf(this.#close, at) + this.#close.length : end;
      this.#parser.write(bytes.subarray(at, next));
      at = next;
    }
    const isHeld = this.#isPlainNext && bytes.length - at <= maxHeldBytes;
    if (!isHeld) this.#parser.write(bytes.subarray(at));
    this.#held = isHeld ? bytes.copy(this.#buffer, 0, at) : 0;
  }

  end(): void {
    this.#parser.write(this.#buffer.subarray(0, this.#held));
    this.#parser.end();
  }

  #withHeld(piece: Buffer): Buffer {
    if (this.#held === 0) return piece;
    const length = this.#held + piece.length;
    if (length > this.#buffer.length) this.#buffer = Buffer.concat([this.#buffer.subarray(0, this.#held)], length * 2);
    piece.copy(this.#buffer, this.#held);
    return this.#buffer.subarray(0, length);
  }

  get #isPlainNext(): boolean {
    return this.#plain.isReady && this.#parser.isBetweenChildrenOf(this.#plain.parent);
  }
}
