import { setTimeout as sleep } from 'node:timers/promises';

/** Attempts after which the answer is final. */
const maxAttempts = 100;

/**
 * Delivers an event like a sender, which repeats it while the trigger answers 503: n8n has not stored its execution in time, as on a
 * busy machine.
 * @param attempt delivers the event once
 */
export async function untilStored<T extends { status?: number }>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    const answer = await attempt();
    if (answer.status !== 503 || attempts === maxAttempts) return answer;
    await sleep(500);
  }
}
