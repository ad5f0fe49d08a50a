import { PipewrightError } from '../host/error.ts';

/** Values of a column that are read at most: one more than can be held. */
export const mostValues = 2_000_001;

/** The error of a table that is not there. */
export function tableMissing(service: string, table: string): PipewrightError {
  return new PipewrightError({
    code: 'table-missing',
    service,
    message: `There is no table “${table}”.`,
    hint: 'Check the name of the table in the rule, and the connection.',
  });
}

/** The error of a column that a table does not have. */
export function columnMissing(service: string, table: string, column: string): PipewrightError {
  return new PipewrightError({
    code: 'columns-missing',
    service,
    message: `The table “${table}” has no column “${column}”.`,
    hint: 'Check the name of the column in the rule.',
  });
}
