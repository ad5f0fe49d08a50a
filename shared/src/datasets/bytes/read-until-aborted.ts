import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';

const stopped = (): PipewrightError =>
  new PipewrightError({ code: 'cancelled', message: 'The operation was canceled. Nothing was changed.' });

/**
 * Passes bytes through until the signal is aborted, also while the source is stalled.
 * @throws PipewrightError `cancelled`
 */
export async function* readUntilAborted(source: Bytes, signal: AbortSignal | undefined): Bytes {
  if (!signal) return yield* source;
  const iterator = source[Symbol.asyncIterator]();
  let leave = (): void => undefined;
  const stop = (): void => leave();
  signal.addEventListener('abort', stop, { once: true });
  let done = false;
  try {
    for (;;) {
      // Not Promise.race: a long-lived promise in a race keeps a reference to every piece.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        leave = () => reject(stopped());
        if (signal.aborted) leave();
        else iterator.next().then(resolve, reject);
      });
      if (next.done) {
        done = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not awaited: a stalled source would block the end of the load.
    if (!done) Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
