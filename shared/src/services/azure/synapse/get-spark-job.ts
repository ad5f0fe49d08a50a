import { defineAction } from '../../../define/operation.ts';
import { runBranches } from '../../../runs/branches.ts';
import { runFields, simpleRun } from '../../../runs/report.ts';
import { readFields } from '../../../runs/wait-fields.ts';
import { readRun } from '../../../runs/read-run.ts';
import type { AzureConnection } from '../connection-fields.ts';
import { sampleSparkJob, sparkJobField, sparkJobs } from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, workspaceField } from './workspace.ts';

/**
 * Reads a Spark batch job.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/get-spark-batch-job
 */
export const getSparkJob = defineAction<AzureConnection>()({
  key: 'getSparkJob',
  name: 'Get Spark Job',
  resource: 'Spark Job',
  description: 'Finds a Spark job and returns its status and, if it failed, the cause.',
  effect: 'safe',
  input: { workspace: workspaceField, pool: sparkPoolField, job: sparkJobField, ...readFields },
  output: runFields,
  simple: simpleRun,
  branches: runBranches,
  sample: sampleSparkJob,
  async run(input, context) {
    const workspace = await openWorkspace(input.workspace, context);
    return readRun(context.host, sparkJobs(workspace, input.pool), input.job, input);
  },
});
