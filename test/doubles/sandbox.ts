import type { AddressInfo } from 'node:net';
import { sandboxAccounts } from './accounts.ts';
import { callbacks } from './azure/callbacks.ts';
import { entra } from './azure/entra.ts';
import { resourceManager } from './azure/resource-manager.ts';
import { synapse } from './azure/synapse.ts';
import { controlApi } from './control/control-api.ts';
import { createControls, type Controls } from './control/controls.ts';
import { createWorld, type World, type WorldOptions } from './control/world.ts';
import { databricks } from './databricks/databricks.ts';
import { dbt } from './dbt/dbt.ts';
import { mode, type ModeOptions } from './mode/mode.ts';
import { quantemplate, quantemplateLogin } from './quantemplate/quantemplate.ts';
import { systemClock, type Clock } from './server/clock.ts';
import type { SandboxContext } from './server/context.ts';
import { Faults } from './server/faults.ts';
import { Identifiers } from './server/identifiers.ts';
import { RequestLog } from './server/request-log.ts';
import { RunPlans } from './server/run-plans.ts';
import { serve } from './server/serve.ts';
import { TokenStore } from './server/token-store.ts';
import { slack } from './slack/slack.ts';
import { webAddress } from './web-address/web-address.ts';

export { sandboxAccounts } from './accounts.ts';

/** How to start the sandbox. */
export interface SandboxOptions extends WorldOptions {
  /** Default: a free one. */
  port?: number;
  /** Default: the time of the machine. */
  clock?: Clock;
  /** Identifiers come in the same order for the same seed. Default: `sandbox`. */
  seed?: string;
  /** Seconds that an access token lasts. Default: 3599. */
  tokenSeconds?: number;
  /** Whether Mode limits requests. */
  mode?: ModeOptions;
}

/** Where a connection form must point. */
export interface SandboxAddresses {
  /** Login address; the tenant comes after it. */
  entra: string;
  /** Management plane of Azure. */
  arm: string;
  /** Data plane of Synapse, with `{workspace}` where its name belongs. */
  synapse: string;
  /** Token endpoint of Quantemplate. */
  quantemplateLogin: string;
  /** Quantemplate's interface; `/organisations` comes after it. */
  quantemplate: string;
  /** dbt's access address; `/api/v2` comes after it. */
  dbt: string;
  /** Mode's address; `/api/{workspace}` comes after it. */
  databricks: string;
  mode: string;
  /** Slack's Web API; the method comes after it. */
  slack: string;
  /** A website; `/web/public/claims.csv` and `/web/files/claims.csv` come after it. */
  website: string;
  /** The controls for another process. */
  control: string;
}

/** A running sandbox. */
export interface Sandbox {
  baseUrl: string;
  accounts: typeof sandboxAccounts;
  addresses: SandboxAddresses;
  /** What exists at the vendors, and what was done there. */
  world: World;
  /** What can be done to it from outside of the vendors' interfaces. */
  control: Controls;
  faults: Faults;
  requests: RequestLog;
  /** Closes every connection; what was still to come does not happen. */
  stop(): Promise<void>;
}

/** Starts the server that plays every vendor, on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  let stopped = false;
  const given = options.clock ?? systemClock;
  const clock: Clock = {
    now: () => given.now(),
    at: (moment, action) => given.at(moment, () => void (stopped || action())),
  };
  const identifiers = new Identifiers(options.seed ?? 'sandbox');
  let baseUrl = '';
  const tokens = new TokenStore(clock, identifiers);
  const context: SandboxContext = {
    clock,
    identifiers,
    tokens,
    plans: new RunPlans(),
    tokenSeconds: options.tokenSeconds ?? 3599,
    baseUrl: () => baseUrl,
  };
  const world = createWorld(context, options);
  const faults = new Faults();
  const requests = new RequestLog();
  const control = createControls(context, world, faults, requests);
  const vendors = [
    entra(context),
    resourceManager(context, world.azure.dataFactory, world.azure.factoryTriggers),
    callbacks([world.azure.dataFactory, world.azure.synapse]),
    synapse(context, world.azure.synapse, world.azure.workspaceTriggers, world.azure.spark),
    quantemplateLogin(context),
    quantemplate(context, world.quantemplate.datasets, world.quantemplate.executions, world.quantemplate.events),
    dbt(world.dbt.runs, world.dbt.webhooks),
    databricks(context, world.databricks.runs),
    mode(context, world.mode.runs, options.mode),
    slack(world.slack),
    webAddress(context),
    controlApi(control, faults, () => ({ accounts: sandboxAccounts, addresses: addressesOf(baseUrl) })),
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
    entra: `${baseUrl}/entra`,
    arm: `${baseUrl}/arm`,
    synapse: `${baseUrl}/synapse/{workspace}`,
    quantemplateLogin: `${baseUrl}/quantemplate/auth/realms/qt/protocol/openid-connect/token`,
    quantemplate: `${baseUrl}/quantemplate/v1`,
    dbt: `${baseUrl}/dbt`,
    databricks: `${baseUrl}/databricks`,
    mode: `${baseUrl}/mode`,
    slack: `${baseUrl}/slack/api`,
    website: baseUrl,
    control: `${baseUrl}/_sandbox`,
  };
}
