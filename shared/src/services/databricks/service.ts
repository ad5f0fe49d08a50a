import { defineService } from '../../define/service.ts';
import { jobRunFinished } from './job-run-finished.ts';
import { service } from './api.ts';
import { cancelRun } from './cancel-run.ts';
import { databricksConnection } from './connection.ts';
import { downloadFile } from './download-file.ts';
import { findJob } from './find-job.ts';
import { getRunOutput } from './get-run-output.ts';
import { getRun } from './get-run.ts';
import { jobNotification } from './job-notification.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';
import { runJob } from './run-job.ts';
import { runNotebook } from './run-notebook.ts';

/** Databricks jobs, notebooks and volume files. */
export const databricks = defineService({
  key: 'databricks',
  name: service,
  description: 'Run Databricks jobs and notebooks, trigger on job runs, and download files from volumes.',
  connection: databricksConnection,
  operations: [runJob, runNotebook, getRun, getRunOutput, cancelRun, rerunFailedRun, findJob, downloadFile],
  triggers: [jobNotification, jobRunFinished],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['job', 'notebook', 'lakehouse', 'Spark', 'pipeline'],
  },
});
