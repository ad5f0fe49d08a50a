import { defineRunFinished } from '../../../runs/run-finished.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sampleSparkJob, sparkJobs } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, workspaceField } from './workspace.ts';

/**
 * Looks for Spark batch jobs that have ended, among the first and the last of a pool.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/get-spark-batch-jobs
 */
export const sparkJobFinished = defineRunFinished<AzureConnection>()({
  key: 'sparkJobFinished',
  name: 'Spark Job Finished',
  description: 'Triggers when a Spark batch job of a pool has finished.',
  input: { workspace: workspaceField, pool: sparkPoolField },
  sample: sampleSparkJob,
  runs: async (input, _since, context) => sparkJobs(await openWorkspace(input.workspace, context), input.pool).recent(),
});
