import type { Log } from '../host/host.ts';

/** Logs progress to standard error. */
export const progress: Log = {
  info: (message) => void process.stderr.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`Warning: ${message}\n`),
};

/** A signal that Ctrl+C aborts; a second Ctrl+C ends the process. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return controller.signal;
}
