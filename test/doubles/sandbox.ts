import type { AddressInfo } from 'node:net';
import { sandboxAccounts, type SandboxAccounts } from './accounts.ts';
import { controlApi } from './control/control-api.ts';
import { createControls, type Controls } from './control/controls.ts';
import { doubles, type DoubleName, type Doubles } from './doubles.ts';
import { systemClock, type Clock } from './server/clock.ts';
import type { SandboxContext } from './server/context.ts';
import type { ControlRoute } from './server/double.ts';
import { Faults } from './server/faults.ts';
import { Identifiers } from './server/identifiers.ts';
import type { Intersection } from './server/intersection.ts';
import { RequestLog } from './server/request-log.ts';
import { RunPlans } from './server/run-plans.ts';
import { serve } from './server/serve.ts';
import { TokenStore } from './server/token-store.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

export { sandboxAccounts } from './accounts.ts';

/** How to start the sandbox. */
export type SandboxOptions = WorldOptions & {
  /** Default: a free port. */
  port?: number;
  /** Default: the system clock. */
  clock?: Clock;
  /** Identifiers come in the same order for the same seed. Default: `sandbox`. */
  seed?: string;
  /** Lifetime of an access token in seconds. Default: 3599. */
  tokenSeconds?: number;
};

/** Base URLs for the connection forms, and of the controls. */
export type SandboxAddresses = Intersection<ReturnType<Doubles[DoubleName]['addresses']>> & {
  /** The controls for another process. */
  control: string;
};

/** A running sandbox. */
export interface Sandbox {
  baseUrl: string;
  accounts: SandboxAccounts;
  addresses: SandboxAddresses;
  /** The state of the vendors: what exists there and what happened. */
  world: World;
  /** The functions that change the sandbox other than through the vendors' APIs. */
  control: Controls;
  faults: Faults;
  requests: RequestLog;
  /** Closes every connection and cancels what is scheduled. */
  stop(): Promise<void>;
}

/** Starts the server that simulates every vendor, on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  let stopped = false;
  const baseClock = options.clock ?? systemClock;
  const clock: Clock = {
    now: () => baseClock.now(),
    at: (timestamp, action) => baseClock.at(timestamp, () => void (stopped || action())),
  };
  const identifiers = new Identifiers(options.seed ?? 'sandbox');
  let baseUrl = '';
  const context: SandboxContext = {
    clock,
    identifiers,
    tokens: new TokenStore(clock, identifiers),
    plans: new RunPlans(),
    tokenSeconds: options.tokenSeconds ?? 3599,
    baseUrl: () => baseUrl,
  };
  const { running, world } = startWorld(context, options);
  const faults = new Faults();
  const requests = new RequestLog();
  const control = createControls(context, running, faults, requests);
  const controlRoutes: Record<string, ControlRoute> = Object.assign(
    {},
    ...running.map((double) => double.controlRoutes),
  );
  const vendors = [
    ...running.flatMap((double) => double.vendors),
    controlApi(control, controlRoutes, faults, () => ({ accounts: sandboxAccounts, addresses: addressesOf(baseUrl) })),
  ];
  const server = serve({ context, vendors, faults, requests });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl,
    accounts: sandboxAccounts,
    addresses: addressesOf(baseUrl),
    world,
    control,
    faults,
    requests,
    stop: () =>
      new Promise<void>((resolve) => {
        stopped = true;
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function addressesOf(baseUrl: string): SandboxAddresses {
  return {
    ...Object.assign({}, ...Object.values(doubles).map((double) => double.addresses(baseUrl))),
    control: `${baseUrl}/_sandbox`,
  } as SandboxAddresses;
}
