import { createHash } from 'node:crypto';

/**
 * Maximum number of events remembered in this process, across all triggers; the oldest are dropped first. If n8n stores the
 * key of an event with its execution, repeats are detected for longer.
 */
const maxEvents = 200_000;

/** Keys of events with a started execution. */
const done = new Set<string>();

/** Keys of events with an execution that is starting, each with the outcome that repeats wait for. */
const inFlight = new Map<string, { outcome: Promise<boolean>; settle(isStarted: boolean): void }>();

/** Hashes the key of an event to 16 bytes to save memory. */
const shorten = (key: string): string => createHash('sha256').update(key).digest().toString('latin1', 0, 16);

/**
 * Claims an event for the caller, which must settle it. Nothing is awaited between the check and the claim, so only one of
 * several concurrent deliveries gets it; the others wait for its outcome, and if it fails, one of them claims the event.
 * @returns true for the first delivery; false for a repeat of an event that was started
 */
export async function claimEvent(key: string): Promise<boolean> {
  const short = shorten(key);
  for (;;) {
    if (done.has(short)) return false;
    const first = inFlight.get(short);
    if (!first) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      inFlight.set(short, { outcome: promise, settle: resolve });
      return true;
    }
    if (await first.outcome) return false;
  }
}

/** Settles a claim: a started event is remembered; any other event is forgotten, so that its repeat is accepted. */
export function settleEvent(key: string, isStarted: boolean): void {
  const short = shorten(key);
  done.delete(short);
  if (isStarted) {
    if (done.size >= maxEvents) done.delete(done.values().next().value as string);
    done.add(short);
  }
  const first = inFlight.get(short);
  inFlight.delete(short);
  first?.settle(isStarted);
}
