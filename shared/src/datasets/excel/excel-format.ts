import { isOfficeDocument } from '../bytes/zip-documents.ts';
import type { TypedFormat } from '../formats/row-source.ts';
import { ExcelRows } from './excel-rows.ts';

/** Excel workbooks (.xlsx and .xlsm). */
export const excelFormat: TypedFormat = {
  matches: isOfficeDocument,
  open: (bytes, options, onReject) => new ExcelRows(bytes, options, onReject),
};
