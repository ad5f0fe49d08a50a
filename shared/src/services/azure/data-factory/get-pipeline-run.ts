import { defineAction } from '../../../operations/operation.ts';
import { runFields } from '../../../runs/run.ts';
import { readRun } from '../../../runs/wait-for-run.ts';
import type { AzureConnection } from '../connection.ts';
import { samplePipelineRun } from '../pipeline-run.ts';
import { factoryField, openFactory } from './factory.ts';
import { pipelineRuns, runField } from './runs.ts';

/**
 * Reads a run with its activity runs.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/get
 */
export const getPipelineRun = defineAction<AzureConnection>()({
  key: 'getPipelineRun',
  name: 'Get Pipeline Run',
  resource: 'Pipeline Run',
  description: 'Reads where a pipeline run stands, with its activities.',
  effect: 'reads',
  input: { factory: factoryField, run: runField },
  output: runFields,
  sample: samplePipelineRun,
  async run(input, context) {
    const factory = await openFactory(input.factory, context);
    return readRun(context.host, pipelineRuns(factory, context), input.run);
  },
});
