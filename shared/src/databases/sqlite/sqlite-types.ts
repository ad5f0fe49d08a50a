import type { InferredColumn } from '../../datasets/types/column.ts';

/** Digits that a number of SQLite stores exactly. @see https://www.sqlite.org/datatype3.html */
const exactDigits = 15;

/** The declared type of a new column: a decimal with more digits than a number stores exactly is text. */
export function sqliteType({ type, precision = 0 }: InferredColumn): string {
  if (type === 'integer') return 'INTEGER';
  if (type === 'decimal') return precision <= exactDigits ? 'NUMERIC' : 'TEXT';
  return type === 'boolean' ? 'BOOLEAN' : 'TEXT';
}
