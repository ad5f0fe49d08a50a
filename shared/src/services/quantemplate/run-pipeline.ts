import { defineAction } from '../../define/operation.ts';
import { runFields } from '../../runs/report.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/follow-run.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { pipelineRuns, samplePipelineRun, startExecution } from './executions.ts';
import { pipelineField } from './pipelines.ts';

// A run cannot be cancelled from outside Quantemplate, so nothing is asked about it.
const { wait, onFailure, timeoutMinutes } = waitFields;

/**
 * Executes a pipeline. Nothing tells two executions apart before they have an ID, so a start that was not answered is never
 * repeated: the one execution that was made since is taken, if there is one only.
 * @see https://quantemplate.readme.io/reference/execute-pipeline
 */
export const runPipeline = defineAction<QuantemplateConnection>()({
  key: 'runPipeline',
  name: 'Run Pipeline',
  resource: 'Pipeline Run',
  description: 'Starts a pipeline and, if wished, waits until it has finished.',
  effect: 'unsafe',
  input: { pipeline: pipelineField, wait, onFailure, timeoutMinutes, ...startFields },
  output: runFields,
  sample: samplePipelineRun,
  async run(input, context) {
    const api = openOrganisation(context);
    const provider = pipelineRuns(api, input.pipeline);
    const run = await startOnce(context.host, {
      provider,
      startKey: startKeyOf(context.host, input.startKey),
      reuseActiveRun: input.reuseActiveRun,
      start: () => startExecution(api, input.pipeline),
    });
    return followRun(context.host, provider, run, { ...input, onTimeout: 'keepRunning' });
  },
});
