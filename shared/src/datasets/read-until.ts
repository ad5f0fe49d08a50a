import { PipewrightError } from '../host/error.ts';
import type { Bytes } from '../host/host.ts';

/**
 * The pieces of a source until a signal comes; also a source that stands still is left then.
 * @throws PipewrightError `cancelled`
 */
export async function* readUntil(source: Bytes, signal: AbortSignal | undefined): Bytes {
  if (!signal) return yield* source;
  const iterator = source[Symbol.asyncIterator]();
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () =>
      reject(new PipewrightError({ code: 'cancelled', message: 'The load was stopped; the table is as it was.' }));
  });
  stopped.catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let done = false;
  try {
    for (;;) {
      const next = await Promise.race([stopped, iterator.next()]);
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
