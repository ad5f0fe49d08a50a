import { defineAction } from '../../../operations/operation.ts';
import { runFields } from '../../../runs/run.ts';
import { cancelRun } from '../../../runs/cancel-run.ts';
import type { AzureConnection } from '../connection.ts';
import { samplePipelineRun } from '../pipeline-run.ts';
import { factoryField, openFactory } from './factory.ts';
import { pipelineRuns, runField } from './runs.ts';

/**
 * Asks Data Factory to stop a run together with the runs it started.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/cancel
 */
export const cancelPipelineRun = defineAction<AzureConnection>()({
  key: 'cancelPipelineRun',
  name: 'Cancel Pipeline Run',
  resource: 'Pipeline Run',
  description: 'Stops a pipeline run and the runs it started; a run that has ended is left as it is.',
  effect: 'idempotent',
  input: { factory: factoryField, run: runField },
  output: runFields,
  sample: { ...samplePipelineRun, status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
  async run(input, context) {
    const factory = await openFactory(input.factory, context);
    return cancelRun(context.host, pipelineRuns(factory, context), input.run);
  },
});
