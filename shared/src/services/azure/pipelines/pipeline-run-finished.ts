import * as v from 'valibot';
import type { PollingTrigger } from '../../../define/trigger.ts';
import { defineRunFinished } from '../../../runs/run-finished.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { samplePipelineRun } from './pipeline-run.ts';
import type { PipelineField } from './pipelines.ts';
import { pipelineRuns } from './runs.ts';

/**
 * Polls for finished runs.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline-run/query-pipeline-runs-by-workspace
 */
export function definePipelineRunFinished(kind: PipelineHomeKind, pipeline: PipelineField): PollingTrigger {
  return defineRunFinished<AzureConnection>()({
    key: 'pipelineRunFinished',
    name: 'Pipeline Run Finished',
    description: `Triggers when a pipeline run in ${kind.service} finishes.`,
    input: inHome(kind, { pipeline: v.optional(pipeline) }),
    sample: samplePipelineRun(kind),
    account: ({ subscriptionId }) => subscriptionId,
    runs: async (input, since, context) =>
      pipelineRuns(kind, await openHome(kind, input, context), context.host, input.pipeline).recent(since),
  });
}
