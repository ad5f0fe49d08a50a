import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';

const stopped = (): PipewrightError =>
  new PipewrightError({ code: 'cancelled', message: 'The load was stopped. The table was not changed.' });

/**
 * The pieces of a source until a signal comes; also a source that stands still is left then.
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
      // Not Promise.race: with a promise that outlives the pieces, it would hold on to every one of them.
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
    // Not awaited: a source that stands still would keep the load from ending.
    if (!done) Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
