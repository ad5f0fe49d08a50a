import * as v from 'valibot';
import { definePollingTrigger } from '../../../operations/trigger.ts';
import { reportRun, runFields } from '../../../runs/run.ts';
import { finishedFilter, isWanted } from '../../../runs/finished-filter.ts';
import type { AzureConnection } from '../connection.ts';
import { queryAll } from '../pages.ts';
import { readPipelineRun, samplePipelineRun, window, type VendorPipelineRun } from '../pipeline-run.ts';
import { factoryField, openFactory, service, version } from './factory.ts';
import { pipelineField } from './pipelines.ts';
import { runPage } from './runs.ts';

/**
 * Looks for runs that have ended.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/query-by-factory
 */
export const pipelineRunFinished = definePollingTrigger<AzureConnection>()({
  key: 'pipelineRunFinished',
  name: 'Pipeline Run Finished',
  description: 'Triggers when a pipeline run of Azure Data Factory has finished.',
  input: { factory: factoryField, pipeline: v.optional(pipelineField), ...finishedFilter },
  output: runFields,
  sample: samplePipelineRun,
  async poll(input, since, context) {
    const factory = await openFactory(input.factory, context);
    const filters = input.pipeline ? { filters: [{ operand: 'PipelineName', operator: 'Equals', values: [input.pipeline] }] } : {};
    const body = { ...window(context.host.now(), since.getTime()), ...filters, orderBy: [{ orderBy: 'RunEnd', order: 'DESC' }] };
    const runs = await queryAll<VendorPipelineRun>(factory.api, 'POST', `${factory.path}/queryPipelineRuns`, version, body);
    return runs
      .map((run) => reportRun(readPipelineRun(service, run, runPage(factory, run.runId, context.connection))))
      .filter((run) => isWanted(run, input))
      .map((run) => ({ id: run.id, data: run }));
  },
});
