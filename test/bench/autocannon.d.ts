// The part of autocannon that the benchmarks use; the package has no types.
declare module 'autocannon' {
  interface Request {
    method?: string;
    path?: string;
    body?: string | Uint8Array;
    headers?: Record<string, string>;
  }
  interface Options {
    url: string;
    method: string;
    connections: number;
    /** Seconds. */
    duration: number;
    requests: { setupRequest(request: Request): Request }[];
  }
  interface Result {
    requests: { average: number };
    /** Milliseconds. */
    latency: { p99: number };
    errors: number;
    statusCodeStats?: Record<string, { count: number }>;
  }
  export default function autocannon(options: Options): Promise<Result>;
}
