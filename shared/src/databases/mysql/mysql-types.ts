import type { ColumnType, InferredColumn } from '../../datasets/types/column.ts';

/** A character set and collation that distinguish every character, case and accent. */
export const binaryCollation = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/** Comment that marks a `datetime` as UTC: MySQL has no type with a time zone for all years. */
export const utcComment = 'UTC';

/** Comment that marks a `char(36)` as UUID: only MariaDB has a type for it. */
export const uuidComment = 'UUID';

/** A text of any length. */
export const longText = `longtext ${binaryCollation}`;

/** Longest text of a key column, in characters, that an index stores in full. */
export const maxKeyLength = 255;

/** A text that identifies rows. */
export const keyText = `varchar(${maxKeyLength}) ${binaryCollation}`;

const names: Record<Exclude<ColumnType, 'decimal'>, string> = {
  integer: 'bigint',
  boolean: 'tinyint(1)',
  date: 'date',
  timestamp: 'datetime(6)',
  // Not MySQL's timestamp, which ends in 2038.
  'timestamp-with-zone': `datetime(6) COMMENT '${utcComment}'`,
  // The case of a UUID does not matter.
  uuid: `char(36) CHARACTER SET ascii COLLATE ascii_general_ci COMMENT '${uuidComment}'`,
  text: longText,
};

/** Precision of a decimal whose values have up to 15 digits, and of one whose values have more. */
const shortPrecision = 18;
const maxDigitsOfShort = 15;
const longPrecision = 38;

/** Limits of a decimal. @see https://dev.mysql.com/doc/refman/8.4/en/fixed-point-types.html */
const maxPrecision = 65;
const maxScale = 30;

/** Scale of a decimal whose values do not show one. */
const defaultScale = 4;

/** MySQL rounds digits beyond the scale of a column: it keeps the scale of the values, and leaves room before the point. */
function decimalType(precision: number, scale: number): string {
  const columnScale = scale || defaultScale;
  const digits = precision - scale + columnScale;
  const isShort = scale > 0 && digits <= maxDigitsOfShort;
  return `decimal(${isShort ? shortPrecision : Math.min(maxPrecision, Math.max(longPrecision, digits))},${columnScale})`;
}

/** The type of MySQL for a new column; a decimal with more fraction digits than MySQL supports is text. */
export function mysqlType({
  type,
  precision = 1,
  scale = 0,
}: Pick<InferredColumn, 'type' | 'precision' | 'scale'>): string {
  if (type !== 'decimal') return names[type];
  return scale > maxScale ? longText : decimalType(precision, scale);
}
