import * as v from 'valibot';
import { boolean, integer, json, option } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { verifyLength } from '../datasets/bytes/verify-length.ts';
import { datasetColumns } from './dataset-columns.ts';
import { describeFormat, detectedOutput, detectedSample } from './detected-output.ts';
import { formatFields, formatOf, sourceFields } from './dataset-fields.ts';
import { openDataset } from './open-dataset.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { startTimeLimit } from './time-limit.ts';

const input = {
  output: v.optional(
    option(
      [
        { value: 'rows', label: 'Rows', description: 'One item per row' },
        { value: 'columns', label: 'Columns', description: 'One item per column, with its name and type' },
        { value: 'all', label: 'Everything', description: 'One item with columns, rows and rejected rows' },
      ],
      {
        label: 'Output',
        help: 'What to return. If a row of the preview is invalid, select Everything to see why.',
        notOn: { zapier: 'In Zapier, a step returns columns and rows together.' },
      },
    ),
    'rows',
  ),
  rows: v.optional(
    integer({
      label: 'Max Rows',
      help: { n8n: 'Max number of rows to return', zapier: 'Maximum number of rows to return.' },
      placeholder: '10',
      minimum: 1,
      maximum: 1_000,
    }),
    10,
  ),
  ...formatFields,
};

/** Returns the first rows of a dataset and its column types, based on its first megabyte. */
export function previewDataset({ resource, sources }: DatasetSetting): Action {
  return defineAction<unknown>()({
    key: 'previewDataset',
    name: 'Preview Dataset',
    resource,
    description: 'Returns the first rows and the column types of a dataset without loading it.',
    effect: 'safe',
    input: { ...sourceFields(sources), ...input },
    output: {
      columns: json({ label: 'Columns' }),
      rows: json({ label: 'Rows', declared: datasetColumns(sources) }),
      ...detectedOutput,
      rejects: json({ label: 'Rejected Rows' }),
      complete: boolean({
        label: 'Complete',
        help: 'Whether the whole dataset was read. Otherwise, later rows may require wider column types.',
      }),
    },
    sample: {
      columns: [
        { name: 'policy_number', type: 'text' },
        { name: 'paid', type: 'decimal', precision: 8, scale: 2 },
      ],
      rows: [{ policy_number: 'P-0042', paid: '1250.00' }],
      ...detectedSample,
      rejects: [],
      complete: false,
    },
    items: ({ output }) => (output === 'all' ? undefined : output),
    async run(chosen, context) {
      // Loaded when a dataset is read, because it would slow down the start of every app and node that contains this step.
      const { previewRows } = await import('../datasets/rows/preview-rows.ts');
      const dataset = await openDataset(sources, chosen, context);
      const time = startTimeLimit(context.host);
      const source = time.limit(verifyLength(dataset.bytes, dataset.size));
      const { columns, rows, rejects, complete, detected } = await previewRows(source, {
        ...formatOf(chosen, dataset),
        checkpoint: time.checkpoint,
        rows: chosen.rows,
      });
      return {
        columns,
        rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]))),
        ...describeFormat(detected),
        rejects,
        complete,
      };
    },
  });
}
