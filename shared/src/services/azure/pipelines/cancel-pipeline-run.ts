import { defineAction, type Action } from '../../../define/operation.ts';
import { cancelRun } from '../../../runs/cancel-run.ts';
import { runFields, simpleRun } from '../../../runs/report.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { inHome, openHome, type PipelineHomeKind } from './home.ts';
import { samplePipelineRun } from './pipeline-run.ts';
import { pipelineRuns, type RunField } from './runs.ts';

/**
 * Cancels a run and the runs that it started.
 * @see https://learn.microsoft.com/rest/api/datafactory/pipeline-runs/cancel
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/pipeline-run/cancel-pipeline-run
 */
export function defineCancelPipelineRun(kind: PipelineHomeKind, run: RunField): Action {
  return defineAction<AzureConnection>()({
    key: 'cancelPipelineRun',
    name: 'Cancel Pipeline Run',
    resource: 'Pipeline Run',
    description: 'Cancels a pipeline run and its child runs. Has no effect on finished runs.',
    effect: 'idempotent',
    input: inHome(kind, { run }),
    output: runFields,
    simple: simpleRun,
    sample: { ...samplePipelineRun(kind), status: 'cancelled', vendorStatus: 'Cancelled', succeeded: false },
    async run(input, context) {
      const home = await openHome(kind, input, context);
      return cancelRun(context.host, pipelineRuns(kind, home, context.host), input.run);
    },
  });
}
