import { PipewrightError } from '../host/error.ts';
import type { Host } from '../host/host.ts';
import { backoff } from '../http/retry-delay.ts';
import type { Run } from './run.ts';

/** How one run is started, and found again. */
export interface Start {
  /** Display name of the service, for messages. */
  service: string;
  /** What is run, for messages: `job Daily build`. */
  what: string;
  start(): Promise<Run>;
  /** Looks for the run by a key that only this start carries; absent where the vendor keeps no such key. */
  find?(): Promise<Run | undefined>;
}

/** How often a run is looked for after its start was not answered. */
const looks = 3;

/**
 * Starts a run and never a second one: when the vendor's answer is lost, it looks for the run that may be going already.
 * @throws PipewrightError `unavailable`, not retryable, when nobody can tell whether the run was started
 */
export async function startOnce(host: Host, { service, what, start, find }: Start): Promise<Run> {
  try {
    return await start();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    const found = find && (await look(host, find));
    if (found) {
      host.log.info(`${service} did not answer the start, but the run was found.`);
      return found;
    }
    throw new PipewrightError({
      code: 'unavailable',
      service,
      message: `${service} did not say whether it started ${what}.`,
      hint: `Look in ${service} before you run this step again: the run may be going already.`,
      retryable: false,
      cause: error,
    });
  }
}

/** Whether the work may have been started although the call failed. */
function isUncertain(error: unknown): boolean {
  if (!(error instanceof PipewrightError) || error.unsent) return false;
  return error.code === 'unavailable' || error.code === 'unexpected-answer';
}

async function look(host: Host, find: () => Promise<Run | undefined>): Promise<Run | undefined> {
  for (let attempt = 0; attempt < looks; attempt += 1) {
    await host.sleep(backoff(attempt, host.random(), 1_000));
    try {
      const found = await find();
      if (found) return found;
    } catch (error) {
      if (!(error instanceof PipewrightError)) throw error;
    }
  }
  return undefined;
}
