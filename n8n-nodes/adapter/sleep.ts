import { sleep } from 'n8n-workflow';
import { PipewrightError } from '../../shared/src/host/error.ts';

/**
 * Waits until the time has passed or the execution is stopped.
 * @throws PipewrightError `cancelled` as soon as `signal` is aborted
 */
export async function sleepUnlessStopped(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return sleep(milliseconds);
  const stopped = () => new PipewrightError({ code: 'cancelled', message: 'The execution was stopped.' });
  if (signal.aborted) throw stopped();
  let onAbort = () => undefined as void;
  const abortion = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(stopped());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    // Older versions of n8n do not abort the sleep itself; it then runs to its end without effect.
    await Promise.race([sleep(milliseconds, signal).catch(() => abortion), abortion]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
