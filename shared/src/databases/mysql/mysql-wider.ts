import type { InferredColumn } from '../../datasets/types/column.ts';
import type { MysqlColumn } from './mysql-table.ts';
import { mysqlType } from './mysql-types.ts';

/** Digits of the greatest integer of 64 bits without a sign. */
const digitsOfBigint = 20;

/** Whether a column of a table that evolves must become wider, for a value did not fit it. */
export function becomesWider(column: InferredColumn, known: MysqlColumn): boolean {
  return known.fixed !== true && column.keepsType === false;
}

/** The type that a column of a table becomes: one that takes the values that exist and those that come. */
export function wideType(column: InferredColumn, known: MysqlColumn): string {
  // A text keeps its character set and its order.
  if (column.type === 'text' && known.type === 'text')
    return known.definition
      .replace(/^(?:var)?char\(\d+\)|^(?:tiny|medium|long)?text/, 'longtext')
      .replace(/ NULL$/, '');
  const { precision = 1, scale = 0 } = column;
  const whole = Math.max(precision - scale, known.wholeDigits ?? digitsOfBigint);
  const behind = Math.max(scale, known.scale ?? 0);
  return mysqlType({ ...column, precision: whole + behind, scale: behind });
}
