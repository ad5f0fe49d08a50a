import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';

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
  const source = bytes[Symbol.asyncIterator]();
  let open = true;
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await source.next();
    open = !done;
    return done ? undefined : value;
  };
  async function* from(start: Uint8Array): Bytes {
    if (start.length > 0) yield start;
    for (let piece = await next(); piece !== undefined; piece = await next()) yield piece;
  }
  try {
    let start: Uint8Array = new Uint8Array(0);
    while (start.length < magic.length) {
      const piece = await next();
      if (piece === undefined) break;
      start = start.length === 0 ? piece : Buffer.concat([start, piece]);
    }
    yield* isPacked(start) ? gunzip(from(start)) : from(start);
  } finally {
    if (open) await source.return?.();
  }
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
