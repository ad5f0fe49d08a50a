import { defineAction, type Action } from '../../../operations/operation.ts';
import { runFields } from '../../../runs/report.ts';
import { startFields, startKeyOf } from '../../../runs/start-key.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection.ts';
import { checkParameters, readDeclared } from './declared-parameters.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { samplePipelineRun, startedRun } from './pipeline-run.ts';
import { parametersField, type PipelineField } from './pipelines.ts';
import { pipelineRuns } from './runs.ts';

/** A pipeline that declares this parameter is started once for each key, for its runs can be told apart by it. */
const keyParameter = 'pipewrightStartKey';

/**
 * Starts a pipeline; the body of createRun is the parameters themselves, not wrapped. A start carries no key of its own: it
 * travels in a parameter where the pipeline declares it. Else, when the answer is lost, runs since then are compared by their
 * parameters, and if that does not tell which one it is, nothing is started again.
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
    input: inHome(kind, { pipeline, parameters: parametersField, ...waitFields, ...startFields }),
    output: runFields,
    sample: samplePipelineRun(kind),
    async run(input, context) {
      const { host } = context;
      const home = await openHome(kind, input, context);
      const provider = pipelineRuns(kind, home, host, input.pipeline);
      const startKey = startKeyOf(host, input.startKey);
      const declared = await readDeclared(kind, home, input.pipeline, host);
      const takesKey = startKey.isGiven && declared !== undefined && Object.hasOwn(declared, keyParameter);
      const parameters = { ...input.parameters, ...(takesKey ? { [keyParameter]: startKey.key } : {}) };
      if (declared) checkParameters(kind, input.pipeline, withoutKey(declared), withoutKey({ ...input.parameters }));
      const started = await startOnce(host, {
        provider,
        startKey,
        reuse: input.reuse,
        parameters: withoutKey({ ...input.parameters }),
        async start() {
          const path = `${home.path}/pipelines/${encodeURIComponent(input.pipeline)}/createRun`;
          const query = { 'api-version': kind.version };
          const { runId } = await home.api.json<{ runId: string }>('POST', path, { query, json: parameters });
          return startedRun(kind.service, runId, input.pipeline, parameters, home.runPage(runId));
        },
        // Under one key there is one run, or its repetitions by hand, of which the first is meant.
        ...(takesKey ? { findByKey: async () => (await provider.recent()).findLast((run) => run.parameters[keyParameter] === startKey.key) } : {}),
      });
      return followRun(host, provider, started, input);
    },
  });
}

/** The parameter for the key is filled in here, or by a person, or left empty. */
function withoutKey<T>({ [keyParameter]: _key, ...others }: Record<string, T>): Record<string, T> {
  return others;
}
