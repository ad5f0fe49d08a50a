import * as v from 'valibot';
import { defineDownload } from '../../define/download.ts';
import { boolean, integer, text } from '../../define/fields.ts';
import { openOrganisation } from './api.ts';
import type { QuantemplateConnection } from './connection-fields.ts';
import { openCsv } from './csv-file.ts';
import { datasetField, datasetPath } from './datasets.ts';

/**
 * Downloads a dataset as CSV in UTF-8.
 * @see https://quantemplate.readme.io/reference/download-dataset
 */
export const downloadDataset = defineDownload<QuantemplateConnection>()({
  key: 'downloadDataset',
  name: 'Download Dataset',
  resource: 'Dataset',
  description: 'Downloads a dataset as a CSV file.',
  input: {
    dataset: datasetField,
    version: v.optional(
      integer({
        label: 'Version',
        help: 'Version number. Leave empty to download the current version.',
        placeholder: '3',
        minimum: 0,
        advanced: true,
      }),
    ),
  },
  output: {
    datasetId: text({ label: 'Dataset ID' }),
    version: v.optional(integer({ label: 'Version' })),
    empty: boolean({
      label: 'Empty',
      help: 'Whether the file is empty because the dataset has no content.',
    }),
  },
  sample: { datasetId: 'd-claims', version: 3, empty: false },
  async open({ dataset, version }, context) {
    const name = version === undefined ? dataset : `${dataset}-v${version}`;
    const { empty, ...file } = await openCsv(openOrganisation(context), datasetPath(dataset), name, { version });
    return { ...file, details: { datasetId: dataset, empty, ...(version === undefined ? {} : { version }) } };
  },
});
