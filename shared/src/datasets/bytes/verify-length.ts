import type { Bytes } from '../../host/bytes.ts';
import { PipewrightError } from '../../host/error.ts';

/**
 * Passes bytes through and verifies their number at the end of the source.
 * @param length expected number of bytes; undefined where it is not known
 * @throws PipewrightError `incomplete` when the number differs
 */
export async function* verifyLength(bytes: Bytes, length: number | undefined): Bytes {
  let received = 0;
  for await (const piece of bytes) {
    received += piece.length;
    yield piece;
  }
  if (length === undefined || received === length) return;
  throw new PipewrightError({
    code: 'incomplete',
    message: `The dataset is incomplete: received ${received} of ${length} bytes.`,
    hint: 'Nothing was changed. Run the step again.',
    retryable: true,
  });
}
