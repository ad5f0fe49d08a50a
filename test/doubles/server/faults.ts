/** What can go wrong with an answer. */
export type Fault =
  /** Another answer; the work is not done. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  /** The work is done, but the connection breaks before the answer. */
  | { kind: 'lost-answer' }
  /** The connection breaks after this many bytes of the body. */
  | { kind: 'cut'; afterBytes: number }
  /** The answer, or with `part: 'body'` its second half, comes this much later. */
  | { kind: 'slow'; milliseconds: number; part?: 'answer' | 'body' }
  /** Every token given so far has run out before the request is looked at; Azure says 401 or, if so wished, 403. */
  | { kind: 'expire-tokens'; status?: 401 | 403 };

/** A fault and the requests that it befalls. */
export interface FaultRule {
  match: {
    /** Default: any. */
    method?: string;
    /** Tried on the path with the vendor's prefix, without the query. */
    path: RegExp;
  };
  /** How many requests it befalls. Default: 1. */
  times?: number;
  fault: Fault;
}

/** The faults that wait for a request. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];

  /** Lets the next requests that match go wrong; rules that were added first come first. */
  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** Forgets every fault. */
  clear(): void {
    this.#rules = [];
  }

  /** How many faults are still waiting. */
  get waiting(): number {
    return this.#rules.reduce((sum, { left }) => sum + left, 0);
  }

  /** The fault of a request, which is thereby used up. */
  take(method: string, path: string): Fault | undefined {
    const entry = this.#rules.find(({ rule: { match } }) => {
      match.path.lastIndex = 0;
      return (match.method === undefined || match.method.toUpperCase() === method) && match.path.test(path);
    });
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#rules = this.#rules.filter((other) => other !== entry);
    return entry.rule.fault;
  }
}
