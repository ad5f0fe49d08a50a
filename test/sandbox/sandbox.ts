import type { AddressInfo } from 'node:net';
import { sandboxAccounts } from './accounts.ts';
import { entra } from './azure/entra.ts';
import { LivyBatches } from './azure/livy-batches.ts';
import { PipelineEngine } from './azure/pipeline-engine.ts';
import { resourceManager } from './azure/resource-manager.ts';
import { synapse } from './azure/synapse.ts';
import { TriggerEngine } from './azure/trigger-engine.ts';
import { factoryPipelines, triggers, workspacePipelines } from './azure/world.ts';
import { dbt } from './dbt/dbt.ts';
import { DbtRuns } from './dbt/runs.ts';
import { Webhooks, type DeliveryRules } from './dbt/webhooks.ts';
import { mode, type ModeOptions } from './mode/mode.ts';
import { ModeRuns } from './mode/runs.ts';
import { Datasets } from './quantemplate/datasets.ts';
import { EventSender } from './quantemplate/event-sender.ts';
import { Executions } from './quantemplate/executions.ts';
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
import { SlackWorkspace } from './slack/workspace.ts';

export { sandboxAccounts } from './accounts.ts';

/** How to start the sandbox. */
export interface SandboxOptions {
  /** Default: a free one. */
  port?: number;
  /** Default: the time of the machine. */
  clock?: Clock;
  /** Identifiers come in the same order for the same seed. Default: `sandbox`. */
  seed?: string;
  /** Seconds that an access token lasts. Default: 3599. */
  tokenSeconds?: number;
  /** Rows of the dataset `d-claims`. Default: 2000. */
  claimsRows?: number;
  /** How dbt delivers. */
  dbtDelivery?: Partial<DeliveryRules>;
  /** Whether Mode limits requests. */
  mode?: ModeOptions;
}

/** Starts the server that plays every vendor, on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}) {
  const clock = options.clock ?? systemClock;
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
  const dataFactory = new PipelineEngine(context, 'data-factory', factoryPipelines);
  const factoryTriggers = new TriggerEngine(context, dataFactory, triggers);
  const synapsePipelines = new PipelineEngine(context, 'synapse', workspacePipelines);
  const spark = new LivyBatches(context);
  const datasets = new Datasets(options.claimsRows ?? 2000);
  const events = new EventSender(context);
  const executions = new Executions(context, events);
  const webhooks = new Webhooks(context, options.dbtDelivery);
  const dbtRuns = new DbtRuns(context, webhooks);
  const modeRuns = new ModeRuns(context);
  const slackWorkspace = new SlackWorkspace(context);
  const faults = new Faults();
  const requests = new RequestLog();
  const vendors = [
    entra(context),
    resourceManager(context, dataFactory, factoryTriggers),
    synapse(context, synapsePipelines, new TriggerEngine(context, synapsePipelines, triggers), spark),
    quantemplateLogin(context),
    quantemplate(context, datasets, executions, events),
    dbt(dbtRuns, webhooks),
    mode(context, modeRuns, options.mode),
    slack(slackWorkspace),
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
    addresses: {
      entra: `${baseUrl}/entra`,
      arm: `${baseUrl}/arm`,
      synapse: `${baseUrl}/synapse/{workspace}`,
      quantemplateLogin: `${baseUrl}/quantemplate/auth/realms/qt/protocol/openid-connect/token`,
      quantemplate: `${baseUrl}/quantemplate/v1`,
      dbt: `${baseUrl}/dbt`,
      mode: `${baseUrl}/mode`,
      slack: `${baseUrl}/slack/api`,
    },
    faults,
    requests,
    plans: context.plans,
    tokens: context.tokens,
    quantemplate: { datasets, events },
    dbt: { runs: dbtRuns, webhooks },
    slack: slackWorkspace,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The running sandbox. */
export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;
