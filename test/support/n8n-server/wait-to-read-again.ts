import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits between two readings of a state in n8n: shortly at first, because most things are done within a second, then longer,
 * because n8n needs 15 ms of CPU time for each reading.
 * @param readings number of readings so far, from 1
 */
export async function waitToReadAgain(readings: number): Promise<void> {
  await sleep(Math.min(100 * 1.4 ** (readings - 1), 1_500));
}
