import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { cancelJobRun } from './cancel-job-run.ts';
import { dbtConnection } from './connection.ts';
import { downloadArtifact } from './download-artifact.ts';
import { findJob } from './find-job.ts';
import { getJobRun } from './get-job-run.ts';
import { jobRunCompleted } from './job-run-completed.ts';
import { jobRunErrored } from './job-run-errored.ts';
import { jobRunFinished } from './job-run-finished.ts';
import { jobRunStarted } from './job-run-started.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';
import { runJob } from './run-job.ts';

/** The dbt platform. */
export const dbt = defineService({
  key: 'dbt',
  name: service,
  description: 'Trigger on dbt job runs, run jobs, see which step failed, and download artifacts.',
  connection: dbtConnection,
  operations: [runJob, getJobRun, cancelJobRun, rerunFailedRun, findJob, downloadArtifact],
  triggers: [jobRunCompleted, jobRunStarted, jobRunErrored, jobRunFinished],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['dbt Cloud', 'job', 'transformation', 'analytics engineering'],
    startsWhen: 'a dbt job run starts, completes or fails',
  },
});
