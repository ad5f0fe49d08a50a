import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { pipelineOperations } from '../pipelines/operations.ts';
import { getSparkJob } from './get-spark-job.ts';
import { getWorkspace } from './get-workspace.ts';
import { rerunFailedJob } from './rerun-failed-job.ts';
import { runSparkJob } from './run-spark-job.ts';
import { sparkJobFinished } from './spark-job-finished.ts';
import { service, workspaceKind } from './workspace.ts';

const { operations, triggers } = pipelineOperations(workspaceKind);

/** Azure Synapse Analytics. */
export const synapse = defineService({
  key: 'synapse',
  name: service,
  description: 'Run and monitor pipelines and Spark jobs in Azure Synapse Analytics.',
  connection: azureConnection,
  operations: [...operations, runSparkJob, getSparkJob, rerunFailedJob, getWorkspace],
  triggers: [...triggers, sparkJobFinished],
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['pipeline', 'Spark', 'ETL', 'Microsoft', 'data warehouse'],
    startsWhen: 'a pipeline run or a Spark job of Azure Synapse has finished',
  },
});
