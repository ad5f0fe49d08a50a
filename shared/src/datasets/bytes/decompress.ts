import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';

/** Unpacked bytes from which on the ratio is checked. */
const minBombBytes = 16 * 1024 * 1024;

/** No table is packed further: one line that repeats comes to a few hundred. */
const maxRatio = 500;

/**
 * Unpacks a file of a ZIP (raw Deflate). Nothing is held but the piece at work; a caller that stops reading stops the source.
 * @throws PipewrightError `cut-short` when the bytes are damaged or end too soon, `bad-input` when a small file unpacks without end
 */
export async function* decompress(packed: Bytes): Bytes {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let broken: unknown;
  let taken = 0;
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of packed) {
        taken += piece.length;
        await writer.write(piece as Uint8Array<ArrayBuffer>);
      }
    } catch (error) {
      broken = error;
      await writer.abort(error);
      return;
    }
    await writer.close();
  };
  // Reading fails with it too, so that nothing is lost when the failure is not looked at here.
  const feeding = feed().catch(() => undefined);
  let given = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      given += value.length;
      refuseBomb(given, taken);
      yield value;
    }
  } catch (error) {
    if (broken instanceof PipewrightError) throw broken;
    throw error instanceof PipewrightError ? error : damaged(error);
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding;
  }
}

/** The error of packed bytes that are not as they were packed. */
export function damaged(cause?: unknown): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: 'The compressed file is damaged, incomplete, or followed by other data.',
    hint: 'Get the file again. If the error stays, compress it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Refuses a file that unpacks to far more than any table does.
 * @param given unpacked bytes so far
 * @param taken packed bytes so far
 * @throws PipewrightError `bad-input`
 */
export function refuseBomb(given: number, taken: number): void {
  if (given <= minBombBytes || given <= taken * maxRatio) return;
  throw new PipewrightError({
    code: 'bad-input',
    message: `The compressed file unpacks to more than ${maxRatio} times its size, which no table does.`,
    hint: 'Check where the file comes from: such files are made to fill disks.',
  });
}
