/** The time that the sandbox lives in, and how it waits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does something at a moment (milliseconds since 1970), at once when it has passed; returns how to call it off. */
  at(moment: number, action: () => void): () => void;
}

/** The time of the machine; what it waits for does not keep a process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(moment, action) {
    let timer: NodeJS.Timeout;
    // A timer may fire a millisecond early; what falls due must not find that its moment is still to come.
    const wait = () => {
      timer = setTimeout(() => (Date.now() < moment ? wait() : action()), Math.max(0, moment - Date.now()));
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/** A clock that only moves when it is told to, so that hours pass in no time. */
export class ManualClock implements Clock {
  #now: number;
  #waiting: { moment: number; action: () => void }[] = [];

  constructor(start = Date.parse('2026-11-02T08:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(moment: number, action: () => void): () => void {
    const entry = { moment, action };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Lets time pass and does what falls due on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#waiting.filter(({ moment }) => moment <= end).sort((a, b) => a.moment - b.moment);
      if (!next) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.moment);
      next.action();
    }
    this.#now = end;
  }
}
