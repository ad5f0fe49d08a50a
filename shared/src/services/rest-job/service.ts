import { defineService } from '../../define/service.ts';
import { service } from './api.ts';
import { cancelJobRun } from './cancel-job-run.ts';
import { restJobConnection } from './connection.ts';
import { getJobRun } from './get-job-run.ts';
import { jobRunFinished } from './job-run-finished.ts';
import { runJob } from './run-job.ts';

/** Jobs of any tool that starts them by a request and returns their state by another. */
export const restJob = defineService({
  key: 'restJob',
  name: service,
  description:
    'Run jobs of any tool with a REST API, such as Airflow, Airbyte, Prefect or GitHub Actions, and trigger on finished runs.',
  connection: restJobConnection,
  operations: [runJob, getJobRun, cancelJobRun],
  triggers: [jobRunFinished],
  listing: {
    categories: ['Development', 'Data & Storage'],
    aliases: [
      'Airflow',
      'Airbyte',
      'Prefect',
      'GitHub Actions',
      'Fivetran',
      'Census',
      'Hightouch',
      'HTTP',
      'API',
      'job',
      'DAG',
    ],
  },
});
