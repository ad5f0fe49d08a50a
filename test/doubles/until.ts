import { setTimeout as sleep } from 'node:timers/promises';
import type { ManualClock } from './server/clock.ts';

/** Milliseconds by which the clock of a sandbox advances between two readings: less than any state in these tests lasts. */
const step = 20;

/**
 * Reads a state until it is the expected one.
 * @param clock the clock of the sandbox, advanced after each reading, so that no state is missed on a busy machine; without it,
 *   real time passes
 * @throws Error after 6,000 readings
 */
export async function until<T>(read: () => Promise<T>, fits: (value: T) => boolean, clock?: ManualClock): Promise<T> {
  for (let readings = 0; readings < 6_000; readings += 1) {
    const value = await read();
    if (fits(value)) return value;
    clock?.advance(step);
    await sleep(clock ? 0 : step);
  }
  throw new Error('The expected state was not reached.');
}
