interface Waiting {
  owner: object;
  go(granted: boolean): void;
}

/** The exclusive locks of `sp_getapplock`: one owner at a time, first in, first out. */
export class AppLocks {
  readonly #held = new Map<string, { owner: object; times: number; queue: Waiting[] }>();
  /** Result when a lock is not granted: -1 for a timeout, -3 for a deadlock. */
  refusal = -1;
  readonly #longestWait: number;

  /** @param longestWait upper limit in milliseconds, for tests that cannot wait for the target's timeout */
  constructor(longestWait = Infinity) {
    this.#longestWait = longestWait;
  }

  /** Returns 0 when the lock is granted immediately, 1 after waiting, and `refusal` after the timeout. */
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

  /** Releases a lock. Returns whether the owner held it. */
  release(resource: string, owner: object): boolean {
    const lock = this.#held.get(resource);
    if (lock?.owner !== owner) return false;
    lock.times -= 1;
    if (lock.times === 0) this.#next(resource);
    return true;
  }

  /** Releases everything that an owner holds or waits for. */
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
