import { defineRunFinished } from '../../../runs/run-finished.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sampleSparkJob, sparkJobs } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, workspaceField } from './workspace.ts';

/**
 * Polls for finished Spark batch jobs among the first and last jobs of a pool.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/get-spark-batch-jobs
 */
export const sparkJobFinished = defineRunFinished<AzureConnection>()({
  key: 'sparkJobFinished',
  name: 'Spark Job Finished',
  description: 'Triggers when a Spark batch job in a pool finishes.',
  input: { workspace: workspaceField, pool: sparkPoolField },
  sample: sampleSparkJob,
  runs: async (input, _since, context) => sparkJobs(await openWorkspace(input.workspace, context), input.pool).recent(),
});
