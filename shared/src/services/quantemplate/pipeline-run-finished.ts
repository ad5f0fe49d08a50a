import { defineRunFinished } from '../../runs/run-finished.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { listExecutions, readExecution, samplePipelineRun } from './executions.ts';
import { pipelineField } from './pipelines.ts';

/**
 * Polls for finished runs of a pipeline, including pipelines not shared with the whole organization, for which
 * Quantemplate sends no events.
 * @see https://quantemplate.readme.io/
 */
export const pipelineRunFinished = defineRunFinished<QuantemplateConnection>()({
  key: 'pipelineRunFinished',
  name: 'Pipeline Run Finished (Polling)',
  description: 'Triggers when a pipeline run finishes; polls Quantemplate, so no webhook is required.',
  input: { pipeline: pipelineField },
  sample: samplePipelineRun,
  account: ({ organisationId }) => organisationId,
  runs: async ({ pipeline }, _since, context) =>
    (await listExecutions(openOrganisation(context), pipeline)).map((execution) => readExecution(pipeline, execution)),
});
