import * as v from 'valibot';
import { PipewrightError } from '../host/error.ts';
import { boolean, integer, json } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { verifyLength } from '../datasets/bytes/verify-length.ts';
import { datasetColumns } from './dataset-columns.ts';
import { describeFormat, detectedOutput, detectedSample } from './detected-output.ts';
import { formatFields, formatOf, sourceFields } from './dataset-fields.ts';
import { openDataset } from './open-dataset.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { startTimeLimit } from './time-limit.ts';

/** Maximum number of rows that one step returns. */
const maxRows = 50_000;

const input = {
  returnAll: v.optional(
    boolean({
      label: 'Return All',
      help: 'Whether to return all rows, up to 50,000, instead of the number of rows under Limit.',
      notOn: { zapier: 'Zapier limits the size of the results of a step.' },
    }),
    false,
  ),
  firstRow: v.optional(
    integer({
      label: 'First Row',
      help: 'Number of the first row to return. The first row after the header is 1.',
      placeholder: '1',
      minimum: 1,
    }),
    1,
  ),
  rows: v.optional(
    integer({
      label: 'Limit',
      help: {
        n8n: 'Max number of rows to return, up to 50,000. To page through a large dataset, run the node in a loop with First Row set to {{ $runIndex * 1000 + 1 }} and Limit set to 1000 until no rows are returned.',
        zapier:
          'Enter the maximum number of rows to return; results are limited to about 5 MB. To page through a large dataset, repeat the step with First Row set to Next Row from the previous result.',
      },
      placeholder: '1000',
      minimum: 1,
      maximum: maxRows,
      shownWhen: { field: 'returnAll', is: ['false'] },
    }),
    1_000,
  ),
  ...formatFields,
};

/** Returns rows of a dataset as items or line items. */
export function getRows({ resource, sources }: DatasetSetting): Action {
  return defineAction<unknown>()({
    key: 'getRows',
    name: 'Get Rows',
    resource,
    description: 'Returns rows from a dataset in batches, with typed values.',
    effect: 'safe',
    input: { ...sourceFields(sources), ...input },
    output: {
      rows: json({ label: 'Rows', declared: datasetColumns(sources) }),
      columns: json({ label: 'Columns' }),
      firstRow: integer({ label: 'First Row' }),
      count: integer({ label: 'Row Count' }),
      ...detectedOutput,
      nextRow: v.optional(
        integer({ label: 'Next Row', help: 'Number of the first row in the next batch. Empty after the last batch.' }),
      ),
    },
    sample: {
      rows: [{ policy_number: '007', paid: 1250, paid_on: '2026-11-20', open: false }],
      columns: [
        { name: 'policy_number', type: 'text' },
        { name: 'paid', type: 'decimal', precision: 8, scale: 2 },
        { name: 'paid_on', type: 'date' },
        { name: 'open', type: 'boolean' },
      ],
      firstRow: 1,
      count: 1,
      ...detectedSample,
      nextRow: 2,
    },
    items: () => 'rows',
    async run(chosen, context) {
      // Loaded when a dataset is read, because it would slow down the start of every app and node that contains this step.
      const { readRows } = await import('../datasets/rows/read-rows.ts');
      const { host } = context;
      const dataset = await openDataset(sources, chosen, context);
      const time = startTimeLimit(host);
      const bytes = time.limit(verifyLength(dataset.bytes, dataset.size));
      const { rows, columns, more, detected } = await readRows(bytes, {
        ...formatOf(chosen, dataset),
        checkpoint: time.checkpoint,
        first: chosen.firstRow,
        count: chosen.returnAll ? maxRows : chosen.rows,
        ...withoutUndefined({ maxBytes: host.maxOutputBytes, signal: host.signal }),
      });
      if (chosen.returnAll && more)
        throw new PipewrightError({
          code: 'invalid-input',
          message: 'The dataset has more than 50,000 rows, so they cannot all be returned at once.',
          hint: 'Turn off Return All and page through the dataset with First Row and Limit, or load it into a table.',
        });
      return {
        rows,
        columns,
        firstRow: chosen.firstRow,
        count: rows.length,
        ...describeFormat(detected),
        ...(more ? { nextRow: chosen.firstRow + rows.length } : {}),
      };
    },
  });
}
