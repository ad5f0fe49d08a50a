import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { cancelJobRun } from './cancel-job-run.ts';
import { fabricConnection } from './connection.ts';
import { findItem } from './find-item.ts';
import { getJobRun } from './get-job-run.ts';
import { jobRunFinished } from './job-run-finished.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';
import { runNotebook } from './run-notebook.ts';
import { runPipeline } from './run-pipeline.ts';
import { runSparkJob } from './run-spark-job.ts';

/** Microsoft Fabric pipelines, notebooks and Spark jobs. */
export const fabric = defineService({
  key: 'fabric',
  name: service,
  description: 'Run Microsoft Fabric pipelines, notebooks and Spark jobs, and trigger on finished runs.',
  connection: fabricConnection,
  operations: [runPipeline, runNotebook, runSparkJob, getJobRun, cancelJobRun, rerunFailedRun, findItem],
  triggers: [jobRunFinished],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['pipeline', 'notebook', 'Spark', 'lakehouse', 'Data Factory', 'OneLake', 'job'],
  },
});
