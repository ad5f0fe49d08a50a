import type { InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms } from '../../datasets/types/value-forms.ts';

/** Digits that a number of SQLite holds exactly. @see https://www.sqlite.org/datatype3.html */
const exactDigits = 15;

/** The declared type of a column: a decimal with more digits than a number holds exactly stays text. */
export function sqliteType({ type, precision = 0 }: InferredColumn): string {
  if (type === 'integer') return 'INTEGER';
  if (type === 'decimal') return precision <= exactDigits ? 'NUMERIC' : 'TEXT';
  return type === 'boolean' ? 'BOOLEAN' : 'TEXT';
}

/**
 * Whether the values of a column so far can be stored as its type while the file is still being read, because their
 * text can be made again from it should a later value turn the column into another type.
 */
export function isCarried(column: InferredColumn): boolean {
  const { type, form, lossy } = column;
  if (type === 'integer') return !lossy;
  if (type === 'boolean') return form !== mixedForms;
  return type === 'decimal' ? form !== mixedForms && !lossy && sqliteType(column) === 'NUMERIC' : true;
}

/**
 * SQL that makes the text of carried values again.
 * @param column SQL for the carried value
 */
export function textAgain({ type, form, scale = 0 }: InferredColumn, column: string): string {
  if (type === 'decimal') return `printf('%.${scale}f', ${column})`;
  if (type !== 'boolean') return `CAST(${column} AS TEXT)`;
  const [yes, no] =
    form === booleanForms.upper
      ? ['TRUE', 'FALSE']
      : form === booleanForms.capitalized
        ? ['True', 'False']
        : ['true', 'false'];
  return `CASE ${column} WHEN 1 THEN '${yes}' WHEN 0 THEN '${no}' END`;
}
