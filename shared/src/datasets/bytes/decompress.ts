import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';

/** Decompressed bytes after which the ratio is checked: Deflate. */
const minBombBytes = 16 * 1024 * 1024;

/** Decompressed bytes after which the ratio is checked: Zstandard and bzip2, with which a table with few different values shrinks to a six-thousandth. */
export const denseBombBytes = 256 * 1024 * 1024;

/** Maximum compression ratio: with Deflate, even a table that repeats one line only reaches a few hundred. */
const maxRatio = 500;

/**
 * Decompresses raw Deflate, as used in a ZIP, as a stream. A caller that stops reading closes the source.
 * @throws PipewrightError `incomplete` for damaged or truncated data, `invalid-input` for a decompression bomb
 */
export async function* decompress(source: Bytes): Bytes {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let sourceError: unknown;
  let compressed = 0;
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of source) {
        compressed += piece.length;
        await writer.write(piece as Uint8Array<ArrayBuffer>);
      }
    } catch (error) {
      sourceError = error;
      await writer.abort(error);
      return;
    }
    await writer.close();
  };
  // The reader fails with the same error, so it can be ignored here.
  const feeding = feed().catch(() => undefined);
  let decompressed = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      decompressed += value.length;
      refuseBomb(decompressed, compressed);
      yield value;
    }
  } catch (error) {
    if (sourceError instanceof PipewrightError) throw sourceError;
    throw error instanceof PipewrightError ? error : damaged(error);
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding;
  }
}

/** The error of damaged compressed data. */
export function damaged(cause?: unknown): PipewrightError {
  return new PipewrightError({
    code: 'incomplete',
    message: 'The compressed file is damaged, incomplete or followed by other data.',
    hint: 'Download the file again. If the error persists, compress it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Refuses a decompression bomb.
 * @param decompressed decompressed bytes so far
 * @param compressed compressed bytes so far
 * @param minBytes decompressed bytes after which the ratio is checked. Default: 16 MB
 * @throws PipewrightError `invalid-input`
 */
export function refuseBomb(decompressed: number, compressed: number, minBytes = minBombBytes): void {
  if (decompressed <= minBytes || decompressed <= compressed * maxRatio) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `The compressed file expands to more than ${maxRatio} times its size.`,
    hint: 'Check where the file comes from: it may be a decompression bomb.',
  });
}
