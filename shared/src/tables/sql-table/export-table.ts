import { text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import type { SqlConnection } from './connection-fields.ts';
import { chosenExport, exportFields, exportOutput } from './export-fields.ts';
import { runExport } from './run-export.ts';
import { schemaField, tableChoices } from './table-choices.ts';

/** Exports the rows of a table or view as a file. */
export const exportTable = defineAction<SqlConnection>()({
  key: 'exportTable',
  name: 'Export Table',
  resource: 'Table',
  description: 'Exports the rows of a SQL table or view as a CSV, Excel, Parquet or JSON Lines file.',
  effect: 'safe',
  isSnapshot: true,
  input: {
    table: text({
      label: 'Table',
      help: 'The table or view to export.',
      placeholder: 'claims',
      identifier: 'Name',
      choices: tableChoices,
    }),
    ...exportFields,
    schema: schemaField,
  },
  output: exportOutput,
  sample: { name: 'claims.csv', rows: 48_120, bytes: 12_511_200, file: 'https://files.example/claims.csv' },
  async run(input, context) {
    const chosen = chosenExport(input, input.table);
    return runExport({ table: input.table, ...withoutUndefined({ schema: input.schema }) }, chosen, context);
  },
});
