import { defineAction, type Action } from '../../../operations/operation.ts';
import type { Host } from '../../../host/host.ts';
import { runFields, type Run } from '../../../runs/run.ts';
import { startKeyField, startKeyOf } from '../../../runs/start-key.ts';
import { hasParameters, startOnce, theOnly } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection.ts';
import { queryAll } from '../pages.ts';
import { checkParameters, readDeclared } from './declared-parameters.ts';
import { inHome, openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { readPipelineRun, samplePipelineRun, startedRun, window, type VendorPipelineRun } from './pipeline-run.ts';
import { parametersField, type PipelineField } from './pipelines.ts';
import { pipelineRuns } from './runs.ts';

/** A pipeline that declares this parameter is started once for each key, for its runs can be told apart by it. */
const keyParameter = 'pipewrightStartKey';

/** Milliseconds for which the runs of a pipeline are looked through for a key. */
const searched = 7 * 24 * 3_600_000;

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
    input: inHome(kind, { pipeline, parameters: parametersField, ...waitFields, ...startKeyField }),
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
      const find = async (since: number): Promise<Run | undefined> => {
        const runs = await runsSince(kind, home, host, input.pipeline, since);
        const same = runs.filter((run) => hasParameters(run.parameters, takesKey ? { [keyParameter]: startKey.key } : parameters));
        // Under one key there is one run, or its repetitions by hand, of which the first is meant.
        const found = takesKey ? same.at(-1) : theOnly(same);
        return found && readPipelineRun(kind.service, found, home.runPage(found.runId));
      };
      const started = await startOnce(host, {
        provider,
        startKey,
        async start() {
          const path = `${home.path}/pipelines/${encodeURIComponent(input.pipeline)}/createRun`;
          const query = { 'api-version': kind.version };
          const { runId } = await home.api.json<{ runId: string }>('POST', path, { query, json: parameters });
          return startedRun(kind.service, runId, input.pipeline, parameters, home.runPage(runId));
        },
        ...(takesKey ? { findByKey: () => find(host.now() - searched) } : {}),
        findLost: find,
      });
      return followRun(host, provider, started, input);
    },
  });
}

/** The parameter for the key is filled in here, or by a person, or left empty. */
function withoutKey<T>({ [keyParameter]: _key, ...others }: Record<string, T>): Record<string, T> {
  return others;
}

/** The runs of a pipeline that began since a moment, newest first. */
async function runsSince(kind: PipelineHomeKind, home: PipelineHome, host: Host, pipeline: string, since: number): Promise<VendorPipelineRun[]> {
  const runs = await queryAll<VendorPipelineRun>(home.api, 'POST', `${home.path}/queryPipelineRuns`, kind.version, {
    ...window(host.now(), since),
    filters: [{ operand: 'PipelineName', operator: 'Equals', values: [pipeline] }],
    orderBy: [{ orderBy: 'RunStart', order: 'DESC' }],
  });
  // A run that is still queued has no start.
  return runs.filter(({ runStart }) => !runStart || Date.parse(runStart) >= since);
}
