import * as v from 'valibot';
import { readColumnType, readContract } from '../../datasets/types/contract.ts';
import type { KnownTypes } from '../../datasets/types/infer-types.ts';
import { loadIntoTable as load } from '../../datasets/load/load-into-table.ts';
import { describeProgress } from '../../datasets/load/load-progress.ts';
import { formatFields, formatOf, openDataset, sourceFields, type SourceFields } from '../dataset-fields.ts';
import type { DatasetSource } from '../dataset-sources.ts';
import { refuseTooLarge, withinTime } from '../within-time.ts';
import { boolean, integer, json, list, option, text, values } from '../../define/fields.ts';
import { defineAction, type Action } from '../../define/operation.ts';
import type { SqlConnection } from './connection-fields.ts';
import { openDatabase } from './open-database.ts';

const loadFields = {
  table: text({
    label: 'Table',
    help: 'Name of the table. It is made with columns named after the header of the file.',
    placeholder: 'claims',
  }),
  mode: v.optional(
    option(
      [
        { value: 'replace', label: 'Replace' },
        { value: 'append', label: 'Append' },
        { value: 'upsert', label: 'Upsert' },
        { value: 'create', label: 'Create' },
      ],
      {
        label: 'Mode',
        help: 'Replace: the table holds exactly this dataset afterwards. Append: adds its rows. Upsert: changes the rows with the same key and adds the others. Create: fails when the table exists.',
      },
    ),
    'replace',
  ),
  key: v.optional(
    list({
      label: 'Key',
      help: 'Columns that together tell one row from every other, one a line. Upsert needs them; in any mode a dataset is refused in which two rows have the same key, or one has none.',
      placeholder: 'policy_number',
    }),
  ),
  schema: v.optional(
    text({
      label: 'Schema',
      help: 'Schema of the table in PostgreSQL or SQL Server, or its database in MySQL and MariaDB. Empty: the first one of the search path, the user’s own, or the database of the connection.',
      placeholder: 'public',
      advanced: true,
    }),
  ),
  nullValues: v.optional(
    list({
      label: 'What Stands for Nothing',
      help: 'Values that become NULL, one a line, such as N/A; write "" for an empty text. A value with nothing between its delimiters always does.',
      placeholder: 'N/A',
      advanced: true,
    }),
  ),
  columnTypes: v.optional(
    values({
      label: 'Column Types',
      help: 'Types for columns of a new table where the values shall not decide: integer, decimal, boolean, date, timestamp, timestamp-with-zone, uuid or text.',
      placeholder: '{"policy_number": "text"}',
      advanced: true,
    }),
  ),
  shortenNames: v.optional(
    boolean({
      label: 'Shorten Long Column Names',
      help: 'Whether a column name that is too long for the database is cut and ends in a short hash, the same in every load. Otherwise the dataset is refused.',
      advanced: true,
    }),
    false,
  ),
  maxChangePercent: v.optional(
    integer({
      label: 'Largest Change in Rows (Percent)',
      help: 'Replace is refused when the number of rows would change by more than this: half a dataset then does not take the place of a whole one. Empty: any change.',
      placeholder: '20',
      minimum: 0,
      maximum: 1_000_000,
      advanced: true,
    }),
  ),
  loadKey: v.optional(
    text({
      label: 'Load Key',
      help: 'A dataset is loaded into the table once for each key: a step that runs again with the same one changes nothing. Use the ID of the event that the workflow began with.',
      placeholder: '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
      advanced: true,
    }),
  ),
  onSchemaChange: v.optional(
    option(
      [
        { value: 'fail', label: 'Refuse the Dataset' },
        { value: 'ignore', label: 'Leave New Ones Out' },
        { value: 'evolve', label: 'Change the Table' },
      ],
      {
        label: 'Columns That Differ',
        help: 'What happens when the dataset has columns that the table, or the contract, does not have. Change the Table: it gets them, and a column gets a wider type (decimal, text) where values are of another one.',
        advanced: true,
      },
    ),
    'fail',
  ),
  contract: v.optional(
    json({
      label: 'Contract',
      help: 'The columns that were agreed upon: the Columns that an earlier load of this dataset gave. A dataset that lacks one of them is refused, and a new table gets their types.',
      placeholder: '[{"name": "policy_number", "type": "text"}]',
      advanced: true,
    }),
  ),
  parallelConnections: v.optional(
    integer({
      label: 'Connections',
      help: 'PostgreSQL: over so many connections the rows of a new table come at once. Two make large files faster; the order of the rows is lost.',
      minimum: 1,
      maximum: 8,
      advanced: true,
    }),
    1,
  ),
  addLoadMetadata: v.optional(
    boolean({
      label: 'Say in Each Row Where It Came From',
      help: 'Whether the columns _load_id, _loaded_at, _source and _source_event_id are filled in each row. A table that exists must have them. The load is kept in pipewright_loads too.',
      advanced: true,
    }),
    false,
  ),
  saveLoadRecord: v.optional(
    boolean({
      label: 'Keep a Record',
      help: 'Whether the load is noted in the table pipewright_loads beside it: when, how many rows, from where. With a load key it always is.',
      advanced: true,
    }),
    false,
  ),
  sourceEventId: v.optional(
    text({
      label: 'Event ID',
      help: 'ID of the event that the workflow began with, for the record and the column _source_event_id.',
      placeholder: '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
      advanced: true,
    }),
  ),
  maxRejectedRows: v.optional(
    integer({
      label: 'Rejected Rows Allowed',
      help: 'Rows with too few or too many values, or with a value that does not fit its column, are left out up to this number; one more and nothing is loaded.',
      minimum: 0,
      maximum: 1_000_000,
      advanced: true,
    }),
    0,
  ),
  saveRejectedRows: v.optional(
    boolean({
      label: 'Keep Rejected Rows',
      help: 'Whether rows that are left out are kept in the table pipewright_rejects, each with its line, the column, the value and the reason.',
      advanced: true,
    }),
    false,
  ),
  allowEmpty: v.optional(
    boolean({
      label: 'Allow an Empty Dataset',
      help: 'Whether a dataset without rows may empty the table. Otherwise it is refused.',
      advanced: true,
    }),
    false,
  ),
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
  updated: v.optional(integer({ label: 'Updated Rows' })),
  inserted: v.optional(integer({ label: 'Inserted Rows' })),
  loadId: v.optional(text({ label: 'Load ID' })),
  repeated: v.optional(boolean({ label: 'Loaded Before' })),
};

const readTypes = (given: Record<string, unknown> = {}): KnownTypes =>
  Object.fromEntries(Object.entries(given).map(([name, word]) => [name, readColumnType(name, word)]));

/**
 * Loads a CSV dataset into a table, from a file of an earlier step or straight from a service. The table is published in
 * one transaction: a reader sees all of the old rows or all of the new ones, and a failed load changes nothing.
 * @param sources the downloads of other services from which a dataset can come
 */
export function loadDataset(sources: readonly DatasetSource[]): Action {
  return defineAction<SqlConnection>()({
    key: 'loadDataset',
    name: 'Load Dataset',
    resource: 'Table',
    description: 'Loads a dataset into a table of a SQL database, wholly or not at all.',
    effect: 'unsafe',
    input: { ...sourceFields(sources), ...loadFields, ...formatFields } as SourceFields &
      typeof loadFields &
      typeof formatFields,
    output,
    sample: {
      id: 'claims',
      mode: 'replace',
      rows: 48_120,
      bytes: 12_511_200,
      rejected: 0,
      rejects: [],
      seconds: 1.4,
      columns: [
        { name: 'policy_number', type: 'text' },
        { name: 'paid_amount', type: 'decimal' },
      ],
    },
    async run(input, context) {
      // Read before anything is opened, which would have to be closed again.
      const columns = readTypes(input.columnTypes);
      const contract = input.contract === undefined ? {} : { contract: readContract(input.contract) };
      const target = await openDatabase(context.connection, context.host);
      try {
        const dataset = await openDataset(sources, input, context);
        refuseTooLarge(dataset, context.host);
        const { table, ...result } = await load(withinTime(dataset.bytes, context.host), target, {
          table: input.table,
          mode: input.mode,
          ...formatOf(input, dataset),
          maxRejectedRows: input.maxRejectedRows,
          allowEmpty: input.allowEmpty,
          saveRejectedRows: input.saveRejectedRows,
          shortenNames: input.shortenNames,
          saveLoadRecord: input.saveLoadRecord,
          onSchemaChange: input.onSchemaChange,
          parallelConnections: input.parallelConnections,
          addLoadMetadata: input.addLoadMetadata,
          source: dataset.name,
          nullValues: input.nullValues ?? [],
          columnTypes: columns,
          ...contract,
          ...(input.key && input.key.length > 0 ? { key: input.key } : {}),
          ...(input.maxChangePercent === undefined ? {} : { maxChangePercent: input.maxChangePercent }),
          ...(input.sourceEventId === undefined ? {} : { sourceEventId: input.sourceEventId }),
          ...(input.loadKey === undefined ? {} : { loadKey: input.loadKey }),
          ...(input.schema ? { schema: input.schema } : {}),
          ...(dataset.size === undefined ? {} : { expectedBytes: dataset.size }),
          ...(context.host.signal ? { signal: context.host.signal } : {}),
          onProgress: (came) => context.host.log.info(`Table ${input.table}: ${describeProgress(came)}.`),
        });
        return { id: table, ...result };
      } finally {
        await target.close();
      }
    },
  });
}
