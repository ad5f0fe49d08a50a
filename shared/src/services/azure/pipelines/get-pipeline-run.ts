import { defineAction, type Action } from '../../../define/operation.ts';
import { runBranches } from '../../../runs/branches.ts';
import { runFields, simpleRun } from '../../../runs/report.ts';
import { readFields } from '../../../runs/wait-fields.ts';
import { readRun } from '../../../runs/read-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { samplePipelineRun } from './pipeline-run.ts';
import { pipelineRuns, type RunField } from './runs.ts';

/**
 * Reads a run with its activity runs.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/get
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline-run/get-pipeline-run
 */
export function defineGetPipelineRun(kind: PipelineHomeKind, run: RunField): Action {
  return defineAction<AzureConnection>()({
    key: 'getPipelineRun',
    name: 'Get Pipeline Run',
    resource: 'Pipeline Run',
    description: 'Finds a pipeline run and returns its status and activities.',
    effect: 'safe',
    input: inHome(kind, { run, ...readFields }),
    output: runFields,
    simple: simpleRun,
    branches: runBranches,
    sample: samplePipelineRun(kind),
    async run(input, context) {
      const home = await openHome(kind, input, context);
      return readRun(context.host, pipelineRuns(kind, home, context.host), input.run, input);
    },
  });
}
