/** The sandbox's clock and timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs an action at a timestamp in milliseconds since 1970, or immediately if it has passed. Returns a function that cancels it. */
  at(timestamp: number, action: () => void): () => void;
}

/** The system clock; its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(timestamp, action) {
    let timer: NodeJS.Timeout;
    // A timer may fire a millisecond early.
    const wait = () => {
      timer = setTimeout(() => (Date.now() < timestamp ? wait() : action()), Math.max(0, timestamp - Date.now()));
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/** A clock that tests move manually, to skip hours. */
export class ManualClock implements Clock {
  #now: number;
  #waiting: { timestamp: number; action: () => void }[] = [];

  constructor(start = Date.parse('2026-11-02T08:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(timestamp: number, action: () => void): () => void {
    const entry = { timestamp, action };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Advances the time and runs due actions in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#waiting
        .filter(({ timestamp }) => timestamp <= end)
        .sort((a, b) => a.timestamp - b.timestamp);
      if (!next) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.timestamp);
      next.action();
    }
    this.#now = end;
  }
}
