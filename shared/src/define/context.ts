import type { Host } from '../host/host.ts';

/** What an operation works with: the platform's host and the values of the connection. */
export interface Context<C = Record<string, unknown>> {
  host: Host;
  connection: C;
  /** Values of a further connection by its key, for an operation that works with two services. */
  connectionOf?(key: string): Promise<Record<string, unknown>>;
}
