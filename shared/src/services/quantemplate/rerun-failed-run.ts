import { defineAction } from '../../define/operation.ts';
import { rerunBranches } from '../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun } from '../../runs/rerun.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { pipelineRuns, samplePipelineRun, startExecution } from './executions.ts';
import { executionField, pipelineField } from './pipelines.ts';

const { onTimeout: _cannotCancel, ...wait } = waitFields;

/**
 * Quantemplate cannot resume a failed run, so the whole pipeline runs again.
 * @see https://quantemplate.readme.io/reference/execute-pipeline
 */
export const rerunFailedRun = defineAction<QuantemplateConnection>()({
  key: 'rerunFailedRun',
  name: 'Rerun Failed Run',
  resource: 'Pipeline Run',
  description: 'Runs a pipeline again after a failed run.',
  effect: 'unsafe',
  input: { pipeline: pipelineField, execution: executionField, ...rerunFields, ...wait },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(samplePipelineRun, []),
  run(input, context) {
    const api = openOrganisation(context);
    const provider = pipelineRuns(api, input.pipeline);
    return rerun(context.host, provider, { ...input, run: input.execution, onTimeout: 'keepRunning' }, async () => ({
      provider,
      steps: [],
      start: () => startExecution(api, input.pipeline),
    }));
  },
});
