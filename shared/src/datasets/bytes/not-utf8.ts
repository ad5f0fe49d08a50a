import { PipewrightError } from '../../host/error.ts';
import { shortName, type Encoding } from './encodings.ts';
import { countLines } from './utf8.ts';

/** The non-ASCII characters to expect in each encoding, most common encodings first. */
const likely: readonly [encoding: Encoding, letters: RegExp][] = [
  ['windows-1252', /[\p{Script=Latin}\p{Sc}]/u],
  ['windows-1250', /[\p{Script=Latin}\p{Sc}]/u],
  ['iso-8859-2', /[\p{Script=Latin}\p{Sc}]/u],
  ['windows-1251', /\p{Script=Cyrillic}/u],
  ['shift_jis', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['gb18030', /\p{Script=Han}/u],
  ['big5', /\p{Script=Han}/u],
  ['euc-kr', /\p{Script=Hangul}/u],
];

const maxShownBytes = 40;
const isSeparator = (byte: number | undefined): boolean =>
  byte === undefined ||
  byte === 0x0a ||
  byte === 0x0d ||
  byte === 0x2c ||
  byte === 0x3b ||
  byte === 0x09 ||
  byte === 0x7c ||
  byte === 0x22;

/** The value around a byte, up to delimiters, quotation marks or line ends. */
function valueAround(bytes: Uint8Array, at: number): Uint8Array {
  let from = at;
  let to = at;
  while (from > 0 && at - from < maxShownBytes && !isSeparator(bytes[from - 1])) from -= 1;
  while (to < bytes.length && to - at < maxShownBytes && !isSeparator(bytes[to])) to += 1;
  return bytes.subarray(from, to);
}

/** Decodes a value in each plausible encoding, most likely first. */
function likelyReadings(value: Uint8Array): { encoding: Encoding; text: string }[] {
  return likely.flatMap(([encoding, letters]) => {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(value);
      const beyond = [...text].filter((letter) => letter > '\u007f');
      const fitting = beyond.filter((letter) => letters.test(letter)).length;
      // Values in other scripts rarely contain Latin letters, or only one non-Latin letter.
      const isMixed = !letters.source.includes('Latin') && (/[A-Za-z]/.test(text) || beyond.length < 2);
      return beyond.length > 0 && fitting / beyond.length > 0.7 && !isMixed ? [{ encoding, text }] : [];
    } catch {
      return [];
    }
  });
}

/**
 * The error of invalid UTF-8.
 * @param at offset of the byte
 * @param line line number of the first byte
 */
export function notUtf8(bytes: Uint8Array, at: number, line: number): PipewrightError {
  const found = line + countLines(bytes, 0, at);
  const readings = likelyReadings(valueAround(bytes, at)).map(
    ({ encoding, text }) => `“${text}” in ${shortName(encoding)}`,
  );
  return new PipewrightError({
    code: 'invalid-file',
    message: `Line ${found} is not UTF-8.${readings.length > 0 ? ` A value in it could be ${readings.join(', or ')}.` : ''}`,
    hint: `Choose the file’s encoding under Encoding${readings.length > 0 ? '' : ', such as Windows-1252'}, or save the file as UTF-8.`,
  });
}
