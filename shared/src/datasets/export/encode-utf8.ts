import { PipewrightError } from '../../host/error.ts';

const encoder = new TextEncoder();

/**
 * Encodes text in UTF-8.
 * @throws PipewrightError see `wellFormed`
 */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(wellFormed(text));
}

/**
 * Returns the text, if UTF-8 can represent it.
 * @throws PipewrightError `invalid-input` for half of a surrogate pair
 */
export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new PipewrightError({
    code: 'invalid-input',
    message: 'A text contains half of a surrogate pair, which is not a character and cannot be written to a file.',
    hint: 'Nothing was exported. Correct the text in the database.',
  });
}
