/** A fault of a response. */
export type Fault =
  /** Responds with this status; the work is not done. */
  | { kind: 'status'; status: number; headers?: Record<string, string>; body?: unknown }
  /** Does the work, but breaks the connection before the response. */
  | { kind: 'lost-answer' }
  /** Breaks the connection after this many bytes of the body. */
  | { kind: 'cut'; afterBytes: number }
  /** Delays the response, or with `part: 'body'` the second half of its body. */
  | { kind: 'slow'; milliseconds: number; part?: 'answer' | 'body' }
  /** Expires all tokens before the request; Azure responds with 401 or 403. */
  | { kind: 'expire-tokens'; status?: 401 | 403 };

/** A fault and the requests it applies to. */
export interface FaultRule {
  match: {
    /** Default: any. */
    method?: string;
    /** Matched against the path with the vendor's prefix, without the query. */
    path: RegExp;
  };
  /** Number of requests it applies to. Default: 1. */
  times?: number;
  fault: Fault;
}

/** Pending faults. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];

  /** Adds a fault for the next matching requests; older rules come first. */
  add(rule: FaultRule): void {
    this.#rules.push({ rule, left: rule.times ?? 1 });
  }

  /** Deletes all faults. */
  clear(): void {
    this.#rules = [];
  }

  /** Number of pending faults. */
  get waiting(): number {
    return this.#rules.reduce((sum, { left }) => sum + left, 0);
  }

  /** Takes the fault for a request. */
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
