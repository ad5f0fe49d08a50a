import * as v from 'valibot';
import { definePollingTrigger, type PollingTrigger } from '../../../operations/trigger.ts';
import { finishedFilter, isWanted } from '../../../runs/finished-filter.ts';
import { reportRun, runFields } from '../../../runs/run.ts';
import type { AzureConnection } from '../connection.ts';
import { queryAll } from '../pages.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { readPipelineRun, samplePipelineRun, window, type VendorPipelineRun } from './pipeline-run.ts';
import type { PipelineField } from './pipelines.ts';

/**
 * Looks for runs that have ended.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline-run/query-pipeline-runs-by-workspace
 */
export function definePipelineRunFinished(kind: PipelineHomeKind, pipeline: PipelineField): PollingTrigger {
  return definePollingTrigger<AzureConnection>()({
    key: 'pipelineRunFinished',
    name: 'Pipeline Run Finished',
    description: `Triggers when a pipeline run of ${kind.service} has finished.`,
    input: inHome(kind, { pipeline: v.optional(pipeline), ...finishedFilter }),
    output: runFields,
    sample: samplePipelineRun(kind),
    async poll(input, since, context) {
      const { api, path, runPage } = await openHome(kind, input, context);
      const filters = input.pipeline
        ? { filters: [{ operand: 'PipelineName', operator: 'Equals', values: [input.pipeline] }] }
        : {};
      const body = {
        ...window(context.host.now(), since.getTime()),
        ...filters,
        orderBy: [{ orderBy: 'RunEnd', order: 'DESC' }],
      };
      const runs = await queryAll<VendorPipelineRun>(api, 'POST', `${path}/queryPipelineRuns`, kind.version, body);
      return runs
        .map((run) => reportRun(readPipelineRun(kind.service, run, runPage(run.runId))))
        .filter((run) => isWanted(run, input))
        .map((run) => ({ id: run.id, data: run }));
    },
  });
}
