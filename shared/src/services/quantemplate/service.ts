import { defineService } from '../../define/service.ts';
import { pipelineRunFinished } from './pipeline-run-finished.ts';
import { service } from './api.ts';
import { quantemplateConnection } from './connection.ts';
import { datasetUpdated } from './dataset-updated.ts';
import { downloadDataset } from './download-dataset.ts';
import { downloadPipelineOutput } from './download-pipeline-output.ts';
import { getPipelineRun } from './get-pipeline-run.ts';
import { pipelineCompleted } from './pipeline-completed.ts';
import { rerunFailedRun } from './rerun-failed-run.ts';
import { runPipeline } from './run-pipeline.ts';
import { uploadDataset } from './upload-dataset.ts';

/** The Quantemplate service. */
export const quantemplate = defineService({
  key: 'quantemplate',
  name: service,
  description: 'Trigger on updated datasets and completed pipelines, run pipelines, and download or upload datasets.',
  connection: quantemplateConnection,
  operations: [runPipeline, getPipelineRun, rerunFailedRun, downloadPipelineOutput, downloadDataset, uploadDataset],
  triggers: [datasetUpdated, pipelineCompleted, pipelineRunFinished],
  listing: {
    categories: ['Data & Storage'],
    aliases: ['dataset', 'bordereau', 'pipeline', 'insurance'],
    startsWhen: 'a dataset is updated or a pipeline has finished',
  },
});
