import * as v from 'valibot';
import type { ExcelOptions } from '../datasets/excel/excel-options.ts';
import { boolean, option, text } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { whether } from '../host/wording.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { sheetChoices } from './sheet-choices.ts';

/** Input fields for Excel workbooks. The header row is set with Skip Rows and Has Header Row, as for CSV. */
export const excelFields = {
  sheet: v.optional(
    text({
      label: 'Sheet',
      help: 'Name of the worksheet of an Excel workbook, as on its tab. Leave empty for the first visible one.',
      placeholder: 'Claims',
      identifier: 'Name',
      choices: sheetChoices,
      advanced: true,
    }),
  ),
  cellRange: v.optional(
    text({
      label: 'Cell Range or Table',
      help: 'Cells of an Excel worksheet to read: a range, such as A1:F200 or A:F, or the name of a table or named range. Leave empty for all cells.',
      placeholder: 'A1:F200',
      advanced: true,
    }),
  ),
  skipHiddenRows: v.optional(
    boolean({
      label: 'Skip Hidden Rows',
      help: whether('skip rows that are hidden in Excel, such as those that a filter hides.'),
      advanced: true,
    }),
    false,
  ),
  invalidCells: v.optional(
    option(
      [
        { value: 'reject', label: 'Reject Row', description: 'Treat the row as invalid' },
        { value: 'null', label: 'Load as NULL', description: 'Use NULL for the cell and keep the row' },
      ],
      {
        label: 'Invalid Cells',
        help: 'What to do with error values in Excel, such as #N/A, formulas without a stored result, dates that do not exist, and binary data in Parquet files.',
        advanced: true,
      },
    ),
    'reject',
  ),
  roundTo15Digits: v.optional(
    boolean({
      label: 'Round to 15 Digits',
      help: whether(
        'round numbers of Excel to 15 digits, as Excel displays them: 274.66 instead of 274.65999999999997.',
      ),
      advanced: true,
    }),
    false,
  ),
};

/** The options that the user chose for a workbook. */
export function excelOptionsOf({
  sheet,
  cellRange,
  skipHiddenRows,
  invalidCells,
  roundTo15Digits,
}: Values<typeof excelFields>): ExcelOptions {
  return withoutUndefined({ sheet, cellRange, skipHiddenRows, invalidCells, roundTo15Digits });
}
