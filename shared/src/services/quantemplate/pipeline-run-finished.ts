import { defineRunFinished } from '../../runs/run-finished.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { listExecutions, readExecution, samplePipelineRun } from './executions.ts';
import { pipelineField } from './pipelines.ts';

/**
 * Looks for runs of a pipeline that have ended, also of one that is not shared with the whole organisation, of which
 * Quantemplate tells no events.
 * @see https://quantemplate.readme.io/
 */
export const pipelineRunFinished = defineRunFinished<QuantemplateConnection>()({
  key: 'pipelineRunFinished',
  name: 'Pipeline Run Finished (Polling)',
  description:
    'Triggers when a run of a pipeline has finished; Quantemplate is asked again and again, so no notification is needed.',
  input: { pipeline: pipelineField },
  sample: samplePipelineRun,
  runs: async ({ pipeline }, _since, context) =>
    (await listExecutions(openOrganisation(context), pipeline)).map((execution) => readExecution(pipeline, execution)),
});
