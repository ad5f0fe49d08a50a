import { PipewrightError } from '../host/error.ts';

/** Maximum distinct values that `readColumn` returns: one more than a check can hold in memory. */
export const maxColumnValues = 2_000_001;

/** The error of a rule that names a table that does not exist. */
export function tableMissing(service: string, table: string): PipewrightError {
  return new PipewrightError({
    code: 'table-missing',
    service,
    message: `The table “${table}” does not exist.`,
    hint: {
      n8n: 'Check the table name in the rule, and the database in the credential.',
      zapier: 'Check the table name in the rule, and the database in the connection.',
    },
  });
}

/** The error of a rule that names a column that the table does not have. */
export function columnMissing(service: string, table: string, column: string): PipewrightError {
  return new PipewrightError({
    code: 'columns-missing',
    service,
    message: `The table “${table}” has no column “${column}”.`,
    hint: 'Check the column name in the rule.',
  });
}
