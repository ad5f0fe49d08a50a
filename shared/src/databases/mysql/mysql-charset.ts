import type { ValueRule } from '../../datasets/load/target.ts';

/** The letters of Windows-1252, which MySQL calls latin1. */
const latin1 = new Set(new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte)));

/** How many bytes a text has in a character set; undefined for sets in which that is not known. */
const measures: Record<string, (text: string) => number> = {
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

/** Whether a character set lacks a letter of a text. The sets that are not here are left to the server, which refuses such a row. */
const lacks: Record<string, (text: string) => boolean> = {
  utf8mb3: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  utf8: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  ucs2: (text) => /[\u{10000}-\u{10ffff}]/u.test(text),
  ascii: (text) => /[^\x00-\x7f]/.test(text),
  latin1: (text) => [...text].some((letter) => !latin1.has(letter)),
};

/** Bytes that a unit of UTF-16 takes at most in any character set. */
const mostBytesOfUnit = 4;

/**
 * What a text of a character set cannot hold.
 * @param mostBytes how many bytes it holds, where its type counts bytes and not characters
 */
export function letterRule(set: string, mostBytes: number | undefined): ValueRule[] {
  const lacking = lacks[set];
  const measure = measures[set];
  const rules: ValueRule[] = [];
  if (lacking)
    rules.push({ reason: `has a character that the character set ${set} of the column lacks`, fails: lacking });
  if (mostBytes !== undefined && measure)
    rules.push({
      reason: `has more than ${mostBytes} bytes`,
      fails: (text) => text.length * mostBytesOfUnit > mostBytes && measure(text) > mostBytes,
    });
  return rules;
}
