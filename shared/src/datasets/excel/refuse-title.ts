import { PipewrightError } from '../../host/error.ts';
import type { CellValue } from './cell-value.ts';
import type { SheetRow } from './sheet-row.ts';

/** Maximum rows of a title above a table. */
const maxTitleRows = 20;

const isText = ({ kind }: CellValue): boolean => kind === 'text' || kind === 'shared';

/**
 * Refuses a worksheet whose first row is a title rather than a header: one cell above a row of several distinct texts,
 * which is the widest of the following ones.
 * @param top first row of the area
 * @param textOf the text of a value
 * @throws PipewrightError `invalid-file` that names the number of rows to skip
 */
export function refuseTitle(
  { row, cells }: SheetRow,
  following: readonly SheetRow[],
  top: number,
  textOf: (value: CellValue) => string,
): void {
  const [title] = cells;
  if (cells.length !== 1 || !title) return;
  const candidates = following.slice(0, maxTitleRows);
  const width = Math.max(0, ...candidates.map((candidate) => candidate.cells.length));
  const header = candidates.find((candidate) => candidate.cells.length === width);
  if (width < 2 || !header?.cells.every(({ value }) => isText(value))) return;
  if (new Set(header.cells.map(({ value }) => textOf(value))).size < width) return;
  const skip = header.row - top;
  throw new PipewrightError({
    code: 'invalid-file',
    message: `Row ${row}, “${textOf(title.value).trim().slice(0, 80)}”, looks like a title: the header with ${width} columns seems to be in row ${header.row}.`,
    hint: `Set Skip Rows to ${skip}.`,
  });
}
