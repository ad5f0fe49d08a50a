const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Whether the lines of a text end in carriage returns alone, as on old Macintosh computers. */
export function endsInCarriageReturns(start: Uint8Array, complete: boolean): boolean {
  if (start.includes(lineFeed)) return false;
  const at = start.indexOf(carriageReturn);
  return at >= 0 && (at < start.length - 1 || complete);
}

/** Replaces carriage returns that end lines with line feeds. Those inside quotation marks are part of a value and stay. */
export class CarriageReturns {
  readonly #delimiter: number;
  #quoted = false;
  #startsValue = true;
  /** Whether the previous byte closed a quoted value, so that another mark is part of it. */
  #closed = false;

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /** Returns the next bytes of the file with replaced line ends. */
  replace(piece: Uint8Array): Buffer {
    const out = Buffer.from(piece);
    for (let at = 0; at < out.length; at += 1) {
      const byte = out[at] as number;
      if (byte === quote) {
        const closes = this.#quoted;
        this.#quoted = !closes && (this.#startsValue || this.#closed);
        this.#closed = closes;
        this.#startsValue = false;
      } else if (!this.#quoted) {
        this.#closed = false;
        this.#startsValue = byte === this.#delimiter || byte === carriageReturn;
        if (byte === carriageReturn && out[at + 1] !== lineFeed) out[at] = lineFeed;
      }
    }
    return out;
  }
}
