import { defineService } from '../../../define/service.ts';
import { azureConnection } from '../connection.ts';
import { pipelineOperations } from '../pipelines/operations.ts';
import { factoryKind, service } from './factory.ts';
import { findTrigger } from './find-trigger.ts';
import { startTrigger } from './start-trigger.ts';
import { stopTrigger } from './stop-trigger.ts';

const { operations, triggers } = pipelineOperations(factoryKind);

/** Azure Data Factory. */
export const dataFactory = defineService({
  key: 'dataFactory',
  name: service,
  description: 'Run and monitor Azure Data Factory pipelines, and start or stop triggers.',
  connection: azureConnection,
  operations: [...operations, findTrigger, startTrigger, stopTrigger],
  triggers,
  listing: {
    categories: ['Data & Storage', 'Development'],
    aliases: ['ADF', 'pipeline', 'ETL', 'Microsoft'],
  },
});
