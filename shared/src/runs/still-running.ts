import { createHash } from 'node:crypto';
import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import type { RunProvider } from './provider.ts';

/** Shortest and longest time until the platform runs a step again, in seconds. */
const repeatSeconds = { min: 30, max: 600 };

/** A run that outlasts the time limit of the platform. */
export interface UnfinishedRun {
  service: string;
  /** Type and name of what is run. */
  what: string;
  id: string;
  /** How long the step has waited for the run, in milliseconds, over all its repetitions. */
  waitedMs: number;
  /** Whether the step finds the same run when it runs again. */
  repeatable: boolean;
  /** Whether the vendor could send a callback instead. */
  canCallBack?: boolean;
}

/**
 * The error that ends a step because its run is active. Later steps must not run with it: the platform runs the step again, or stops.
 * The time until then is half of the time waited, so that a run is noticed within half of its duration.
 */
export function stillRunning({
  service,
  what,
  id,
  waitedMs,
  repeatable,
  canCallBack = false,
}: UnfinishedRun): PipewrightError {
  const { min, max } = repeatSeconds;
  const otherwise = `${canCallBack ? 'set Completion Method to Wait for Callback, ' : ''}turn off Wait for Completion or continue in a Zap that starts when the run has finished`;
  return new PipewrightError({
    code: 'still-running',
    service,
    message: `Run ${id} of ${what} has not finished after ${Math.round(waitedMs / 1000)} seconds.`,
    hint: repeatable
      ? { n8n: 'Run the step again later.', zapier: 'Zapier runs this step again until the run finishes.' }
      : {
          n8n: 'Get the run later by its ID.',
          zapier: `The Zap stops here, and the run continues. To let Zapier run this step again until the run finishes, map the ID of the trigger to Start Key. Otherwise ${otherwise}.`,
        },
    ...(repeatable
      ? { retryable: true, retryAfterSeconds: Math.round(Math.min(max, Math.max(min, waitedMs / 2000))) }
      : {}),
  });
}

const cacheKey = ({ service, place }: RunProvider, id: string): string =>
  `waiting:${createHash('sha256')
    .update(JSON.stringify([service, place, id]))
    .digest('hex')}`;

/** When the wait for a run began, in milliseconds since 1970, if an earlier repetition of the step already waited. */
export async function readWaitStart(host: Host, provider: RunProvider, id: string): Promise<number | undefined> {
  const since = await host.cache.get(cacheKey(provider, id));
  return typeof since === 'number' ? since : undefined;
}

/** Remembers when the wait for a run began; undefined forgets it. */
export async function writeWaitStart(
  host: Host,
  provider: RunProvider,
  id: string,
  entry?: { since: number; seconds: number },
): Promise<void> {
  if (entry) await host.cache.set(cacheKey(provider, id), entry.since, entry.seconds);
  else await host.cache.delete(cacheKey(provider, id));
}
