import type { Column, ColumnType, InferredColumn } from '../../types/column.ts';
import type { ExistingColumn } from '../../load/target.ts';
import { booleanForms, mixedForms, timestampForms, uuidForms } from '../../types/value-forms.ts';
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

const ourTypes: [RegExp, ColumnType][] = [
  [/^(smallint|integer|bigint)$/, 'integer'],
  [/^numeric/, 'decimal'],
  [/^boolean$/, 'boolean'],
  [/^date$/, 'date'],
  [/^timestamp.* without time zone$/, 'timestamp'],
  [/^timestamp.* with time zone$/, 'timestamp-with-zone'],
  [/^uuid$/, 'uuid'],
];

/** What we call a type that PostgreSQL's `format_type` names; every other type is text. */
export function typeOfPostgres(name: string): ColumnType {
  return ourTypes.find(([pattern]) => pattern.test(name))?.[1] ?? 'text';
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
    return form === booleanForms.capitalised ? `initcap(${column}::text)` : `${column}::text`;
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

/** Whether a column of a table takes the values that a column of the dataset has; a decimal with too few digits would round them. */
export function takes(existing: ExistingColumn, { type, precision = 0, scale = 0 }: InferredColumn): boolean {
  if (existing.type !== type) return false;
  return existing.whole === undefined || existing.scale === undefined || (precision - scale <= existing.whole && scale <= existing.scale);
}
