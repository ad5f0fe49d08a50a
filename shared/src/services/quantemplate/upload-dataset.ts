import * as v from 'valibot';
import { defineAction } from '../../define/operation.ts';
import { file, integer, text } from '../../define/fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { datasetField, datasetPath } from './datasets.ts';

/**
 * Sends a CSV as the new content of a dataset. Done twice, the content is the same, so a fault is answered by sending again.
 * @see https://quantemplate.readme.io/
 */
export const uploadDataset = defineAction<QuantemplateConnection>()({
  key: 'uploadDataset',
  name: 'Upload Dataset',
  resource: 'Dataset',
  description: 'Replaces the content of a dataset with a CSV file.',
  effect: 'idempotent',
  input: {
    dataset: datasetField,
    file: file({
      label: 'File',
      help: 'A CSV file in UTF-8 with a header line. It overwrites what the dataset holds; the API user must be allowed to edit it.',
    }),
  },
  output: {
    datasetId: text({ label: 'Dataset ID' }),
    fileName: text({ label: 'File Name' }),
    size: v.optional(integer({ label: 'Size in Bytes' })),
  },
  sample: { datasetId: 'd-claims', fileName: 'claims.csv', size: 48213 },
  async run(input, context) {
    const { name, size, open } = await context.host.files.read(input.file);
    await openOrganisation(context).send('POST', datasetPath(input.dataset), {
      bytes: { stream: open, mediaType: 'application/octet-stream', ...(size === undefined ? {} : { length: size }) },
      effect: 'idempotent',
    });
    return { datasetId: input.dataset, fileName: name, ...(size === undefined ? {} : { size }) };
  },
});
