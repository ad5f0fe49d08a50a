import { defineAction, type Action } from '../../../define/operation.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, unfinishedSteps } from '../../../runs/rerun.ts';
import type { Run } from '../../../runs/run.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHome, type PipelineHomeKind } from './home.ts';
import { createdShape, samplePipelineRun, startedRun } from './pipeline-run.ts';
import { pipelinePropertiesShape } from './pipelines.ts';
import { pipelineRuns, type RunField } from './runs.ts';

/** The activities of a pipeline that did not succeed in a run, also those that it never came to. */
async function activitiesLeft(kind: PipelineHomeKind, home: PipelineHome, run: Run): Promise<string[]> {
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
 * Starts a recovery run, which takes over the parameters of the failed one. Data Factory finds the failed activity itself;
 * Synapse is told which one it is. A run that was cancelled has none, and begins with what it never came to.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipelines/create-run
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline/create-pipeline-run
 */
export function defineRerunFailedRun(kind: PipelineHomeKind, run: RunField): Action {
  return defineAction<AzureConnection>()({
    key: 'rerunFailedRun',
    name: 'Rerun Failed Run',
    resource: 'Pipeline Run',
    description: 'Runs a failed pipeline run again from the activity that failed, with the same parameters.',
    effect: 'unsafe',
    input: inHome(kind, { run, ...rerunFields, ...waitFields }),
    output: rerunOutput,
    sample: sampleRerun(samplePipelineRun(kind), ['Copy dataset']),
    async run(input, context) {
      const { host } = context;
      const home = await openHome(kind, input, context);
      return rerun(host, pipelineRuns(kind, home, host), input, async (failed) => {
        const steps = await activitiesLeft(kind, home, failed);
        const broken = unfinishedSteps(failed)[0] ?? steps[0];
        const from =
          kind.startsFromFailure && failed.status === 'failed'
            ? { startFromFailure: true }
            : broken
              ? { startActivityName: broken }
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
