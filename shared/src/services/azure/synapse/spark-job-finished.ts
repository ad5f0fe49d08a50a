import { defineRunFinished, maxRunDurationMs } from '../../../runs/run-finished.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sampleSparkJob, sparkJobsSince } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, workspaceField } from './workspace.ts';

/**
 * Polls for finished Spark batch jobs among those that were submitted up to 48 hours before the last poll.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/get-spark-batch-jobs
 */
export const sparkJobFinished = defineRunFinished<AzureConnection>()({
  key: 'sparkJobFinished',
  name: 'Spark Job Finished',
  description: 'Triggers when a Spark batch job in a pool finishes.',
  input: { workspace: workspaceField, pool: sparkPoolField },
  sample: sampleSparkJob,
  account: ({ subscriptionId }) => subscriptionId,
  runs: async (input, since, context) =>
    sparkJobsSince(await openWorkspace(input.workspace, context), input.pool, since - maxRunDurationMs),
});
