/** How to read an Excel workbook. */
export interface ExcelOptions {
  /** Name of the worksheet; case-insensitive, as in Excel. Default: the first visible one. */
  sheet?: string;
  /** Cells to read: a range such as `A1:F200` or `A:F`, or the name of a table or named range. Default: all cells. */
  cellRange?: string;
  /** Whether to skip rows that are hidden, such as those that a filter hides. Default: false. */
  skipHiddenRows?: boolean;
  /**
   * What to do with a row that has an error value such as `#N/A`, a formula without a stored result, or a date that does
   * not exist, or in a Parquet file binary data: reject the row, or use NULL for the cell. Default: `reject`.
   */
  invalidCells?: 'reject' | 'null';
  /** Whether to round numbers to 15 significant digits, as Excel displays them. Default: false. */
  roundTo15Digits?: boolean;
}
