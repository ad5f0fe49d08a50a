import { text } from '../../define/fields.ts';
import { defineAction } from '../../define/operation.ts';
import type { SqlConnection } from './connection-fields.ts';
import { chosenExport, exportFields, exportOutput } from './export-fields.ts';
import { runExport } from './run-export.ts';

/** Exports the result of a query as a file. The query runs in a read-only transaction. */
export const exportQuery = defineAction<SqlConnection>()({
  key: 'exportQuery',
  name: 'Export Query',
  resource: 'Table',
  description: 'Exports the rows of a SQL query as a CSV, Excel, Parquet or JSON Lines file.',
  effect: 'safe',
  isSnapshot: true,
  input: {
    query: text({
      label: 'Query',
      help: 'A single SELECT statement, run in a read-only transaction so that it cannot change data. Not available for SQL Server.',
      placeholder: 'SELECT policy, sum(paid) AS paid FROM claims GROUP BY policy',
      multiline: true,
    }),
    ...exportFields,
  },
  output: exportOutput,
  sample: { name: 'export.csv', rows: 48_120, bytes: 12_511_200, file: 'https://files.example/export.csv' },
  run: async (input, context) => runExport({ query: input.query }, chosenExport(input, 'export'), context),
});
