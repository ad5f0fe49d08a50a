import * as v from 'valibot';
import { boolean, integer, json } from '../define/fields.ts';
import { defineAction, type Action } from '../define/operation.ts';
import { decodeDataset } from '../datasets/formats/decode-dataset.ts';
import { previewRows } from '../datasets/rows/preview-rows.ts';
import { formatFields, formatOf, openDataset, sourceFields, type SourceFields } from './dataset-fields.ts';
import type { DatasetSetting } from './dataset-sources.ts';
import { wholeBytes } from './whole-bytes.ts';
import { withinTime } from './within-time.ts';

/** So many bytes of a dataset are read at most. */
const mostBytes = 1024 * 1024;

const input = {
  rows: v.optional(
    integer({
      label: 'Rows',
      help: 'As many of the first rows are shown.',
      placeholder: '10',
      minimum: 1,
      maximum: 1_000,
    }),
    10,
  ),
  ...formatFields,
};

/** The first rows of a dataset, and what its columns look like, from its first megabyte. */
export function previewDataset({ resource, sources }: DatasetSetting): Action {
  return defineAction<unknown>()({
    key: 'previewDataset',
    name: 'Preview Dataset',
    resource,
    description: 'Shows the first rows of a dataset and the types of its columns; nothing is loaded.',
    effect: 'safe',
    input: { ...sourceFields(sources), ...input } as SourceFields & typeof input,
    output: {
      columns: json({ label: 'Columns' }),
      rows: json({ label: 'Rows' }),
      rejects: json({ label: 'Rows That Do Not Fit' }),
      complete: boolean({
        label: 'Whole Dataset Read',
        help: 'Whether the types come from all rows; a later row may show a wider one.',
      }),
    },
    sample: {
      columns: [
        { name: 'policy_number', type: 'text' },
        { name: 'paid', type: 'decimal', precision: 8, scale: 2 },
      ],
      rows: [{ policy_number: 'P-0042', paid: '1250.00' }],
      rejects: [],
      complete: false,
    },
    async run(chosen, context) {
      const dataset = await openDataset(sources, chosen, context);
      const format = formatOf(chosen, dataset);
      const pieces: Uint8Array[] = [];
      let held = 0;
      let complete = true;
      for await (const piece of decodeDataset(withinTime(wholeBytes(dataset), context.host), format)) {
        pieces.push(piece);
        held += piece.length;
        complete = held < mostBytes;
        if (!complete) break;
      }
      const { columns, rows, rejects } = previewRows(Buffer.concat(pieces), { ...format, rows: chosen.rows, complete });
      return {
        columns,
        rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null]))),
        rejects: rejects.slice(0, 20),
        complete,
      };
    },
  });
}
