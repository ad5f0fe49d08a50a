import type { CellValue } from './cell-value.ts';

/** A row of a worksheet: its number from 1, and its cells in the order of their columns, without empty ones. */
export interface SheetRow {
  row: number;
  cells: { column: number; value: CellValue }[];
}
