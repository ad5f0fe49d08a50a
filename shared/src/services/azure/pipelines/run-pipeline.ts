import { PipewrightError } from '../../../host/error.ts';
import type { Host } from '../../../host/host.ts';
import { fitValues } from '../../../define/declared-values.ts';
import { defineAction, type Action } from '../../../define/operation.ts';
import { startCallbackWait, isCalled, readFinishedRun, waitByField } from '../../../runs/callback.ts';
import { runFields } from '../../../runs/report.ts';
import type { Run } from '../../../runs/run.ts';
import { startFields, startKeyOf } from '../../../runs/start-key.ts';
import { startOnce } from '../../../runs/start-once.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import { followRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { keyParameter, ownParameters, readDeclared } from './declared-parameters.ts';
import { homeOf, inHome, openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { callbackParameter, createdShape, samplePipelineRun, startedRun } from './pipeline-run.ts';
import { parametersField } from './parameters-field.ts';
import type { PipelineField } from './pipelines.ts';
import { pipelineRuns, type PipelineRuns } from './runs.ts';

/** What decides how a pipeline is started. */
interface RunInput {
  pipeline: string;
  parameters?: Record<string, unknown> | undefined;
  startKey?: string | undefined;
  reuse: boolean;
}

/**
 * Starts a pipeline; the body of createRun is the parameters themselves, not wrapped. A start has no key of its own: the key
 * travels in a parameter where the pipeline declares it, also one that was not typed. Otherwise, when the answer is lost, runs
 * since then are compared by their parameters; unless one run is certainly meant, nothing is adopted and nothing started again.
 * @param address where the pipeline is to call at its end
 */
async function startPipeline(
  kind: PipelineHomeKind,
  home: PipelineHome,
  input: RunInput,
  host: Host,
  address?: () => string,
): Promise<{ provider: PipelineRuns; run: Run; isNew: boolean }> {
  const { pipeline } = input;
  const provider = pipelineRuns(kind, home, host, pipeline);
  const startKey = startKeyOf(host, input.startKey);
  const declared = await readDeclared(kind, home, pipeline, host);
  const typed = { ...input.parameters };
  const own = declared
    ? fitValues(kind.service, `The pipeline ${pipeline}`, declared.parameters, ownParameters(typed))
    : ownParameters(typed);
  const given = { ...typed, ...own };
  if (address && declared && !declared.takesAddress) throw cannotCall(kind, pipeline);
  const takesKey = declared?.takesKey === true;
  const key = startKey.isGiven ? startKey.key : startKey.tag;
  let isNew = false;
  const run = await startOnce(host, {
    provider,
    startKey,
    reuse: input.reuse,
    parameters: own,
    async start() {
      isNew = true;
      const json = {
        ...given,
        ...(takesKey ? { [keyParameter]: key } : {}),
        ...(address ? { [callbackParameter]: address() } : {}),
      };
      const path = `${home.path}/pipelines/${encodeURIComponent(pipeline)}/createRun`;
      const { runId } = await home.api.json('POST', path, createdShape, {
        query: { 'api-version': kind.version },
        json,
      });
      return startedRun(kind.service, runId, pipeline, given, home.runPage(runId));
    },
    // Under one key there is one run, or its repetitions by hand, of which the first is meant.
    ...(takesKey
      ? { findByKey: async () => (await provider.recent()).findLast((one) => one.parameters[keyParameter] === key) }
      : {}),
  });
  return { provider, run, isNew };
}

function cannotCall({ service }: PipelineHomeKind, pipeline: string): PipewrightError {
  return new PipewrightError({
    code: 'bad-input',
    service,
    message: `The pipeline ${pipeline} cannot call at its end: it declares no parameter ${callbackParameter}.`,
    hint: `Add the parameter and the activity that calls it, as docs/pipelines of Pipewright shows, or set How to Wait to Look Again and Again.`,
  });
}

/**
 * Runs a pipeline.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/create-pipeline-run
 */
export function defineRunPipeline(kind: PipelineHomeKind, pipeline: PipelineField): Action {
  const waitBy = waitByField(
    `The pipeline must declare the parameter ${callbackParameter} and call the address in it; docs/pipelines of Pipewright holds what to copy.`,
  );
  return defineAction<AzureConnection>()({
    key: 'runPipeline',
    name: 'Run Pipeline',
    resource: 'Pipeline Run',
    description: 'Starts a pipeline with parameters and, if wished, waits until it has finished.',
    effect: 'unsafe',
    input: inHome(kind, { pipeline, parameters: parametersField(kind), ...waitFields, ...waitBy, ...startFields }),
    output: runFields,
    sample: samplePipelineRun(kind),
    async run(input, context) {
      const { provider, run } = await startPipeline(kind, await openHome(kind, input, context), input, context.host);
      return followRun(context.host, provider, run, input);
    },
    callback: {
      isChosen: isCalled,
      timeoutMinutes: ({ timeoutMinutes }) => timeoutMinutes,
      statusWhileRunning: 409,
      async start(input, context, address) {
        const home = await openHome(kind, input, context);
        const { provider, run, isNew } = await startPipeline(kind, home, input, context.host, address);
        return startCallbackWait(
          context.host,
          provider,
          run,
          isNew ? { [kind.key]: homeOf(kind, input), run: run.id } : undefined,
          input,
        );
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
