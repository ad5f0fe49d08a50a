import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/bytes.ts';
import type { OpenedFile } from '../host/host.ts';

/**
 * The bytes of a file, which are as many as were announced when they are read to their end.
 * @throws PipewrightError `cut-short` otherwise
 */
export async function* wholeBytes({ bytes, size }: Pick<OpenedFile, 'bytes' | 'size'>): Bytes {
  let came = 0;
  for await (const piece of bytes) {
    came += piece.length;
    yield piece;
  }
  if (size === undefined || came === size) return;
  throw new PipewrightError({
    code: 'cut-short',
    message: `The dataset ended after ${came} bytes, though ${size} were announced.`,
    hint: 'Run the step again; nothing was changed.',
    retryable: true,
  });
}
