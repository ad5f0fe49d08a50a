import type { ColumnType, InferredColumn } from '../../datasets/types/column.ts';
import { booleanForms, mixedForms, timestampForms, uuidForms } from '../../datasets/types/value-forms.ts';
import { quoteMysql as quoted } from '../quote-identifier.ts';

/** Letters whose case and accents count, of every script. */
export const letters = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/**
 * By this comment a column says that its moments, which had a zone, are UTC; MySQL has no type that says so for all
 * years. By the other one it says that its texts are UUIDs, for which only MariaDB has a type.
 */
export const utcComment = 'UTC';
export const uuidComment = 'UUID';

/** A text of any length. */
export const longText = `longtext ${letters}`;

/** Letters of a text that may stand in a key, as an index takes it whole. */
export const lettersOfKey = 255;

/** A text by which rows are told apart. */
export const keyText = `varchar(${lettersOfKey}) ${letters}`;

const names: Record<Exclude<ColumnType, 'decimal'>, string> = {
  integer: 'bigint',
  boolean: 'tinyint(1)',
  date: 'date',
  timestamp: 'datetime(6)',
  // Not MySQL's own timestamp, which ends in 2038.
  'timestamp-with-zone': `datetime(6) COMMENT '${utcComment}'`,
  // Capital and small letters are the same UUID.
  uuid: `char(36) CHARACTER SET ascii COLLATE ascii_general_ci COMMENT '${uuidComment}'`,
  text: longText,
};

/** Digits of a decimal whose values have few, of one whose values have many, and behind the point. */
const usualDigits = 18;
const manyDigits = 38;
const mostDigitsOfUsual = 15;
const mostScale = 30;
const mostDigits = 65;

/** Digits behind the point where no value says how many they are. */
const unknownScale = 4;

/** MySQL rounds what has more digits behind the point than its column: as many as the values have are kept, and more before it. */
function decimalType(precision: number, scale: number): string {
  const behind = scale || unknownScale;
  const digits = precision - scale + behind;
  return `decimal(${scale > 0 && digits <= mostDigitsOfUsual ? usualDigits : Math.min(mostDigits, Math.max(manyDigits, digits))},${behind})`;
}

/** MySQL's type of a column; a decimal with more digits behind the point than MySQL holds is a text. */
export function mysqlType({
  type,
  precision = 1,
  scale = 0,
}: Pick<InferredColumn, 'type' | 'precision' | 'scale'>): string {
  if (type !== 'decimal') return names[type];
  return scale > mostScale ? longText : decimalType(precision, scale);
}

/**
 * The type as which a column's values can be stored while the file is still being read: its own, as long as the text of
 * every value can be made again from it, should a later value turn the column into another type; otherwise text.
 */
export function carrierOf(column: InferredColumn): string {
  const { type, form, lossy } = column;
  const mixed = form === mixedForms;
  const exact =
    type === 'boolean' || type === 'timestamp' || type === 'uuid'
      ? !mixed
      : type === 'timestamp-with-zone'
        ? !mixed && (form & timestampForms.utc) !== 0
        : type === 'decimal'
          ? !mixed && !lossy
          : !lossy;
  return exact ? mysqlType(column) : longText;
}

/** Whether a type is one of the texts that carry any value. */
export function isText(type: string): boolean {
  return type === longText || type === keyText;
}

/** SQL that makes the text of a column's values again from the type that carries them. */
export function textAgain({ name, type, form }: InferredColumn): string {
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

/** A timestamp as it stood in the file: MySQL writes six digits of a fraction, of which as many are left as there were. */
function timestampText(column: string, form: number): string {
  const fraction = form & 7;
  const separator = form & timestampForms.letterT ? 'T' : ' ';
  const seconds = form & timestampForms.seconds ? `:%s${fraction ? '.%f' : ''}` : '';
  const whole = `date_format(${column}, '%Y-%m-%d${separator}%H:%i${seconds}')`;
  const text = fraction ? `left(${whole}, ${'2026-11-20 10:00:00.'.length + fraction})` : whole;
  return form & timestampForms.utc ? `concat(${text}, 'Z')` : text;
}
