import * as v from 'valibot';
import { integer, json } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { readRows } from '../datasets/rows/read-rows.ts';
import { formatFields, formatOf, openDataset, sourceFields, type SourceFields } from './dataset-fields.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { wholeBytes } from './whole-bytes.ts';
import { withinTime } from './within-time.ts';

const input = {
  firstRow: v.optional(
    integer({
      label: 'First Row',
      help: 'The row of the dataset to begin with; the first one behind the header is 1.',
      placeholder: '1',
      minimum: 1,
    }),
    1,
  ),
  rows: v.optional(
    integer({
      label: 'Number of Rows',
      help: 'So many rows are given at most, 50,000 in n8n; Zapier takes about 5 MB of them. To go through a large dataset, repeat the step with a First Row that is higher by this number each time, until no row comes: in n8n by a loop, where First Row is {{ $runIndex * 1000 + 1 }}.',
      placeholder: '1000',
      minimum: 1,
      maximum: 50_000,
    }),
    1_000,
  ),
  ...formatFields,
};

/** Rows of a dataset as items or line items, for the steps that follow. */
export function getRows({ resource, sources }: DatasetSetting): Action {
  return defineAction<unknown>()({
    key: 'getRows',
    name: 'Get Rows',
    resource,
    description: 'Gives rows of a dataset with typed values, some at a time.',
    effect: 'safe',
    input: { ...sourceFields(sources), ...input } as SourceFields & typeof input,
    output: {
      rows: json({ label: 'Rows' }),
      columns: json({ label: 'Columns' }),
      firstRow: integer({ label: 'First Row' }),
      count: integer({ label: 'Number of Rows' }),
      nextRow: v.optional(
        integer({ label: 'Next Row', help: 'Where the next batch begins; absent when there is none.' }),
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
      nextRow: 2,
    },
    items: 'rows',
    async run(chosen, context) {
      const { host } = context;
      const dataset = await openDataset(sources, chosen, context);
      const { rows, columns, more } = await readRows(withinTime(wholeBytes(dataset), host), {
        ...formatOf(chosen, dataset),
        first: chosen.firstRow,
        count: chosen.rows,
        ...(host.maxOutputBytes === undefined ? {} : { maxBytes: host.maxOutputBytes }),
        ...(host.signal ? { signal: host.signal } : {}),
      });
      return {
        rows,
        columns,
        firstRow: chosen.firstRow,
        count: rows.length,
        ...(more ? { nextRow: chosen.firstRow + rows.length } : {}),
      };
    },
  });
}
