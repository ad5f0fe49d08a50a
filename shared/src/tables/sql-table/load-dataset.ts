import * as v from 'valibot';
import type { ColumnType } from '../../datasets/types/column.ts';
import { readColumnType, readContract } from '../../datasets/types/contract.ts';
import type { KnownTypes } from '../../datasets/types/infer-types.ts';
import { describeProgress } from '../../datasets/load/load-progress.ts';
import type { Host } from '../../host/host.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { describeFormat, detectedOutput, detectedSample } from '../detected-output.ts';
import { formatFields, formatOf, sourceFields } from '../dataset-fields.ts';
import { openDataset } from '../open-dataset.ts';
import type { DatasetSource } from '../dataset-sources.ts';
import { refuseTooLarge, startTimeLimit } from '../time-limit.ts';
import { boolean, integer, json, list, option, text, values } from '../../define/fields.ts';
import { defineAction, type Action } from '../../define/operation.ts';
import type { SqlConnection } from './connection-fields.ts';
import { columnMappingField, readColumnMapping } from './column-mapping.ts';
import { openDatabase } from './open-database.ts';
import { schemaField, tableChoices } from './table-choices.ts';
import { whether } from '../../host/wording.ts';

const columnTypeOptions = [
  { value: 'boolean', label: 'Boolean' },
  { value: 'date', label: 'Date' },
  { value: 'decimal', label: 'Decimal' },
  { value: 'integer', label: 'Integer' },
  { value: 'text', label: 'Text' },
  { value: 'timestamp', label: 'Timestamp' },
  { value: 'timestamp-with-zone', label: 'Timestamp with Time Zone' },
  { value: 'uuid', label: 'UUID' },
] as const satisfies readonly { value: ColumnType; label: string }[];

const loadFields = {
  table: text({
    label: 'Table',
    help: 'The table to load. Enter the name of a table that does not exist to create it with the columns of the dataset.',
    placeholder: 'claims',
    identifier: 'Name',
    choices: tableChoices,
  }),
  mode: option(
    [
      { value: 'append', label: 'Append', description: 'Add the rows to the table' },
      {
        value: 'replace',
        label: 'Replace',
        description: 'Delete all rows of the table and load the rows of the dataset instead',
      },
      {
        value: 'upsert',
        label: 'Upsert',
        description: 'Update rows with the same key and insert the others; requires Key Columns',
      },
      { value: 'create', label: 'Create', description: 'Create the table; fail if it exists' },
    ],
    { label: 'Mode', help: 'How to load the rows into the table.' },
  ),
  key: v.optional(
    list({
      label: 'Key Columns',
      help: 'Columns that together uniquely identify a row, one per line, as they are called in the table. The load fails if the dataset contains duplicate or missing keys.',
      placeholder: 'policy_number',
      shownWhen: { field: 'mode', is: ['upsert'] },
      requiredWhenShown: true,
    }),
  ),
  schema: schemaField,
  nullValues: v.optional(
    list({
      label: 'NULL Values',
      help: 'Values to load as NULL, one per line, such as N/A. Enter "" to also load quoted empty strings as NULL; unquoted empty values are always NULL.',
      placeholder: 'N/A',
      advanced: true,
    }),
  ),
  columnTypes: v.optional(
    values({
      label: 'Column Types',
      help: {
        n8n: 'Column types for a new table, overriding the inferred types',
        zapier:
          'Column types for a new table, overriding the inferred types: the column on the left, and integer, decimal, boolean, date, timestamp, timestamp-with-zone, uuid or text on the right.',
      },
      placeholder: '{"policy_number": "text"}',
      pair: { name: 'Column', value: 'Type', options: columnTypeOptions },
      advanced: true,
    }),
  ),
  leaveOut: v.optional(
    list({
      label: 'Leave Out Columns',
      help: 'Columns of the dataset that are not loaded, one per line.',
      placeholder: 'Notes',
      advanced: true,
    }),
  ),
  shortenNames: v.optional(
    boolean({
      label: 'Shorten Long Column Names',
      help: whether(
        'shorten column names that are too long for the database and append a hash. Otherwise, the load fails.',
      ),
      advanced: true,
    }),
    false,
  ),
  maxChangePercent: v.optional(
    integer({
      label: 'Max Row Count Change (%)',
      help: "Maximum change in the table's row count in Replace mode; a larger change fails the load. Leave empty for no limit.",
      placeholder: '20',
      minimum: 0,
      maximum: 1_000_000,
      advanced: true,
    }),
  ),
  loadKey: v.optional(
    text({
      label: 'Load Key',
      help: {
        n8n: 'Idempotency key: a dataset is loaded into the table once per key, even if the step runs again. Leave empty to append once per event of the trigger.',
        zapier:
          'Idempotency key: a dataset is loaded into the table once per key, even if the step runs again. Map the Event ID of the trigger, or another ID of the event.',
      },
      placeholder: '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
      advanced: true,
    }),
  ),
  appendOncePer: v.optional(
    option(
      [
        {
          value: 'event',
          label: 'Event',
          description: 'If the trigger delivers an event again, do not append its rows again',
        },
        { value: 'execution', label: 'Execution', description: 'Append the rows in each execution' },
      ],
      {
        label: 'Append Once Per',
        help: 'When to skip a load in Append mode because the rows were already loaded. A Load Key takes precedence.',
        advanced: true,
        notOn: { zapier: 'An action cannot see the event that triggered the Zap, so only a Load Key identifies it.' },
      },
    ),
    'event',
  ),
  onSchemaChange: v.optional(
    option(
      [
        { value: 'fail', label: 'Fail', description: 'Fail the load if the dataset has new columns' },
        { value: 'ignore', label: 'Ignore New Columns', description: 'Load only the columns that the table has' },
        { value: 'evolve', label: 'Evolve Table', description: 'Add new columns and widen column types as needed' },
      ],
      {
        label: 'On Schema Change',
        help: 'What to do when the dataset has columns that are missing from the table or the contract.',
        advanced: true,
      },
    ),
    'fail',
  ),
  contract: v.optional(
    json({
      label: 'Contract',
      help: 'Columns that the dataset must have, in the format of the Columns output of an earlier load. A new table is created with these column types.',
      placeholder: '[{"name": "policy_number", "type": "text"}]',
      advanced: true,
    }),
  ),
  parallelConnections: v.optional(
    integer({
      label: 'Parallel Connections',
      help: 'Number of PostgreSQL connections used to load a new table. With two connections, large files load faster, but row order is not preserved.',
      minimum: 1,
      maximum: 8,
      advanced: true,
    }),
    1,
  ),
  addLoadMetadata: v.optional(
    boolean({
      label: 'Add Load Metadata Columns',
      help: whether(
        'add the columns _load_id, _loaded_at, _source and _source_event_id to each row. An existing table must have them.',
      ),
      advanced: true,
    }),
    false,
  ),
  saveLoadRecord: v.optional(
    boolean({
      label: 'Save Load Record',
      help: whether(
        'record the load in the pipewright_loads table, with its time, row count and source. Loads with a load key are always recorded.',
      ),
      advanced: true,
    }),
    false,
  ),
  sourceEventId: v.optional(
    text({
      label: 'Source Event ID',
      help: 'ID of the event that triggered the load, for the load record and the _source_event_id column.',
      placeholder: '8a4b7f5e-2a86-4b3d-9a58-6f3f8f0f9c77',
      advanced: true,
    }),
  ),
  maxRejectedRows: v.optional(
    integer({
      label: 'Max Rejected Rows',
      help: 'Number of invalid rows to skip before the load fails. A row is invalid if it has too few or too many values, or a value that does not fit its column.',
      minimum: 0,
      maximum: 1_000_000,
      advanced: true,
    }),
    0,
  ),
  saveRejectedRows: v.optional(
    boolean({
      label: 'Save Rejected Rows',
      help: whether('save rejected rows in the pipewright_rejects table, with line, column, value and reason.'),
      advanced: true,
    }),
    false,
  ),
  allowEmpty: v.optional(
    boolean({
      label: 'Allow Empty Dataset',
      help: whether('load a dataset without rows, which empties the table in Replace mode. Otherwise, the load fails.'),
      advanced: true,
    }),
    false,
  ),
};

const output = {
  id: text({ label: 'Table' }),
  mode: text({ label: 'Mode' }),
  rows: integer({ label: 'Rows' }),
  bytes: integer({ label: 'Size (Bytes)' }),
  rejected: integer({ label: 'Rejected Rows' }),
  rejects: json({ label: 'First Rejected Rows' }),
  seconds: v.pipe(v.number(), v.metadata({ label: 'Duration (Seconds)', kind: 'integer', fractional: true })),
  columns: json({ label: 'Columns' }),
  ...detectedOutput,
  updated: v.optional(integer({ label: 'Updated Rows' })),
  inserted: v.optional(integer({ label: 'Inserted Rows' })),
  loadId: v.optional(text({ label: 'Load ID' })),
  repeated: v.optional(boolean({ label: 'Already Loaded' })),
};

const readTypes = (types: Record<string, unknown> = {}): KnownTypes =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, readColumnType(name, type)]));

/**
 * The key of a load: the key that the user entered; in Append mode otherwise the event that the platform knows. The other modes
 * have the same result if they are repeated, so they need no record of the load.
 */
function loadKeyOf(
  { loadKey, mode, appendOncePer }: { loadKey?: string | undefined; mode: string; appendOncePer: string },
  { eventKey }: Host,
): string | undefined {
  return loadKey ?? (mode === 'append' && appendOncePer === 'event' ? eventKey : undefined);
}

/**
 * Loads a dataset into a table. All rows become visible in one transaction, and a
 * failed load changes nothing.
 * @param sources the download operations that a dataset can also come from
 */
export function loadDataset(sources: readonly DatasetSource[]): Action {
  return defineAction<SqlConnection>()({
    key: 'loadDataset',
    name: 'Load Dataset',
    resource: 'Table',
    description: 'Loads a dataset into a SQL table atomically: all rows or none.',
    effect: 'unsafe',
    input: { ...sourceFields(sources), ...loadFields, columnMapping: columnMappingField(sources), ...formatFields },
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
      ...detectedSample,
    },
    async run(input, context) {
      const { connection, host } = context;
      // Checked before anything is opened.
      const columnTypes = readTypes(input.columnTypes);
      const columnNames = readColumnMapping(input.columnMapping, input.leaveOut);
      const contract = input.contract === undefined ? undefined : readContract(input.contract);
      const target = await openDatabase(connection, host);
      try {
        const dataset = await openDataset(sources, input, context);
        refuseTooLarge(dataset, host);
        // Loaded here, because it would slow down the start of every app and node that contains this step.
        const { loadIntoTable } = await import('../../datasets/load/load-into-table.ts');
        const time = startTimeLimit(host);
        const { table, detected, ...result } = await loadIntoTable(time.limit(dataset.bytes), target, {
          table: input.table,
          mode: input.mode,
          ...formatOf(input, dataset),
          checkpoint: time.checkpoint,
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
          columnTypes,
          columnNames,
          ...withoutUndefined({
            contract,
            key: input.key?.length ? input.key : undefined,
            maxChangePercent: input.maxChangePercent,
            sourceEventId: input.sourceEventId,
            loadKey: loadKeyOf(input, host),
            schema: input.schema,
            expectedBytes: dataset.size,
            signal: host.signal,
          }),
          onProgress: (progress) => host.log.info(`Table ${input.table}: ${describeProgress(progress)}.`),
        });
        return { id: table, ...result, ...describeFormat(detected) };
      } finally {
        await target.close();
      }
    },
  });
}
