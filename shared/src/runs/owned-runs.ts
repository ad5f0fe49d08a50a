import { isSameValue } from './same-value.ts';

/** A start that was sent, and what is known of its run. */
export interface SentStart {
  /** The service and the place in which IDs of runs are unique. */
  place: string;
  /** What is run. */
  scope: string;
  parameters: Record<string, unknown>;
  /** Milliseconds since 1970. */
  sentAt: number;
}

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
  send(start: SentStart): SentStart {
    this.#sent.add(start);
    return start;
  }

  /** Notes which run a start made. */
  own(start: SentStart, run: string): void {
    this.#sent.delete(start);
    this.#remember(start, run);
  }

  /** Notes that a start ended without a run of its own, although some runs may have been it: no other start may take them. */
  giveUp(start: SentStart, candidates: readonly string[]): void {
    this.#sent.delete(start);
    for (const run of candidates) this.#remember(start, run);
  }

  /** Whether a run belongs, or may belong, to another start of this process. */
  isOwned(place: string, run: string): boolean {
    return this.#owned.has(`${place}\n${run}`);
  }

  /** Whether another start of the same thing with the same parameters waits for its answer or looks for its run. */
  hasRival(start: SentStart): boolean {
    return [...this.#sent].some(
      (other) =>
        other !== start &&
        other.place === start.place &&
        other.scope === start.scope &&
        isSameValue(other.parameters, start.parameters),
    );
  }

  #remember({ place }: SentStart, run: string): void {
    if (this.#owned.size >= maxOwned) this.#owned.delete(this.#owned.values().next().value as string);
    this.#owned.add(`${place}\n${run}`);
  }
}
