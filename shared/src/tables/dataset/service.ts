import { checkDataset } from '../check-dataset.ts';
import type { DatasetSource } from '../dataset-sources.ts';
import { getRows } from '../get-rows.ts';
import { previewDataset } from '../preview-dataset.ts';
import { noConnection } from '../../define/connection.ts';
import { defineService, type Service } from '../../define/service.ts';

/**
 * Defines the Dataset service: reads rows and columns of datasets and checks them, without a database.
 * @param sources download operations that a dataset can also come from. Default: none
 */
export function defineDatasetService(sources: readonly DatasetSource[] = []): Service {
  const setting = { resource: 'Dataset', sources };
  return defineService({
    key: 'dataset',
    name: 'Dataset',
    description: 'Read rows from a dataset, preview its columns and check it against rules, without a database.',
    listing: {
      categories: ['Data & Storage'],
      aliases: ['CSV', 'JSON Lines', 'Excel', 'XLSX', 'ZIP', 'rows', 'data quality', 'preview'],
    },
    connection: noConnection,
    operations: [getRows(setting), checkDataset(setting), previewDataset(setting)],
    triggers: [],
  });
}
