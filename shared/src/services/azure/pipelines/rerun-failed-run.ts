import { defineAction, type Action } from '../../../define/operation.ts';
import { rerunBranches } from '../../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun, unfinishedSteps } from '../../../runs/rerun.ts';
import type { Run } from '../../../runs/run.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { createdShape, samplePipelineRun, startedRun } from './pipeline-run.ts';
import { pipelinePropertiesShape } from './pipelines.ts';
import { pipelineRuns, type RunField } from './runs.ts';

/** The activities that did not succeed in a run, including those that never started. */
async function remainingActivities(kind: PipelineHomeKind, home: PipelineHome, run: Run): Promise<string[]> {
  const done = new Set(run.steps.filter(({ status }) => status === 'succeeded').map(({ name }) => name));
  try {
    const path = `${home.path}/pipelines/${encodeURIComponent(run.name)}`;
    const { properties } = await home.api.json('GET', path, pipelinePropertiesShape, {
      query: { 'api-version': kind.version },
    });
    return (properties?.activities ?? []).map(({ name }) => name).filter((name) => !done.has(name));
  } catch {
    return unfinishedSteps(run);
  }
}

/**
 * Starts a recovery run with the parameters of the failed run. Data Factory finds the failed activity itself; Synapse requires
 * its name. A canceled run has no failed activity and restarts at the first one that did not succeed.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/create-pipeline-run
 */
export function defineRerunFailedRun(kind: PipelineHomeKind, run: RunField): Action {
  return defineAction<AzureConnection>()({
    key: 'rerunFailedRun',
    name: 'Rerun Failed Run',
    resource: 'Pipeline Run',
    description: 'Reruns a failed pipeline run from the failed activity, with the same parameters.',
    effect: 'unsafe',
    input: inHome(kind, { run, ...rerunFields, ...waitFields }),
    output: rerunOutput,
    simple: simpleRerun,
    branches: rerunBranches,
    sample: sampleRerun(samplePipelineRun(kind), ['Copy dataset']),
    async run(input, context) {
      const { host } = context;
      const home = await openHome(kind, input, context);
      return rerun(host, pipelineRuns(kind, home, host), input, async (failed) => {
        const steps = await remainingActivities(kind, home, failed);
        const firstUnfinished = unfinishedSteps(failed)[0] ?? steps[0];
        const from =
          kind.startsFromFailure && failed.status === 'failed'
            ? { startFromFailure: true }
            : firstUnfinished
              ? { startActivityName: firstUnfinished }
              : {};
        return {
          provider: pipelineRuns(kind, home, host, failed.name),
          steps,
          async start() {
            const path = `${home.path}/pipelines/${encodeURIComponent(failed.name)}/createRun`;
            const query = { 'api-version': kind.version, referencePipelineRunId: failed.id, isRecovery: true, ...from };
            const { runId } = await home.api.json('POST', path, createdShape, { query, json: {} });
            return startedRun(kind.service, runId, failed.name, failed.parameters, home.runPage(runId));
          },
        };
      });
    },
  });
}
