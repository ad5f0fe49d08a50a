import { isOfficeDocument } from '../bytes/zip-documents.ts';
import type { TypedFormat } from '../formats/row-source.ts';

/** Excel workbooks (.xlsx and .xlsm). */
export const excelFormat: TypedFormat = {
  matches: isOfficeDocument,
  async open(bytes, options, onReject) {
    const { ExcelRows } = await import('./excel-rows.ts');
    return new ExcelRows(bytes, options, onReject);
  },
};
