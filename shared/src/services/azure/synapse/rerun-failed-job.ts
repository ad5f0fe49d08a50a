import { PipewrightError } from '../../../host/error.ts';
import { defineAction } from '../../../define/operation.ts';
import { rerunBranches } from '../../../runs/branches.ts';
import { rerun, rerunFields, rerunOutput, sampleRerun, simpleRerun } from '../../../runs/rerun.ts';
import { waitFields } from '../../../runs/wait-fields.ts';
import type { AzureConnection } from '../connection-fields.ts';
import {
  batchesPath,
  findSparkJobByTag,
  readSparkJob,
  sampleSparkJob,
  sparkJobField,
  sparkJobs,
  sparkJobShape,
  startSparkJob,
} from './spark-jobs.ts';
import { sparkPoolField } from './spark-pool.ts';
import { openWorkspace, service, workspaceField } from './workspace.ts';

/**
 * Submits a Spark job again with its original request, which Synapse stores with the job.
 * @see https://learn.microsoft.com/rest/api/synapse/data-plane/spark-batch/create-spark-batch-job
 */
export const rerunFailedJob = defineAction<AzureConnection>()({
  key: 'rerunFailedJob',
  name: 'Rerun Failed Spark Job',
  resource: 'Spark Job',
  description: 'Reruns a failed Spark job with the same file, arguments and executor settings.',
  effect: 'unsafe',
  input: { workspace: workspaceField, pool: sparkPoolField, job: sparkJobField, ...rerunFields, ...waitFields },
  output: rerunOutput,
  simple: simpleRerun,
  branches: rerunBranches,
  sample: sampleRerun(sampleSparkJob, []),
  async run(input, context) {
    const workspace = await openWorkspace(input.workspace, context);
    const { pool } = input;
    return rerun(context.host, sparkJobs(workspace, pool), { ...input, run: input.job }, async (failed) => {
      const path = `${batchesPath(pool)}/${encodeURIComponent(failed.id)}`;
      const { livyInfo } = await workspace.api.json('GET', path, sparkJobShape, { query: { detailed: true } });
      const request = livyInfo?.jobCreationRequest;
      if (!request?.file) {
        throw new PipewrightError({
          code: 'unexpected-response',
          service,
          message: `Synapse did not return the original request of job ${failed.id}.`,
          hint: 'Start the job with Run Spark Job instead.',
        });
      }
      return {
        provider: sparkJobs(workspace, pool, failed.name),
        steps: [],
        start: async ({ tag }) =>
          readSparkJob(await startSparkJob(workspace, pool, { ...request, name: failed.name }, tag), workspace, pool),
        find: ({ tag }) => findSparkJobByTag(workspace, pool, tag),
      };
    });
  },
});
