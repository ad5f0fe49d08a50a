import * as v from 'valibot';
import { loadDataset as load } from '../../datasets/load.ts';
import { PipewrightError } from '../../host/error.ts';
import type { OpenedFile } from '../../host/host.ts';
import type { Context } from '../../operations/context.ts';
import { boolean, file, integer, json, option, text } from '../../operations/fields.ts';
import { defineAction, type Action } from '../../operations/operation.ts';
import type { SqlConnection } from './connection.ts';
import { fieldsOf, openSource, type DatasetSource } from './dataset-sources.ts';
import { openDatabase } from './open-database.ts';
import { withinTime } from './within-time.ts';

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

const loadFields = {
  file: v.optional(file({ label: 'File', help: 'The CSV file of an earlier step.', shownWhen: { field: 'source', is: ['file'] } })),
  table: text({ label: 'Table', help: 'Name of the table. It is made with columns named after the header of the file.', placeholder: 'claims' }),
  mode: v.optional(
    option(
      [
        { value: 'replace', label: 'Replace' },
        { value: 'append', label: 'Append' },
        { value: 'create', label: 'Create' },
      ],
      { label: 'Mode', help: 'Replace: the table holds exactly this dataset afterwards. Append: adds its rows. Create: fails when the table exists.' },
    ),
    'replace',
  ),
  schema: v.optional(text({ label: 'Schema', help: 'PostgreSQL schema of the table. Empty: the first one of the search path.', placeholder: 'public', advanced: true })),
  delimiter: v.optional(
    option(
      [
        { value: 'comma', label: 'Comma' },
        { value: 'semicolon', label: 'Semicolon' },
        { value: 'tab', label: 'Tab' },
        { value: 'pipe', label: 'Vertical Bar' },
      ],
      { label: 'Delimiter', help: 'What stands between two values of the file.', advanced: true },
    ),
    'comma',
  ),
  maxRejectedRows: v.optional(integer({ label: 'Rejected Rows Allowed', help: 'Rows with too few or too many values are left out up to this number; one more and nothing is loaded.', minimum: 0, maximum: 1_000_000, advanced: true }), 0),
  allowEmpty: v.optional(boolean({ label: 'Allow an Empty Dataset', help: 'Whether a dataset without rows may empty the table. Otherwise it is refused.', advanced: true }), false),
};

const output = {
  id: text({ label: 'Table' }),
  mode: text({ label: 'Mode' }),
  rows: integer({ label: 'Rows' }),
  bytes: integer({ label: 'Bytes' }),
  rejected: integer({ label: 'Rejected Rows' }),
  rejects: json({ label: 'First Rejected Rows' }),
  seconds: v.pipe(v.number(), v.metadata({ label: 'Seconds', kind: 'integer' })),
  columns: json({ label: 'Columns' }),
};

/**
 * Loads a CSV dataset into a table, from a file of an earlier step or straight from a service. The table is published in
 * one transaction: a reader sees all of the old rows or all of the new ones, and a failed load changes nothing.
 * @param sources the downloads of other services from which a dataset can come
 */
export function loadDataset(sources: readonly DatasetSource[]): Action {
  const choices = [{ value: 'file', label: 'A File of an Earlier Step' }, ...sources.map(({ key, label }) => ({ value: key, label }))];
  return defineAction<SqlConnection>()({
    key: 'loadDataset',
    name: 'Load Dataset',
    resource: 'Table',
    description: 'Loads a CSV dataset into a table of a SQL database, wholly or not at all.',
    effect: 'starts work',
    input: {
      source: v.optional(option(choices, { label: 'Dataset From', help: 'A file that an earlier step gave, or a service to fetch the dataset from. On Zapier a load must end within 25 seconds; otherwise the table stays as it was.' }), 'file'),
      ...Object.assign({}, ...sources.map(fieldsOf)),
      ...loadFields,
    } as typeof loadFields & { source: v.OptionalSchema<v.GenericSchema<string>, string> },
    output,
    sample: {
      id: 'claims', mode: 'replace', rows: 48_120, bytes: 12_511_200, rejected: 0, rejects: [], seconds: 1.4,
      columns: [{ name: 'policy_number', type: 'text' }, { name: 'paid_amount', type: 'decimal' }],
    },
    async run(input, context) {
      const target = await openDatabase(context.connection, context.host);
      try {
        const dataset = await openDataset(sources, input, context);
        const { table, ...result } = await load(withinTime(dataset.bytes, context.host), target, {
          table: input.table,
          mode: input.mode,
          delimiter: delimiters[input.delimiter],
          maxRejectedRows: input.maxRejectedRows,
          allowEmpty: input.allowEmpty,
          ...(input.schema ? { schema: input.schema } : {}),
          ...(dataset.size === undefined ? {} : { expectedBytes: dataset.size }),
          ...(context.host.signal ? { signal: context.host.signal } : {}),
          onProgress: ({ rows, bytes }) => context.host.log.info(`Table ${input.table}: ${rows} rows, ${bytes} bytes.`),
        });
        return { id: table, ...result };
      } finally {
        await target.close();
      }
    },
  });
}

async function openDataset(sources: readonly DatasetSource[], input: { source: string; file?: unknown }, context: Context<SqlConnection>): Promise<OpenedFile> {
  const source = sources.find(({ key }) => key === input.source);
  if (source) return openSource(source, input, context);
  if (input.file === undefined) throw new PipewrightError({ code: 'bad-input', message: '“File” is missing.', hint: 'Choose the file of an earlier step, or choose a service under Dataset From.' });
  const incoming = await context.host.files.read(input.file);
  return { name: incoming.name, mediaType: incoming.mediaType, bytes: await incoming.open(), ...(incoming.size === undefined ? {} : { size: incoming.size }) };
}
