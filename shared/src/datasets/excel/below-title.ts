import { PipewrightError } from '../../host/error.ts';
import { hasNames } from '../formats/detect-header.ts';
import { fullestNames, hasFewNames, isTitle, mayBeNames } from '../formats/find-table.ts';
import type { SampleRecord } from '../formats/sample-records.ts';
import type { CellValue } from './cell-value.ts';
import type { SheetRow } from './sheet-row.ts';

/** Maximum rows of a title above a table. */
const maxTitleRows = 20;

/** Rows below the names that show which columns have numbers or dates. */
const maxTableRows = 50;

const isText = ({ kind }: CellValue): boolean => kind === 'text' || kind === 'shared';

/** How to find the header of a worksheet. */
export interface TitleOptions {
  /** First row of the area. */
  top: number;
  /** Whether the user chose how many rows to skip, so that a title is refused. */
  isSkipped: boolean;
  /** The text of a value. */
  textOf(value: CellValue): string;
}

/**
 * The rows of a worksheet from its header on, without a title: rows with one text above a row of several distinct texts,
 * which is the widest of the following ones.
 * @throws PipewrightError `invalid-file` for a first row that could be a title or a header, with the number of rows to skip
 */
export function belowTitle(rows: readonly SheetRow[], { top, isSkipped, textOf }: TitleOptions): readonly SheetRow[] {
  const [first, ...following] = rows;
  const [title] = first?.cells ?? [];
  if (!first || !title || first.cells.length !== 1 || !isText(title.value)) return rows;
  const candidates = following.slice(0, maxTitleRows);
  const width = Math.max(0, ...candidates.map((candidate) => candidate.cells.length));
  const at = rows.findIndex((candidate, index) => index > 0 && candidate.cells.length === width);
  const header = rows[at];
  if (width < 2 || !header) return rows;
  const columns = header.cells.map(({ column }) => column);
  const records = rows.slice(at, at + maxTableRows + 1).map((row) => recordOf(row, columns, textOf));
  const [names, ...values] = records;
  const areTexts = header.cells.every(({ value }) => isText(value)) && new Set(names?.values).size === width;
  if (!names || (!areTexts && !mayBeNames(names, values))) return rows;
  const above = rows.slice(0, at);
  const isLone = above.every(({ cells: [cell, ...others] }) => cell && isText(cell.value) && others.length === 0);
  const isSeparate = header.row > (above.at(-1)?.row ?? 0) + 1;
  if (!isSkipped && isLone && isTitle(textOf(title.value), { width, isSeparate, isNamed: hasNames(records) }))
    return rows.slice(at);
  const skip = header.row - top;
  throw new PipewrightError({
    code: 'invalid-file',
    message: `Row ${first.row}, “${textOf(title.value).trim().slice(0, 80)}”, looks like a title: the header with ${width} columns seems to be in row ${header.row}.`,
    hint: `Set Skip Rows to ${skip}${isSkipped ? ', or leave it empty' : ''}.`,
  });
}

/**
 * Refuses a header that names few of the columns with values: it may be a title.
 * @param columns the columns of the table
 * @throws PipewrightError `invalid-file`
 */
export function refuseFewNames(
  header: SheetRow,
  rows: readonly SheetRow[],
  top: number,
  columns: readonly number[],
  textOf: (value: CellValue) => string,
): void {
  if (header.cells.length * 2 > columns.length) return;
  const records = [header, ...rows.slice(0, maxTableRows)].map((row) => recordOf(row, columns, textOf));
  if (!hasFewNames(records)) return;
  const names = fullestNames(records.slice(1));
  const isFuller = (names?.values.filter((value) => value !== '').length ?? 0) > header.cells.length;
  const keep = header.row - top;
  const skip = names && isFuller ? names.line - top : keep + 1;
  const reason = skip > keep + 1 ? `if the column names are in row ${names?.line}` : 'to skip the row';
  const shown = header.cells.slice(0, 3).map(({ value }) => `“${textOf(value).trim().slice(0, 40)}”`);
  throw new PipewrightError({
    code: 'invalid-file',
    message: `Row ${header.row} names only ${header.cells.length} of ${columns.length} columns, so it could be a title: ${shown.join(', ')}${header.cells.length > 3 ? ', …' : ''}.`,
    hint: `Set Skip Rows to ${skip} ${reason}. To keep it, set Skip Rows to ${keep} and Has Header Row to Yes.`,
  });
}

/** A row as texts, in these columns. */
export function recordOf(
  { row, cells }: SheetRow,
  columns: readonly number[],
  textOf: (value: CellValue) => string,
): SampleRecord {
  const texts = new Map(cells.map(({ column, value }) => [column, textOf(value)]));
  return { values: columns.map((column) => texts.get(column) ?? ''), line: row, malformed: false };
}
