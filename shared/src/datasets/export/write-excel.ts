import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { encodeUtf8 } from './encode-utf8.ts';
import { columnLetters } from '../excel/cell-reference.ts';
import { cellOf, escapeXml, excelStyles, maxCellLength, textCell } from './excel-cells.ts';
import type { ExportColumn, ExportRow, ExportValue } from './row-source.ts';
import { writeZip } from './write-zip.ts';

/** Limits of a sheet. @see https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
const maxRows = 1_048_576;
const maxColumns = 16_384;
const maxSheetName = 31;

/** Widths of columns in characters; the longest of the first rows counts. */
const minWidth = 8;
const maxWidth = 60;
const spareWidth = 3;

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const hint = 'Nothing was exported. Export fewer rows or columns, or choose CSV or JSON Lines.';

function refused(message: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message, hint });
}

/**
 * The name of a sheet.
 * @param chosen the name that the user entered, which must be valid
 * @param fallback a name that is shortened and cleaned
 * @throws PipewrightError `invalid-input`
 */
export function sheetNameOf(chosen: string | undefined, fallback: string): string {
  const invalid = /[[\]:*?/\\\0-\x1F]/g;
  if (chosen === undefined) {
    const name = fallback.replace(invalid, '_').slice(0, maxSheetName).toWellFormed().replace(/^'|'$/g, '_');
    return name === '' || /^history$/i.test(name) ? 'Export' : name;
  }
  if (chosen.length <= maxSheetName && !invalid.test(chosen) && !/^'|'$|^history$/i.test(chosen)) return chosen;
  throw new PipewrightError({
    code: 'invalid-input',
    message: `“${chosen.slice(0, 80)}” is not a valid name of an Excel sheet.`,
    hint: 'Enter up to 31 characters under Sheet Name, without [ ] : * ? / \\, without an apostrophe at either end, and not History.',
  });
}

const lengthOf = (value: ExportValue): number => (value === null ? 0 : String(value).length);

function columnWidths(columns: readonly ExportColumn[], rows: readonly ExportRow[]): string {
  return columns
    .map(({ name }, index) => {
      const longest = rows.reduce((most, row) => Math.max(most, lengthOf(row[index] ?? null)), name.length);
      const width = Math.min(maxWidth, Math.max(minWidth, longest + spareWidth));
      return `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;
    })
    .join('');
}

function refuseLong(row: ExportRow, columns: readonly ExportColumn[], number: number): void {
  const index = row.findIndex((value) => typeof value === 'string' && value.length > maxCellLength);
  if (index < 0) return;
  throw refused(
    `Row ${number} has ${lengthOf(row[index] ?? null).toLocaleString('en-US')} characters in the column “${columns[index]?.name}”; a cell of Excel can have ${maxCellLength.toLocaleString('en-US')}.`,
  );
}

/** The sheet: a bold header in a frozen pane, the rows, and a filter. */
async function* writeSheet(columns: readonly ExportColumn[], batches: AsyncIterable<readonly ExportRow[]>): Bytes {
  const letters = columns.map((_, index) => columnLetters(index + 1));
  const refs = (number: number): string[] => letters.map((letter) => `${letter}${number}`);
  const start = (first: readonly ExportRow[]): Uint8Array => {
    const at = refs(1);
    const header = columns.map(({ name }, index) => textCell(at[index] as string, name, true)).join('');
    return encodeUtf8(
      `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/></sheetView></sheetViews><cols>${columnWidths(columns, first)}</cols><sheetData><row r="1">${header}</row>`,
    );
  };
  let started = false;
  let number = 1;
  for await (const rows of batches) {
    if (!started) yield start(rows);
    started = true;
    let text = '';
    for (const row of rows) {
      number += 1;
      if (number > maxRows)
        throw refused('There are more rows than the 1,048,575 that an Excel sheet can have below its header row.');
      refuseLong(row, columns, number - 1);
      const at = refs(number);
      text += `<row r="${number}">${columns.map((column, index) => cellOf(at[index] as string, row[index] ?? null, column)).join('')}</row>`;
    }
    yield encodeUtf8(text);
  }
  if (!started) yield start([]);
  yield encodeUtf8(`</sheetData><autoFilter ref="A1:${letters.at(-1) ?? 'A'}${number}"/></worksheet>`);
}

async function* part(text: string): Bytes {
  yield encodeUtf8(xml + text);
}

/**
 * Writes rows as an Excel workbook (ECMA-376) with one sheet, as a stream.
 * @throws PipewrightError `invalid-input` for more rows, columns or characters than Excel accepts
 */
export function writeExcel(
  columns: readonly ExportColumn[],
  batches: AsyncIterable<readonly ExportRow[]>,
  sheetName: string,
): Bytes {
  if (columns.length > maxColumns)
    throw refused(`There are ${columns.length.toLocaleString('en-US')} columns; an Excel sheet can have 16,384.`);
  return writeZip([
    {
      name: '[Content_Types].xml',
      bytes: part(
        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${spreadsheet}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${spreadsheet}.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${spreadsheet}.worksheet+xml"/></Types>`,
      ),
    },
    {
      name: '_rels/.rels',
      bytes: part(
        `<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
      ),
    },
    {
      name: 'xl/workbook.xml',
      bytes: part(
        `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="${escapeXml(sheetName)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      ),
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      bytes: part(
        `<Relationships xmlns="${packageRelations}"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
      ),
    },
    { name: 'xl/styles.xml', bytes: part(excelStyles()) },
    { name: 'xl/worksheets/sheet1.xml', bytes: writeSheet(columns, batches) },
  ]);
}
