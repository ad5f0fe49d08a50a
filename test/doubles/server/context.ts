import type { Clock } from './clock.ts';
import type { Identifiers } from './identifiers.ts';
import type { RunPlans } from './run-plans.ts';
import type { TokenStore } from './token-store.ts';

/** What every vendor of the sandbox is given. */
export interface SandboxContext {
  clock: Clock;
  identifiers: Identifiers;
  tokens: TokenStore;
  plans: RunPlans;
  /** Seconds that an access token lasts. */
  tokenSeconds: number;
  /** Address of the sandbox without a slash at its end; known once it listens. */
  baseUrl(): string;
}

/** A moment in ISO 8601, in UTC. */
export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
