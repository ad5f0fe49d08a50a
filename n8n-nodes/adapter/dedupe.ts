import { createHash } from 'node:crypto';

/**
 * Most events that are remembered in this process, for all triggers together; then the oldest are forgotten. Where n8n itself
 * keeps the key of an event with its execution, repeats are known for longer than that.
 */
const maxEvents = 200_000;

/** Keys of events whose execution was started. */
const done = new Set<string>();

/** Keys of events whose execution is being started, with what ends the wait for it. */
const inFlight = new Map<string, { outcome: Promise<boolean>; settle(isStarted: boolean): void }>();

/** The key of an event in 16 bytes, so that many of them fit into memory. */
const shorten = (key: string): string => createHash('sha256').update(key).digest().toString('latin1', 0, 16);

/**
 * Claims an event for the caller, who must settle it. Nothing is awaited between looking and claiming, so that of many
 * deliveries at once only one is the first; the others wait for its outcome. Where it fails, one of them is the next first.
 * @returns true for the first; false for a repeat of an event that was started
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

/** Ends a claim: a started event is remembered, any other is forgotten, so that its repeat is accepted. */
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
