import { PipewrightError } from '../../host/error.ts';

const encoder = new TextEncoder();

/**
 * Encodes text in UTF-8.
 * @throws PipewrightError `invalid-input` for half of a surrogate pair, which UTF-8 cannot represent
 */
export function encodeUtf8(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  throw new PipewrightError({
    code: 'invalid-input',
    message: 'A text contains half of a surrogate pair, which is not a character and cannot be written to a file.',
    hint: 'Nothing was exported. Correct the text in the database.',
  });
}
