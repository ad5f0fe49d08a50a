/**
 * Compares the reader of Excel workbooks with SheetJS, cell by cell: `node scripts/run.mjs test/bench/compare-workbooks.ts
 * <folder>` reads all .xlsx and .xlsm files of a folder and prints how many agree, with the first differences of the others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sheetJs from '@e965/xlsx';
import { HeldBytes } from '../../shared/src/datasets/bytes/held-bytes.ts';
import { ZipDirectory } from '../../shared/src/datasets/bytes/zip-directory.ts';
import { allCells, columnLetters } from '../../shared/src/datasets/excel/cell-reference.ts';
import { cellValue } from '../../shared/src/datasets/excel/cell-value.ts';
import { exactNumber } from '../../shared/src/datasets/excel/exact-number.ts';
import { SharedStrings } from '../../shared/src/datasets/excel/shared-strings.ts';
import { SheetCells } from '../../shared/src/datasets/excel/sheet-cells.ts';
import { readStyles } from '../../shared/src/datasets/excel/styles.ts';
import { readWorkbook } from '../../shared/src/datasets/excel/workbook.ts';
import { readXml } from '../../shared/src/datasets/excel/xml-reader.ts';
import { isOfficeDocument } from '../../shared/src/datasets/bytes/zip-documents.ts';

/** Values by the name of the sheet and the cell. */
type Grid = Map<string, string>;

/** All values of a workbook as read by Pipewright; dates in ISO 8601 become `date`. */
async function readOwn(bytes: Buffer): Promise<Grid> {
  const held = new HeldBytes();
  held.add(bytes);
  const zip = new ZipDirectory(held);
  const workbook = await readWorkbook(zip);
  const strings = new SharedStrings();
  if (workbook.sharedStrings !== undefined) await strings.read(zip.read(workbook.sharedStrings));
  const formats = workbook.styles === undefined ? [] : await readStyles(zip.read(workbook.styles));
  const context = { strings, formats, is1904: workbook.is1904, isOutdated: false, roundTo15Digits: false };
  const found: Grid = new Map();
  for (const sheet of workbook.sheets) {
    const cells = new SheetCells(allCells, false, (row, ofRow) => {
      for (const cell of ofRow) {
        const value = cellValue(cell, context);
        const key = `${sheet.name}!${columnLetters(cell.column)}${row}`;
        if (value.kind === 'shared') found.set(key, `text ${strings.textOf(value.index)}`);
        else if (value.kind === 'text') found.set(key, `text ${value.text}`);
        else if (value.kind === 'invalid') found.set(key, 'invalid');
        else if (value.kind === 'bare')
          found.set(
            key,
            /^(?:true|false)$/.test(value.text)
              ? value.text
              : /^-?[\d.]+$/.test(value.text)
                ? `number ${Number(value.text)}`
                : `date ${value.text}`,
          );
      }
    });
    await readXml(zip.read(sheet.path), cells);
  }
  return found;
}

const isoOf = (serial: number, is1904: boolean): string => {
  const ms = Math.round((serial + (is1904 ? 1462 : 0) - 25_569) * 86_400_000);
  return new Date(ms).toISOString();
};

/** The same values as read by SheetJS. */
function readOracle(bytes: Buffer): Grid {
  const workbook = sheetJs.read(bytes, { cellNF: true, cellText: false, cellHTML: false });
  const is1904 = workbook.Workbook?.WBProps?.date1904 === true;
  const found: Grid = new Map();
  for (const name of workbook.SheetNames) {
    const sheet = workbook.Sheets[name];
    if (!sheet) continue;
    for (const [address, cell] of Object.entries(sheet) as [string, sheetJs.CellObject][]) {
      if (address.startsWith('!') || cell.v === undefined || cell.v === '') continue;
      const key = `${name}!${address}`;
      if (cell.t === 's') found.set(key, `text ${String(cell.v)}`);
      else if (cell.t === 'b') found.set(key, String(cell.v));
      else if (cell.t === 'e') found.set(key, 'invalid');
      else if (cell.t === 'n' && typeof cell.v === 'number')
        found.set(
          key,
          sheetJs.SSF.is_date(String(cell.z ?? 'General'))
            ? `date ${isoOf(cell.v, is1904)}`
            : `number ${exactNumber(String(cell.v))}`,
        );
    }
  }
  return found;
}

/** Whether two values agree; a time of day, which SheetJS gives as a serial number, only as far as it is the same kind. */
function agrees(own: string | undefined, oracle: string | undefined): boolean {
  if (own === oracle) return true;
  if (own === undefined || oracle === undefined) return false;
  if (own.startsWith('number') && oracle.startsWith('number')) return Number(own.slice(7)) === Number(oracle.slice(7));
  if (!oracle.startsWith('date ')) return false;
  if (own === 'invalid') return oracle < 'date 1900-03-02';
  if (!own.startsWith('date ')) return false;
  const [day, time = '00:00:00'] = own.slice(5).split(' ');
  if (day?.includes(':')) return true;
  return `${day}T${time}`.slice(0, 19) === oracle.slice(5, 24) || oracle < 'date 1900-03-02';
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('Name a folder with workbooks.');
const counts = { files: 0, same: 0, different: 0, refused: 0, oracleOnlyFails: 0, cells: 0, differentCells: 0 };
for (const name of readdirSync(folder).filter((file) => /\.xls[xm]$/i.test(file))) {
  const bytes = readFileSync(join(folder, name));
  if (!isOfficeDocument(bytes)) {
    console.log(`${name}: not recognized by its first bytes`);
    continue;
  }
  counts.files += 1;
  let own: Grid;
  try {
    own = await readOwn(bytes);
  } catch (error) {
    counts.refused += 1;
    console.log(`${name}: refused: ${error instanceof Error ? error.message : String(error)}`);
    continue;
  }
  let oracle: Grid;
  try {
    oracle = readOracle(bytes);
  } catch (error) {
    counts.oracleOnlyFails += 1;
    console.log(`${name}: SheetJS fails: ${error instanceof Error ? error.message : String(error)}`);
    continue;
  }
  const keys = new Set([...own.keys(), ...oracle.keys()]);
  const different = [...keys].filter((key) => !agrees(own.get(key), oracle.get(key)));
  counts.cells += keys.size;
  counts.differentCells += different.length;
  if (different.length === 0) counts.same += 1;
  else {
    counts.different += 1;
    console.log(`${name}: ${different.length} of ${keys.size} cells differ`);
    for (const key of different.slice(0, 3))
      console.log(
        `  ${key}: own ${JSON.stringify(own.get(key))?.slice(0, 120)}, SheetJS ${JSON.stringify(oracle.get(key))?.slice(0, 120)}`,
      );
  }
}
console.log(JSON.stringify(counts));
