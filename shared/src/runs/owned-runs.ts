import { isSameValue } from './same-value.ts';

/** A start that was sent, and what is known of its run. */
export interface SentStart {
  /** What is started where: service and thing. */
  scope: string;
  parameters: Record<string, unknown>;
  /** Milliseconds since 1970. */
  sentAt: number;
  /** The run that it certainly started. */
  run?: string;
  /** Whether it certainly started none. */
  failed?: boolean;
}

/** Milliseconds for which a start is remembered: a run that began later than this after a start is certainly not its own. */
const rememberedMs = 10 * 60_000;

/** Runs that are known to belong to a start are remembered up to so many. */
const maxOwned = 10_000;

/**
 * Which starts of this process own which runs. It holds no promises of other processes: those are told apart by keys that the
 * vendor keeps, where there are any.
 */
export class OwnedRuns {
  readonly #sent = new Set<SentStart>();
  readonly #owned = new Set<string>();

  /** Notes a start before it is sent. */
  send(scope: string, parameters: Record<string, unknown>, now: number): SentStart {
    for (const old of this.#sent) if (now - old.sentAt > rememberedMs) this.#sent.delete(old);
    const start: SentStart = { scope, parameters, sentAt: now };
    this.#sent.add(start);
    return start;
  }

  /** Notes which run a start made. */
  own(start: SentStart, run: string): void {
    start.run = run;
    this.#sent.delete(start);
    if (this.#owned.size >= maxOwned) this.#owned.delete(this.#owned.values().next().value as string);
    this.#owned.add(`${start.scope}\n${run}`);
  }

  /** Notes that a start certainly made no run. */
  fail(start: SentStart): void {
    start.failed = true;
    this.#sent.delete(start);
  }

  /** Whether a run belongs to a start of this process already. */
  isOwned(scope: string, run: string): boolean {
    return this.#owned.has(`${scope}\n${run}`);
  }

  /** Whether another start of the same thing with the same parameters may have made the run that this one looks for. */
  hasRival(start: SentStart): boolean {
    return [...this.#sent].some((other) => other !== start && other.scope === start.scope && isSameValue(other.parameters, start.parameters));
  }
}
