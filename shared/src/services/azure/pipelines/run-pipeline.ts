import { PipewrightError } from '../../../host/error.ts';
import { pipelinesPage } from '../../../host/pipelines-page.ts';
import type { Host } from '../../../host/host.ts';
import { fitValues } from '../../../define/declared-values.ts';
import { defineAction, type Action } from '../../../define/operation.ts';
import { runBranches } from '../../../runs/branches.ts';
import { startCallbackWait, usesCallback, readFinishedRun, completionMethodField } from '../../../runs/callback.ts';
import { runFields, simpleRun } from '../../../runs/report.ts';
import type { Run } from '../../../runs/run.ts';
import { startFields, startKeyOf, type KeyChoices } from '../../../runs/start-key.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/follow-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { keyParameter, readDeclared, withoutReserved } from './declared-parameters.ts';
import { homeOf, inHome, openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { callbackParameter, createdShape, samplePipelineRun, startedRun } from './pipeline-run.ts';
import { parametersField } from './parameters-field.ts';
import type { PipelineField } from './pipelines.ts';
import { pipelineRuns, type PipelineRuns } from './runs.ts';

/** Input that determines how a pipeline is started. */
interface RunInput extends KeyChoices {
  pipeline: string;
  parameters?: Record<string, unknown> | undefined;
  reuseActiveRun: boolean;
}

/**
 * Starts a pipeline; the body of createRun contains the parameters directly, without a wrapper. The API has no idempotency key, so the
 * start key is passed as a parameter if the pipeline declares it, even without a start key from the user. Otherwise, if the
 * response is lost, later runs are compared by their parameters; unless exactly one matches, no run is adopted or started.
 * @param callbackUrl URL that the pipeline calls when it finishes
 */
async function startPipeline(
  kind: PipelineHomeKind,
  home: PipelineHome,
  input: RunInput,
  host: Host,
  callbackUrl?: () => string,
): Promise<{ provider: PipelineRuns; run: Run; isNew: boolean }> {
  const { pipeline } = input;
  const provider = pipelineRuns(kind, home, host, pipeline);
  const startKey = startKeyOf(host, input);
  const declared = await readDeclared(kind, home, pipeline, host);
  const entered = { ...input.parameters };
  const userParameters = declared
    ? fitValues(kind.service, `The pipeline ${pipeline}`, declared.parameters, withoutReserved(entered))
    : withoutReserved(entered);
  const parameters = { ...entered, ...userParameters };
  if (callbackUrl && declared && !declared.takesCallbackUrl) throw noCallback(kind, pipeline);
  const takesKey = declared?.takesKey === true;
  let isNew = false;
  const run = await startOnce(host, {
    provider,
    startKey,
    reuseActiveRun: input.reuseActiveRun,
    parameters: userParameters,
    async start(key) {
      isNew = true;
      const json = {
        ...parameters,
        ...(takesKey ? { [keyParameter]: key.text } : {}),
        ...(callbackUrl ? { [callbackParameter]: callbackUrl() } : {}),
      };
      const path = `${home.path}/pipelines/${encodeURIComponent(pipeline)}/createRun`;
      const { runId } = await home.api.json('POST', path, createdShape, {
        query: { 'api-version': kind.version },
        json,
      });
      return startedRun(kind.service, runId, pipeline, parameters, home.runPage(runId));
    },
    // A key has one run, and possibly manual reruns of it; the first one counts.
    ...(takesKey
      ? {
          findByKey: async ({ text }) =>
            (await provider.recent()).findLast((one) => one.parameters[keyParameter] === text),
        }
      : {}),
  });
  return { provider, run, isNew };
}

function noCallback({ service }: PipelineHomeKind, pipeline: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The pipeline ${pipeline} does not support callbacks: it has no parameter ${callbackParameter}.`,
    hint: `Add the parameter and the callback activity as described in ${pipelinesPage}, or set Completion Method to Poll.`,
  });
}

/**
 * Runs a pipeline.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/create-pipeline-run
 */
export function defineRunPipeline(kind: PipelineHomeKind, pipeline: PipelineField): Action {
  const completionMethod = completionMethodField(
    `A callback requires the parameter ${callbackParameter} and a callback activity in the pipeline; see ${pipelinesPage}.`,
  );
  return defineAction<AzureConnection>()({
    key: 'runPipeline',
    name: 'Run Pipeline',
    resource: 'Pipeline Run',
    description: 'Starts a pipeline with parameters and optionally waits for it to finish.',
    effect: 'unsafe',
    input: inHome(kind, {
      pipeline,
      parameters: parametersField(kind),
      ...waitFields,
      ...completionMethod,
      ...startFields,
    }),
    output: runFields,
    simple: simpleRun,
    branches: runBranches,
    sample: samplePipelineRun(kind),
    async run(input, context) {
      const { provider, run } = await startPipeline(kind, await openHome(kind, input, context), input, context.host);
      return followRun(context.host, provider, run, input);
    },
    callback: {
      isChosen: usesCallback,
      timeoutMinutes: ({ timeoutMinutes }) => timeoutMinutes,
      statusWhileRunning: 409,
      async start(input, context, callbackUrl) {
        const home = await openHome(kind, input, context);
        const { provider, run, isNew } = await startPipeline(kind, home, input, context.host, callbackUrl);
        const kept = isNew ? { [kind.key]: homeOf(kind, input), run: run.id } : undefined;
        return startCallbackWait(context.host, provider, { started: run, kept, choices: input });
      },
      async readFinished(kept, context) {
        return readFinishedRun(
          context.host,
          pipelineRuns(kind, await openHome(kind, kept, context), context.host),
          String(kept['run']),
        );
      },
    },
  });
}
