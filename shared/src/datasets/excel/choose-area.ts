import { PipewrightError } from '../../host/error.ts';
import type { ZipDirectory } from '../bytes/zip-directory.ts';
import { allCells, readArea, type CellArea } from './cell-reference.ts';
import type { ExcelOptions } from './excel-options.ts';
import { readRelations } from './relations.ts';
import { chooseSheet, type Sheet, type Workbook } from './workbook.ts';
import { readXml } from './xml-reader.ts';

/** The cells to read. */
export interface ChosenArea {
  sheet: Sheet;
  area: CellArea;
  /** Whether the user chose the columns, so that all of them count, also without a name. */
  isChosen: boolean;
  /** The column names of a table without header row. */
  columnNames?: string[];
}

interface Table {
  name: string;
  reference: string;
  hasHeader: boolean;
  totalRows: number;
  columnNames: string[];
}

/**
 * The cells that Sheet and Cell Range or Table select. A table names its worksheet itself; its totals row is omitted.
 * @throws PipewrightError `invalid-input` for an unknown worksheet, table or range
 */
export async function chooseArea(
  zip: ZipDirectory,
  workbook: Workbook,
  { sheet: wanted, cellRange }: ExcelOptions,
): Promise<ChosenArea> {
  if (cellRange === undefined) return { sheet: chooseSheet(workbook, wanted), area: allCells, isChosen: false };
  const { sheet = wanted, range } = splitReference(cellRange);
  const area = readArea(range);
  if (area) {
    refuseOtherSheet(sheet, wanted, cellRange);
    return { sheet: chooseSheet(workbook, sheet), area, isChosen: true };
  }
  const seen: string[] = [];
  for (const candidate of workbook.sheets) {
    for (const table of await readTables(zip, candidate)) {
      seen.push(table.name);
      if (!isSame(table.name, range)) continue;
      refuseOtherSheet(candidate.name, wanted, cellRange);
      return fromTable(candidate, table);
    }
  }
  const named = workbook.names.find(({ name }) => isSame(name, range));
  if (named) {
    const reference = splitReference(named.reference);
    const found = readArea(reference.range);
    if (found && reference.sheet !== undefined) {
      refuseOtherSheet(reference.sheet, wanted, cellRange);
      return { sheet: chooseSheet(workbook, reference.sheet), area: found, isChosen: true };
    }
    throw invalid(
      `The named range “${range}” is not one rectangle of cells: ${named.reference.slice(0, 100)}.`,
      'Enter a range of cells such as A1:F200.',
    );
  }
  const known = [...seen, ...workbook.names.map(({ name }) => name).filter((name) => !name.startsWith('_'))];
  throw invalid(
    `The Excel workbook has no table or named range “${range.slice(0, 60)}”.${
      known.length > 0
        ? ` It has ${known
            .slice(0, 30)
            .map((name) => `“${name}”`)
            .join(', ')}.`
        : ''
    }`,
    'Enter a range of cells such as A1:F200, or the name of a table, under Cell Range or Table.',
  );
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.trim().toLowerCase();

/** Splits `'My Sheet'!A1:F200`. */
function splitReference(text: string): { sheet?: string; range: string } {
  const [, quoted, plain, range] = /^\s*(?:'((?:[^']|'')+)'|([^'!]+))!(.+)$/.exec(text) ?? [];
  if (range === undefined) return { range: text };
  return { sheet: quoted?.replaceAll("''", "'") ?? plain ?? '', range };
}

function refuseOtherSheet(sheet: string | undefined, wanted: string | undefined, cellRange: string): void {
  if (sheet === undefined || wanted === undefined || isSame(sheet, wanted)) return;
  throw invalid(
    `“${cellRange.slice(0, 60)}” is on the worksheet “${sheet}”, but Sheet is “${wanted.slice(0, 60)}”.`,
    'Clear Sheet, or correct Cell Range or Table.',
  );
}

function invalid(message: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message, hint });
}

function fromTable(sheet: Sheet, { name, reference, hasHeader, totalRows, columnNames }: Table): ChosenArea {
  const area = readArea(reference);
  if (!area)
    throw invalid(`The table “${name}” has no valid range of cells.`, 'Enter a range of cells such as A1:F200.');
  const chosen = { sheet, area: { ...area, bottom: area.bottom - totalRows }, isChosen: true };
  return hasHeader ? chosen : { ...chosen, columnNames };
}

/** The tables of a worksheet. */
async function readTables(zip: ZipDirectory, sheet: Sheet): Promise<Table[]> {
  const tables: Table[] = [];
  for (const { type, target } of await readRelations(zip, sheet.path)) {
    if (type !== 'table' || !zip.has(target)) continue;
    const table: Table = { name: '', reference: '', hasHeader: true, totalRows: 0, columnNames: [] };
    await readXml(zip.read(target), {
      open(name, attributes) {
        if (name === 'table') {
          table.name = attributes.get('displayName') ?? attributes.get('name') ?? '';
          table.reference = attributes.get('ref') ?? '';
          table.hasHeader = attributes.get('headerRowCount') !== '0';
          table.totalRows = Number(attributes.get('totalsRowCount') ?? 0);
        } else if (name === 'tableColumn') table.columnNames.push(attributes.get('name') ?? '');
      },
    });
    tables.push(table);
  }
  return tables;
}
