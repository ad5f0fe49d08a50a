import { isSameValue } from './same-value.ts';

/** A start request that was sent. */
export interface SentStart {
  /** The service and the URL within which run IDs are unique. */
  namespace: string;
  /** Identifies what is run. */
  scope: string;
  parameters: Record<string, unknown>;
  /** Milliseconds since 1970. */
  sentAt: number;
}

/** Maximum number of runs to remember the owner of. */
const maxOwned = 10_000;

/**
 * Tracks which start in this process owns which run. Starts in other processes are unknown here; only keys stored by the
 * vendor can distinguish them.
 */
export class OwnedRuns {
  readonly #sent = new Set<SentStart>();
  readonly #owned = new Set<string>();

  /** Records a start before it is sent. */
  send(start: SentStart): SentStart {
    this.#sent.add(start);
    return start;
  }

  /** Records the run of a start. */
  own(start: SentStart, run: string): void {
    this.#sent.delete(start);
    this.#remember(start, run);
  }

  /** Records that a start ended without a confirmed run. No other start may take the candidates. */
  giveUp(start: SentStart, candidates: readonly string[]): void {
    this.#sent.delete(start);
    for (const run of candidates) this.#remember(start, run);
  }

  /** Whether a run belongs, or may belong, to another start in this process. */
  isOwned(namespace: string, run: string): boolean {
    return this.#owned.has(`${namespace}\n${run}`);
  }

  /** Whether an identical start is waiting for its response or searching for its run. */
  hasRival(start: SentStart): boolean {
    return [...this.#sent].some(
      (other) =>
        other !== start &&
        other.namespace === start.namespace &&
        other.scope === start.scope &&
        isSameValue(other.parameters, start.parameters),
    );
  }

  #remember({ namespace }: SentStart, run: string): void {
    const [oldest] = this.#owned;
    if (oldest !== undefined && this.#owned.size >= maxOwned) this.#owned.delete(oldest);
    this.#owned.add(`${namespace}\n${run}`);
  }
}
