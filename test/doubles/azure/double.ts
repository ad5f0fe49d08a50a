import type { SandboxContext } from '../server/context.ts';
import type { Double } from '../server/double.ts';
import { parameter } from '../server/request.ts';
import { azureAccount } from './account.ts';
import { answerCases } from './answer-cases.ts';
import { callbacks } from './callbacks.ts';
import { entra } from './entra.ts';
import { LivyBatches } from './livy-batches.ts';
import { managedIdentity } from './managed-identity.ts';
import { PipelineEngine } from './pipeline-engine.ts';
import { showRun } from './pipeline-run.ts';
import { resourceManager } from './resource-manager.ts';
import { runnables } from './runnables.ts';
import { synapse } from './synapse.ts';
import { TriggerEngine } from './trigger-engine.ts';
import { factoryPipelines, triggers, workspacePipelines } from './world.ts';

function createState(context: SandboxContext) {
  const dataFactory = new PipelineEngine(context, 'data-factory', factoryPipelines);
  const synapse = new PipelineEngine(context, 'synapse', workspacePipelines);
  return {
    dataFactory,
    factoryTriggers: new TriggerEngine(context, dataFactory, triggers),
    synapse,
    workspaceTriggers: new TriggerEngine(context, synapse, triggers),
    spark: new LivyBatches(context),
  };
}

function addresses(baseUrl: string) {
  return {
    /** Login endpoint, without the tenant. */
    entra: `${baseUrl}/entra`,
    /** Endpoints for managed identities, as on the machine itself. */
    machine: `${baseUrl}/machine`,
    /** Azure Resource Manager. */
    arm: `${baseUrl}/arm`,
    /** Synapse data plane; `{workspace}` is replaced by the workspace name. */
    synapse: `${baseUrl}/synapse/{workspace}`,
  };
}

/** Azure: Entra, Data Factory and Synapse. */
export const azureDouble = {
  account: azureAccount,
  addresses,
  connections(baseUrl: string) {
    const { tenantId, clientId, clientSecret, subscriptionId } = azureAccount;
    const { entra: authorityUrl, arm: managementUrl, synapse: synapseUrl } = addresses(baseUrl);
    const cloud = 'custom';
    return {
      azure: { tenantId, clientId, clientSecret, subscriptionId, cloud, authorityUrl, managementUrl, synapseUrl },
    };
  },
  runnables,
  answerCases,
  start(context: SandboxContext) {
    const state = createState(context);
    /** Fires a trigger of the factory. Returns the ID of the trigger run. */
    const fireTrigger = (name: string): string => state.factoryTriggers.fire(name);
    const now = (): number => context.clock.now();
    return {
      state,
      vendors: [
        entra(context),
        managedIdentity(context),
        resourceManager(context, state.dataFactory, state.factoryTriggers),
        callbacks([state.dataFactory, state.synapse]),
        synapse(context, state.synapse, state.workspaceTriggers, state.spark),
      ],
      controls: { fireTrigger },
      controlRoutes: {
        'POST /azure/triggers/{name}/fire': (_body, request) => ({
          triggerRunId: fireTrigger(parameter(request, 'name')),
        }),
      },
      runs: () => ({
        dataFactory: state.dataFactory.visibleRuns().map((run) => showRun(run, now())),
        synapse: state.synapse.visibleRuns().map((run) => showRun(run, now())),
        spark: state.spark.list(),
      }),
    };
  },
} satisfies Double;

/** What exists in the simulated Azure. */
export type AzureState = ReturnType<typeof createState>;
