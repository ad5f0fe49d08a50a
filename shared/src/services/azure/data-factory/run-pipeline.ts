import { defineAction } from '../../../operations/operation.ts';
import { runFields } from '../../../runs/run.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection.ts';
import { samplePipelineRun, startedRun } from '../pipeline-run.ts';
import { factoryField, openFactory, service, version } from './factory.ts';
import { parametersField, pipelineField } from './pipelines.ts';
import { pipelineRuns, runPage } from './runs.ts';

/**
 * Starts a pipeline; the body of createRun is the parameters themselves, not wrapped.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 */
export const runPipeline = defineAction<AzureConnection>()({
  key: 'runPipeline',
  name: 'Run Pipeline',
  resource: 'Pipeline Run',
  description: 'Starts a pipeline with parameters and, if wished, waits until it has finished.',
  effect: 'starts work',
  input: { factory: factoryField, pipeline: pipelineField, parameters: parametersField, ...waitFields },
  output: runFields,
  sample: samplePipelineRun,
  async run(input, context) {
    const factory = await openFactory(input.factory, context);
    const parameters = input.parameters ?? {};
    const { runId } = await factory.api.json<{ runId: string }>('POST', `${factory.path}/pipelines/${encodeURIComponent(input.pipeline)}/createRun`, {
      query: { 'api-version': version },
      json: parameters,
    });
    const started = startedRun(service, runId, input.pipeline, parameters, runPage(factory, runId, context.connection));
    return followRun(context.host, pipelineRuns(factory, context, input.pipeline), started, input);
  },
});
