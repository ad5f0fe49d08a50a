import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { HeldBytes } from './held-bytes.ts';

/** Largest file to hold in memory. */
const maxWholeBytes = 128 * 1024 * 1024;

/**
 * Reads a file into memory, for formats that cannot be read from start to end.
 * @param name of the format, such as `The Excel workbook`
 * @param hint what to do if the file is too large
 * @throws PipewrightError `invalid-input` for a file of more than 128 MB
 */
export async function readWhole(bytes: Bytes, name: string, hint: string): Promise<HeldBytes> {
  const held = new HeldBytes();
  for await (const piece of bytes) {
    held.add(piece);
    if (held.length > maxWholeBytes)
      throw new PipewrightError({
        code: 'invalid-input',
        message: `${name} is larger than ${maxWholeBytes / 1024 / 1024} MB.`,
        hint,
      });
  }
  return held;
}
