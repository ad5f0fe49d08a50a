import type { InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms, timestampForms, uuidForms } from '../../datasets/types/value-forms.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';
import { keyText, longText, mysqlType } from './mysql-types.ts';

/**
 * The type in which a column is staged while the file is still being read: its own, as long as the original text of every
 * value can be restored from it, in case a later value turns the column into another type; otherwise text.
 */
export function stagingType(column: InferredColumn): string {
  const { type, form, lossy } = column;
  const mixed = form === mixedForms;
  const isExact =
    type === 'boolean' || type === 'timestamp' || type === 'uuid'
      ? !mixed
      : type === 'timestamp-with-zone'
        ? !mixed && (form & timestampForms.utc) !== 0
        : type === 'decimal'
          ? !mixed && !lossy
          : !lossy;
  return isExact ? mysqlType(column) : longText;
}

/** Whether a staging type is text. */
export function isText(type: string): boolean {
  return type === longText || type === keyText;
}

/** SQL that restores the original text of a column's values from its staging type. */
export function restoreText({ name, type, form }: InferredColumn): string {
  const column = quoted(name);
  if (type === 'boolean') {
    const [yes, no] =
      form === booleanForms.upper
        ? ['TRUE', 'FALSE']
        : form === booleanForms.capitalized
          ? ['True', 'False']
          : ['true', 'false'];
    return `CASE ${column} WHEN 1 THEN '${yes}' WHEN 0 THEN '${no}' END`;
  }
  if (type === 'uuid') return form === uuidForms.upper ? `upper(${column})` : column;
  if (type === 'timestamp' || type === 'timestamp-with-zone') return timestampText(column, form);
  return `CAST(${column} AS char)`;
}

/** A timestamp as the file writes it: MySQL writes six fraction digits, which are cut to those of the file. */
function timestampText(column: string, form: number): string {
  const fraction = form & 7;
  const separator = form & timestampForms.letterT ? 'T' : ' ';
  const seconds = form & timestampForms.seconds ? `:%s${fraction ? '.%f' : ''}` : '';
  const whole = `date_format(${column}, '%Y-%m-%d${separator}%H:%i${seconds}')`;
  const text = fraction ? `left(${whole}, ${'2026-11-20 10:00:00.'.length + fraction})` : whole;
  return form & timestampForms.utc ? `concat(${text}, 'Z')` : text;
}

/**
 * SQL that converts a column from its text; the server refuses a value that does not fit. An empty text is NULL unless the
 * type is text.
 */
export function valueOfText({ name, type }: InferredColumn): string {
  const column = quoted(name);
  if (type === 'text') return column;
  const value = `nullif(${column}, '')`;
  if (type === 'boolean') return `CASE lower(${value}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE ${value} END`;
  return type === 'timestamp-with-zone' ? utcOfText(value) : value;
}

/** MySQL's own time zone conversion ends in 2038, so the offset is subtracted in minutes. */
function utcOfText(value: string): string {
  const text = ['UTC', ' Z', ' +', ' -'].reduce(
    (written, zone) => `replace(${written}, '${zone}', '${zone === 'UTC' ? 'Z' : zone.trim()}')`,
    value,
  );
  const beforeOffset = '2026-11-20 10:00'.length;
  const place = `if(locate('+', ${text}) > 0, locate('+', ${text}), locate('-', ${text}, ${beforeOffset}))`;
  const digits = `replace(substring(${text}, ${place} + 1), ':', '')`;
  const minutes = `(left(${digits}, 2) * 60 + if(length(${digits}) = 4, right(${digits}, 2), 0)) * if(substring(${text}, ${place}, 1) = '-', -1, 1)`;
  return `CASE WHEN ${text} LIKE '%Z' THEN left(${text}, length(${text}) - 1) WHEN ${place} > 0 THEN CAST(left(${text}, ${place} - 1) AS datetime(6)) - INTERVAL ${minutes} MINUTE ELSE ${text} END`;
}
