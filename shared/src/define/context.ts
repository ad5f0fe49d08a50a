import type { Host } from '../host/host.ts';

/** The environment of an operation: the platform's host and the checked values of the connection. */
export interface Context<C = unknown> {
  host: Host;
  connection: C;
  /** The checked values of another service's connection by its key. Only the command line has several connections at once. */
  connectionOf?(key: string): Promise<Record<string, unknown>>;
}
