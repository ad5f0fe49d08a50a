/** A handled request, without query, headers and body, which may contain secrets. */
export interface RequestRecord {
  /** ISO 8601. */
  at: string;
  vendor: string;
  /** The vendor's route, such as `GET /pipelineruns/{runId}`; undefined without a matching route. */
  route?: string;
  method: string;
  path: string;
  status: number;
  /** The fault that applied to it. */
  fault?: string;
}

/** Which requests to count. */
export interface RequestFilter {
  vendor?: string;
  route?: string;
  method?: string;
  path?: RegExp;
  status?: number;
}

/** All handled requests, oldest first. */
export class RequestLog {
  #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
  }

  clear(): void {
    this.#records = [];
  }

  /** The requests that match the filter. */
  list(filter: RequestFilter = {}): RequestRecord[] {
    return this.#records.filter(
      (record) =>
        (filter.vendor === undefined || record.vendor === filter.vendor) &&
        (filter.route === undefined || record.route === filter.route) &&
        (filter.method === undefined || record.method === filter.method) &&
        (filter.status === undefined || record.status === filter.status) &&
        (filter.path === undefined || filter.path.test(record.path)),
    );
  }

  /** Number of requests that match the filter. */
  count(filter: RequestFilter = {}): number {
    return this.list(filter).length;
  }

  /** Number of requests by vendor and route. */
  byVendor(): Record<string, Record<string, number>> {
    const counts: Record<string, Record<string, number>> = {};
    for (const { vendor, route = 'unknown' } of this.#records) {
      const routes = (counts[vendor] ??= {});
      routes[route] = (routes[route] ?? 0) + 1;
    }
    return counts;
  }
}
