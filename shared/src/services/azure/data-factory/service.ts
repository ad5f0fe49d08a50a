import { defineService } from '../../../operations/service.ts';
import { azureConnection } from '../connection.ts';
import { cancelPipelineRun } from './cancel-pipeline-run.ts';
import { service } from './factory.ts';
import { findPipeline } from './find-pipeline.ts';
import { getPipelineRun } from './get-pipeline-run.ts';
import { listTriggers } from './list-triggers.ts';
import { pipelineRunFinished } from './pipeline-run-finished.ts';
import { runPipeline } from './run-pipeline.ts';
import { startTrigger } from './start-trigger.ts';
import { stopTrigger } from './stop-trigger.ts';

/** Azure Data Factory. */
export const dataFactory = defineService({
  key: 'dataFactory',
  name: service,
  description: 'Run pipelines of Azure Data Factory, wait for them, and start or stop their triggers.',
  connection: azureConnection,
  operations: [runPipeline, getPipelineRun, cancelPipelineRun, findPipeline, listTriggers, startTrigger, stopTrigger],
  triggers: [pipelineRunFinished],
});
