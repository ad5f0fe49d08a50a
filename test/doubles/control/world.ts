import { LivyBatches } from '../azure/livy-batches.ts';
import { PipelineEngine } from '../azure/pipeline-engine.ts';
import { TriggerEngine } from '../azure/trigger-engine.ts';
import { factoryPipelines, triggers, workspacePipelines } from '../azure/world.ts';
import { DatabricksRuns } from '../databricks/runs.ts';
import { DbtRuns } from '../dbt/runs.ts';
import { Webhooks, type DeliveryRules } from '../dbt/webhooks.ts';
import { ModeRuns } from '../mode/runs.ts';
import { Datasets } from '../quantemplate/datasets.ts';
import { EventSender } from '../quantemplate/event-sender.ts';
import { Executions } from '../quantemplate/executions.ts';
import type { SandboxContext } from '../server/context.ts';
import { SlackWorkspace } from '../slack/workspace.ts';

/** What a world may begin with. */
export interface WorldOptions {
  /** Rows of the dataset `d-claims`. Default: 2000. */
  claimsRows?: number;
  /** How dbt delivers. */
  dbtDelivery?: Partial<DeliveryRules>;
}

/** Everything that exists at the vendors: always the same at the start. */
export function createWorld(context: SandboxContext, options: WorldOptions) {
  const dataFactory = new PipelineEngine(context, 'data-factory', factoryPipelines);
  const synapse = new PipelineEngine(context, 'synapse', workspacePipelines);
  const events = new EventSender(context);
  const webhooks = new Webhooks(context, options.dbtDelivery);
  return {
    azure: {
      dataFactory,
      factoryTriggers: new TriggerEngine(context, dataFactory, triggers),
      synapse,
      workspaceTriggers: new TriggerEngine(context, synapse, triggers),
      spark: new LivyBatches(context),
    },
    quantemplate: {
      datasets: new Datasets(options.claimsRows ?? 2000),
      events,
      executions: new Executions(context, events),
    },
    dbt: { runs: new DbtRuns(context, webhooks), webhooks },
    databricks: { runs: new DatabricksRuns(context) },
    mode: { runs: new ModeRuns(context) },
    slack: new SlackWorkspace(context),
  };
}

/** The vendors' things of a running sandbox. */
export type World = ReturnType<typeof createWorld>;
