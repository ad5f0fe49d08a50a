import { defineAction } from '../../define/operation.ts';
import { runBranches } from '../../runs/branches.ts';
import { runFields, simpleRun } from '../../runs/report.ts';
import { startFields, startKeyOf } from '../../runs/start-key.ts';
import { startOnce } from '../../runs/start-once.ts';
import { waitFields } from '../../runs/wait-fields.ts';
import { followRun } from '../../runs/follow-run.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { pipelineRuns, samplePipelineRun, startExecution } from './executions.ts';
import { pipelineField } from './pipelines.ts';

// No onTimeout: Quantemplate cannot cancel runs through its API.
const { wait, onFailure, timeoutMinutes } = waitFields;

/**
 * Starts a pipeline. Quantemplate accepts no idempotency key, so a start without a response is never repeated: if there
 * is exactly one newer run, it is adopted.
 * @see https://quantemplate.readme.io/reference/execute-pipeline
 */
export const runPipeline = defineAction<QuantemplateConnection>()({
  key: 'runPipeline',
  name: 'Run Pipeline',
  resource: 'Pipeline Run',
  description: 'Starts a pipeline and optionally waits for it to finish.',
  effect: 'unsafe',
  input: { pipeline: pipelineField, wait, onFailure, timeoutMinutes, ...startFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: samplePipelineRun,
  async run(input, context) {
    const api = openOrganisation(context);
    const provider = pipelineRuns(api, input.pipeline);
    const run = await startOnce(context.host, {
      provider,
      startKey: startKeyOf(context.host, input),
      reuseActiveRun: input.reuseActiveRun,
      start: () => startExecution(api, input.pipeline),
    });
    return followRun(context.host, provider, run, { ...input, onTimeout: 'keepRunning' });
  },
});
