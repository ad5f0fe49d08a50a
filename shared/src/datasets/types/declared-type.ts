import type { ColumnType } from './column.ts';

/** The type that a file states for a column. */
export interface DeclaredType {
  type: ColumnType;
  /** Decimal: total number of digits, and digits after the decimal point. */
  precision?: number;
  scale?: number;
  /** Whether every value fits; otherwise the values can widen the type. */
  isCertain: boolean;
}
