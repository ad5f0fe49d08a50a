import type { Host } from '../host/host.ts';

/** The environment of an operation: the platform's host and the checked values of the connection. */
export interface Context<C = unknown> {
  host: Host;
  connection: C;
  /** Returns the checked values of another connection by its key, for operations that use two services. */
  connectionOf?(key: string): Promise<Record<string, unknown>>;
}
