import type { Clock } from './clock.ts';
import type { Identifiers } from './identifiers.ts';
import type { RunPlans } from './run-plans.ts';
import type { TokenStore } from './token-store.ts';

/** The shared parts that every double receives. */
export interface SandboxContext {
  clock: Clock;
  identifiers: Identifiers;
  tokens: TokenStore;
  plans: RunPlans;
  /** Lifetime of an access token in seconds. */
  tokenSeconds: number;
  /** URL of the sandbox without a trailing slash; empty until it listens. */
  baseUrl(): string;
}

/** A timestamp as ISO 8601 in UTC. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
