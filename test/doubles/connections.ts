import { doubles, type DoubleName, type Doubles } from './doubles.ts';
import type { Intersection } from './server/intersection.ts';

/** Values of the connection forms by the connection's key: `connections.dbt.apiToken`. */
export type SandboxConnections = Intersection<ReturnType<Doubles[DoubleName]['connections']>> & {
  eventGridSecret: { secret: string };
  webhookSecret: { secret: string };
};

/** The values that a user enters in the connection forms to use the sandbox. */
export function sandboxConnections({ baseUrl }: { baseUrl: string }): SandboxConnections {
  return {
    ...Object.assign({}, ...Object.values(doubles).map((double) => double.connections(baseUrl))),
    eventGridSecret: { secret: 'a-secret-in-the-url-of-the-subscription' },
    webhookSecret: { secret: 'whsec_c2VjcmV0LW9mLXRoZS1zZW5kZXItb2YtZXZlbnRz' },
  } as SandboxConnections;
}
