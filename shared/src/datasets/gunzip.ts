import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';
import { peekBytes } from './peek-bytes.ts';

/** The first two bytes of everything that gzip packed (RFC 1952, section 2.3.1); no text in UTF-8 begins like this. */
const magic = [0x1f, 0x8b] as const;

/** Whether bytes begin as gzip does. */
function isPacked(start: Uint8Array): boolean {
  return magic.every((byte, index) => start[index] === byte);
}

/**
 * Unpacks bytes that gzip packed, and passes all others through as they are: some senders pack without saying so. Nothing is
 * held but the piece at work; who stops reading stops the source.
 * @throws PipewrightError `cut-short` when packed bytes are damaged or end too soon
 */
export async function* gunzipIfNeeded(bytes: Bytes): Bytes {
  const { start, all } = await peekBytes(bytes, magic.length);
  yield* isPacked(start) ? gunzip(all) : all;
}

async function* gunzip(packed: Bytes): Bytes {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let broken: unknown;
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of packed) await writer.write(piece as Uint8Array<ArrayBuffer>);
    } catch (error) {
      broken = error;
      await writer.abort(error);
      return;
    }
    await writer.close();
  };
  // Reading fails with it too, so that nothing is lost when the failure is not looked at here.
  const feeding = feed().catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw broken instanceof PipewrightError ? broken : damaged(error);
  } finally {
    await reader.cancel().catch(() => undefined);
    await feeding;
  }
}

function damaged(cause: unknown): PipewrightError {
  return new PipewrightError({
    code: 'cut-short',
    message: 'The packed file is damaged or ended too soon.',
    hint: 'Run the step again.',
    cause,
  });
}
