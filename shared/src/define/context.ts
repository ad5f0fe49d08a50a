import type { Host } from '../host/host.ts';

/** What an operation works with: the platform's host and the values of the connection, checked by the connection. */
export interface Context<C = unknown> {
  host: Host;
  connection: C;
  /** Checked values of another connection by its key, for operations that work with two services. */
  connectionOf?(key: string): Promise<Record<string, unknown>>;
}
