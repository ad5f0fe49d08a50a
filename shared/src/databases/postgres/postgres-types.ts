import type { Column, ColumnType, InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms, timestampForms, uuidForms } from '../../datasets/types/value-forms.ts';
import { quotePostgres as quoted } from '../quote-identifier.ts';

const names: Record<ColumnType, string> = {
  integer: 'bigint',
  // Without a limit of digits: numeric(10, 2) would round what a later load appends, and say nothing.
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  'timestamp-with-zone': 'timestamptz',
  uuid: 'uuid',
  text: 'text',
};

/** PostgreSQL's name of a type. */
export function postgresType({ type }: Pick<Column, 'type'>): string {
  return names[type];
}

/**
 * The type as which a column's values can be stored while the file is still being read: its own, as long as the text of
 * every value can be made again from it, should a later value turn the column into another type; otherwise text.
 */
export function carrierOf({ type, form, lossy }: InferredColumn): string {
  const exact =
    type === 'boolean' || type === 'timestamp' || type === 'uuid'
      ? form !== mixedForms
      : type === 'timestamp-with-zone'
        ? form !== mixedForms && (form & timestampForms.utc) !== 0
        : !lossy;
  return exact ? names[type] : 'text';
}

/** SQL that makes the text of a column's values again from the type that carries them. */
export function textAgain({ name, type, form }: InferredColumn): string {
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

/** A form of timestamps as PostgreSQL writes it: `YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"`. */
function timestampPattern(form: number): string {
  const fraction = form & 7;
  const separator = form & timestampForms.letterT ? '"T"' : ' ';
  const seconds = form & timestampForms.seconds ? `:SS${fraction ? `.FF${fraction}` : ''}` : '';
  return `YYYY-MM-DD${separator}HH24:MI${seconds}${form & timestampForms.utc ? '"Z"' : ''}`;
}
