import { checkDataset } from '../../datasets/operations/check-dataset.ts';
import { connectionsOf, type DatasetSource } from '../../datasets/operations/dataset-sources.ts';
import { getRows } from '../../datasets/operations/get-rows.ts';
import { previewDataset } from '../../datasets/operations/preview-dataset.ts';
import { noConnection } from '../../operations/connection.ts';
import { defineService, type Service } from '../../operations/service.ts';

/** Datasets of other services without a database: their rows, their columns, and whether they are as they should be. */
export function dataset(sources: readonly DatasetSource[]): Service {
  const setting = { resource: 'Dataset', sources };
  return defineService({
    key: 'dataset',
    name: 'Dataset',
    description: 'Read rows of a dataset, look at its columns, and check it against rules, without a database.',
    connection: noConnection,
    furtherConnections: connectionsOf(sources),
    operations: [getRows(setting), checkDataset(setting), previewDataset(setting)],
    triggers: [],
  });
}
