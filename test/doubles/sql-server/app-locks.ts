interface Waiting {
  owner: object;
  go(granted: boolean): void;
}

/** The locks of `sp_getapplock`, all exclusive: one owner at a time, the others in their order. */
export class AppLocks {
  readonly #held = new Map<string, { owner: object; times: number; queue: Waiting[] }>();
  /** What is answered when a lock is not granted: -1 for the time limit, -3 for a deadlock. */
  refusal = -1;
  readonly #longestWait: number;

  /** @param longestWait milliseconds, where a test cannot wait as long as the target asks for */
  constructor(longestWait = Infinity) {
    this.#longestWait = longestWait;
  }

  /** Gives 0 when the lock is granted at once, 1 after waiting, `refusal` when it took too long. */
  async take(resource: string, owner: object, timeout: number): Promise<number> {
    const lock = this.#held.get(resource);
    if (!lock) this.#held.set(resource, { owner, times: 1, queue: [] });
    else if (lock.owner === owner) lock.times += 1;
    else {
      const granted = await new Promise<boolean>((resolve) => {
        const waiting: Waiting = { owner, go: resolve };
        lock.queue.push(waiting);
        const timer = setTimeout(
          () => {
            lock.queue = lock.queue.filter((one) => one !== waiting);
            resolve(false);
          },
          Math.min(timeout, this.#longestWait),
        );
        timer.unref();
      });
      return granted ? 1 : this.refusal;
    }
    return 0;
  }

  /** Whether the owner held it. */
  release(resource: string, owner: object): boolean {
    const lock = this.#held.get(resource);
    if (lock?.owner !== owner) return false;
    lock.times -= 1;
    if (lock.times === 0) this.#next(resource);
    return true;
  }

  /** Gives up everything that an owner holds or waits for. */
  releaseAll(owner: object): void {
    for (const [resource, lock] of this.#held) {
      for (const waiting of lock.queue.filter((one) => one.owner === owner)) waiting.go(false);
      lock.queue = lock.queue.filter((one) => one.owner !== owner);
      if (lock.owner === owner) this.#next(resource);
    }
  }

  #next(resource: string): void {
    const queue = this.#held.get(resource)?.queue ?? [];
    const [next, ...others] = queue;
    if (!next) this.#held.delete(resource);
    else {
      this.#held.set(resource, { owner: next.owner, times: 1, queue: others });
      next.go(true);
    }
  }
}
