import * as v from 'valibot';
import { exportFormats, type ExportOptions } from '../../datasets/export/export-rows.ts';
import { sheetNameOf } from '../../datasets/export/write-excel.ts';
import { boolean, file, integer, option, text } from '../../define/fields.ts';
import type { Values } from '../../define/operation.ts';
import { whether } from '../../host/wording.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { delimiters } from '../dataset-fields.ts';

/** Input fields for the file of an export. */
export const exportFields = {
  format: v.optional(
    option(
      [
        { value: 'csv', label: 'CSV', description: 'Delimited text in UTF-8' },
        { value: 'excel', label: 'Excel', description: 'Workbook (.xlsx) with numbers, dates and a header row' },
        { value: 'parquet', label: 'Parquet', description: 'Columns with their types, compressed with Snappy' },
        { value: 'json-lines', label: 'JSON Lines', description: 'One JSON object per line' },
      ],
      { label: 'Format', help: 'Format of the file.' },
    ),
    'csv',
  ),
  fileName: v.optional(
    text({
      label: 'File Name',
      help: 'Name of the file; a missing extension is added. Leave empty for the name of the table, or export.',
      placeholder: 'claims-2026-11.csv',
      advanced: true,
    }),
  ),
  limit: v.optional(
    integer({
      label: 'Limit',
      help: 'Max number of rows to export. Leave empty to export all rows.',
      placeholder: '1000',
      minimum: 1,
      advanced: true,
    }),
  ),
  header: v.optional(
    boolean({
      label: 'Add Header Row',
      help: whether('write the column names into the first row of a CSV file. An Excel file always has a header row.'),
      advanced: true,
    }),
    true,
  ),
  delimiter: v.optional(
    option(
      [
        { value: 'comma', label: 'Comma' },
        { value: 'semicolon', label: 'Semicolon' },
        { value: 'tab', label: 'Tab' },
        { value: 'pipe', label: 'Pipe' },
      ],
      { label: 'Delimiter', help: 'Character that separates values in a CSV file.', advanced: true },
    ),
    'comma',
  ),
  byteOrderMark: v.optional(
    boolean({
      label: 'Add Byte Order Mark',
      help: whether('start a CSV file with a byte order mark, so that Excel opens it as UTF-8.'),
      advanced: true,
    }),
    false,
  ),
  protectFormulas: v.optional(
    boolean({
      label: 'Protect from Formulas',
      help: whether(
        'put an apostrophe before texts in a CSV file that a spreadsheet could run as a formula: those that start with =, +, -, @, a tab or a line break. This changes the texts; in Excel files, texts are never formulas.',
      ),
      advanced: true,
    }),
    false,
  ),
  sheetName: v.optional(
    text({
      label: 'Sheet Name',
      help: 'Name of the sheet in an Excel file, up to 31 characters. Leave empty for the name of the table, or Export.',
      placeholder: 'Claims',
      advanced: true,
    }),
  ),
};

/** Output fields of an export. */
export const exportOutput = {
  name: text({ label: 'File Name' }),
  rows: integer({ label: 'Rows' }),
  bytes: integer({ label: 'Size (Bytes)' }),
  file: file({ label: 'File', help: 'The exported file.' }),
};

/** What the user chose, for `exportRows`. */
export interface ChosenExport {
  /** File name with the extension of the format. */
  name: string;
  mediaType: string;
  options: ExportOptions;
}

/**
 * Reads the chosen file format.
 * @param source the name of the table, or another name for the file and the sheet
 * @throws PipewrightError `invalid-input` for an invalid sheet name
 */
export function chosenExport(input: Values<typeof exportFields>, source: string): ChosenExport {
  const { format, fileName, limit, header, delimiter, byteOrderMark, protectFormulas, sheetName } = input;
  const { extension, mediaType } = exportFormats[format];
  const base = (fileName ?? source).replace(/[/\\\0-\x1F]+/g, '_');
  const hasExtension =
    base.toLowerCase().endsWith(`.${extension}`) || (format === 'csv' && /\.(?:tsv|txt)$/i.test(base));
  return {
    name: hasExtension ? base : `${base}.${extension}`,
    mediaType,
    options: {
      format,
      header,
      delimiter: delimiters[delimiter],
      byteOrderMark,
      protectFormulas,
      sheetName: sheetNameOf(sheetName, source === 'export' ? 'Export' : source),
      ...withoutUndefined({ maxRows: limit }),
    },
  };
}
