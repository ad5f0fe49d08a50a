import type { InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms, timestampForms, uuidForms } from '../../datasets/types/value-forms.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';
import { postgresType } from './postgres-types.ts';

/**
 * The type in which a column is staged while the file is still being read: its own, as long as the original text of every
 * value can be restored from it, in case a later value turns the column into another type; otherwise text.
 */
export function stagingType(column: InferredColumn): string {
  const { type, form, lossy } = column;
  const isExact =
    type === 'boolean' || type === 'timestamp' || type === 'uuid'
      ? form !== mixedForms
      : type === 'timestamp-with-zone'
        ? form !== mixedForms && (form & timestampForms.utc) !== 0
        : !lossy;
  return isExact ? postgresType(column) : 'text';
}

/** SQL that restores the original text of a column's values from its staging type. */
export function restoreText({ name, type, form }: InferredColumn): string {
  const column = quoted(name);
  if (type === 'boolean') {
    if (form === booleanForms.upper) return `upper(${column}::text)`;
    return form === booleanForms.capitalized ? `initcap(${column}::text)` : `${column}::text`;
  }
  if (type === 'uuid') return form === uuidForms.upper ? `upper(${column}::text)` : `${column}::text`;
  if (type === 'timestamp') return `to_char(${column}, '${timestampPattern(form)}')`;
  if (type === 'timestamp-with-zone') return `to_char(${column} AT TIME ZONE 'UTC', '${timestampPattern(form)}')`;
  return `${column}::text`;
}

/** The pattern of `to_char` for a form of timestamps: `YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"`. */
function timestampPattern(form: number): string {
  const fraction = form & 7;
  const separator = form & timestampForms.letterT ? '"T"' : ' ';
  const seconds = form & timestampForms.seconds ? `:SS${fraction ? `.FF${fraction}` : ''}` : '';
  return `YYYY-MM-DD${separator}HH24:MI${seconds}${form & timestampForms.utc ? '"Z"' : ''}`;
}
