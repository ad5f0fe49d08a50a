import type { ValueRule } from '../../datasets/load/existing-column.ts';

/** The characters of Windows-1252, which MySQL calls latin1. */
const latin1 = new Set(new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)));

/** The bytes of a text in a character set, where they can be computed here. */
const byteLengths: Record<string, (text: string) => number> = {
  utf8mb4: (text) => Buffer.byteLength(text),
  utf8mb3: (text) => Buffer.byteLength(text),
  utf8: (text) => Buffer.byteLength(text),
  latin1: (text) => text.length,
  ascii: (text) => text.length,
  ucs2: (text) => text.length * 2,
  utf16: (text) => text.length * 2,
  utf16le: (text) => text.length * 2,
  utf32: (text) => [...text].length * 4,
};

/** Whether a character set lacks a character of a text. For other sets, the server refuses such a row. */
const lacks: Record<string, (text: string) => boolean> = {
  utf8mb3: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  utf8: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  ucs2: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  ascii: (text) => /[^\x00-\x7f]/.test(text),
  latin1: (text) => [...text].some((character) => !latin1.has(character)),
};

/** Maximum bytes of a UTF-16 unit in any character set. */
const maxBytesPerUnit = 4;

/**
 * The rules of a text column with a character set.
 * @param maxBytes its size, where its type counts bytes and not characters
 */
export function charsetRules(set: string, maxBytes: number | undefined): ValueRule[] {
  const lacking = lacks[set];
  const byteLength = byteLengths[set];
  const rules: ValueRule[] = [];
  if (lacking)
    rules.push({ reason: `has a character that the character set ${set} of the column lacks`, fails: lacking });
  if (maxBytes !== undefined && byteLength)
    rules.push({
      reason: `has more than ${maxBytes} bytes`,
      fails: (text) => text.length * maxBytesPerUnit > maxBytes && byteLength(text) > maxBytes,
    });
  return rules;
}
