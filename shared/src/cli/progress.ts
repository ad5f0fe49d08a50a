import type { Log } from '../host/host.ts';

/** Progress on standard error. */
export const progress: Log = {
  info: (message) => void process.stderr.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`Warning: ${message}\n`),
};

/** Aborted by Ctrl+C, once; a second Ctrl+C ends the process as usual. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
