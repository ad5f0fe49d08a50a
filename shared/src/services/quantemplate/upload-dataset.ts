import * as v from 'valibot';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { defineAction } from '../../define/operation.ts';
import { file, integer, text } from '../../define/fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { datasetField, datasetPath } from './datasets.ts';

/**
 * Uploads a CSV file as the new content of a dataset. Idempotent, so a failed upload is retried.
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
      help: 'UTF-8 CSV file with a header row. Replaces the content of the dataset, which must be shared with the API user as “Can edit”.',
    }),
  },
  output: {
    datasetId: text({ label: 'Dataset ID' }),
    fileName: text({ label: 'File Name' }),
    size: v.optional(integer({ label: 'Size (Bytes)' })),
  },
  sample: { datasetId: 'd-claims', fileName: 'claims.csv', size: 48213 },
  async run(input, context) {
    const { name, size, open } = await context.host.files.read(input.file);
    await openOrganisation(context).send('POST', datasetPath(input.dataset), {
      bytes: { stream: open, mediaType: 'application/octet-stream', ...withoutUndefined({ length: size }) },
      effect: 'idempotent',
    });
    return { datasetId: input.dataset, fileName: name, ...withoutUndefined({ size }) };
  },
});
