import { PipewrightError } from '../../host/error.ts';

/** The error of a workbook that is not valid Office Open XML. `reason` follows "The Excel workbook is invalid: ". */
export function badWorkbook(reason: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `The Excel workbook is invalid: ${reason}.`,
    hint: 'Open it in Excel and save it again, or save the sheet as CSV (UTF-8).',
  });
}
