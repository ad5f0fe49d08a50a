const [lessThan, ampersand, carriageReturn, doubleQuote, underscore, lowerX] = [0x3c, 0x26, 0x0d, 0x22, 0x5f, 0x78];

/** The bytes of a text to look for with `isAt`. */
export function literal(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Whether bytes contain a text at an offset. */
export function isAt(bytes: Buffer, at: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) if (bytes[at + index] !== text[index]) return false;
  return true;
}

/**
 * The end of a text in XML that cells store as it is: without entities, escapes of Excel (`_x000D_`), carriage returns,
 * quotation marks and zero characters.
 * @returns the offset of the next tag; -1 for another text
 */
export function plainTextEnd(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte > ampersand && byte < lessThan) continue;
    if (byte === lessThan) return at;
    if (byte === ampersand || byte === doubleQuote || byte === carriageReturn || byte === 0) return -1;
    if (byte === underscore && bytes[at + 1] === lowerX) return -1;
  }
  return -1;
}

/** Whether all bytes are ASCII. */
export function isAscii(bytes: Buffer, start: number, end: number): boolean {
  let all = 0;
  for (let at = start; at < end; at += 1) all |= bytes[at] as number;
  return all < 0x80;
}
