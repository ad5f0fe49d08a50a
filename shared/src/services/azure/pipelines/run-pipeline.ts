import { defineAction, type Action } from '../../../operations/operation.ts';
import { runFields } from '../../../runs/run.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { samplePipelineRun, startedRun } from './pipeline-run.ts';
import { parametersField, type PipelineField } from './pipelines.ts';
import { pipelineRuns } from './runs.ts';

/**
 * Starts a pipeline; the body of createRun is the parameters themselves, not wrapped. A start carries no key by which the
 * run could be found again, so when the answer is lost nobody can tell, and it is not repeated.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/create-pipeline-run
 */
export function defineRunPipeline(kind: PipelineHomeKind, pipeline: PipelineField): Action {
  return defineAction<AzureConnection>()({
    key: 'runPipeline',
    name: 'Run Pipeline',
    resource: 'Pipeline Run',
    description: 'Starts a pipeline with parameters and, if wished, waits until it has finished.',
    effect: 'starts work',
    input: inHome(kind, { pipeline, parameters: parametersField, ...waitFields }),
    output: runFields,
    sample: samplePipelineRun(kind),
    async run(input, context) {
      const { host } = context;
      const home = await openHome(kind, input, context);
      const provider = pipelineRuns(kind, home, host, input.pipeline);
      const parameters = input.parameters ?? {};
      const started = await startOnce(host, {
        service: kind.service,
        what: provider.what,
        async start() {
          const path = `${home.path}/pipelines/${encodeURIComponent(input.pipeline)}/createRun`;
          const query = { 'api-version': kind.version };
          const { runId } = await home.api.json<{ runId: string }>('POST', path, { query, json: parameters });
          return startedRun(kind.service, runId, input.pipeline, parameters, home.runPage(runId));
        },
      });
      return followRun(host, provider, started, input);
    },
  });
}
