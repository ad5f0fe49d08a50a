import type { InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms } from '../../datasets/types/value-forms.ts';
import { sqliteType } from './sqlite-types.ts';

/**
 * Whether a column can be staged as its type while the file is still being read: the original text of every value so far
 * can be restored from it, in case a later value turns the column into another type.
 */
export function isStagedAsType(column: InferredColumn): boolean {
  const { type, form, lossy } = column;
  if (type === 'integer') return !lossy;
  if (type === 'boolean') return form !== mixedForms;
  return type === 'decimal' ? form !== mixedForms && !lossy && sqliteType(column) === 'NUMERIC' : true;
}

/**
 * SQL that restores the original text of staged values.
 * @param column SQL for the staged value
 */
export function restoreText({ type, form, scale = 0 }: InferredColumn, column: string): string {
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
