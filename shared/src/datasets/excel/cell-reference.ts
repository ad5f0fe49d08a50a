/** The number of columns of a worksheet; the last one is XFD. */
export const maxColumns = 16_384;

/** The number of rows of a worksheet. */
export const maxRows = 1_048_576;

const upperA = 0x41;

/** A rectangle of cells; columns and rows count from 1 and are inclusive. */
export interface CellArea {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** All cells of a worksheet. */
export const allCells: CellArea = { left: 1, top: 1, right: maxColumns, bottom: maxRows };

/** The letters of a column: `AA` for 27. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26))
    letters = String.fromCharCode(upperA + ((left - 1) % 26)) + letters;
  return letters;
}

function columnNumber(letters: string): number {
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - upperA + 1;
  return column;
}

/**
 * Reads a cell reference such as `AB12`. Returns one number, because this runs for every cell; see `columnOf` and `rowOf`.
 * @returns 0 if it is not a cell of a worksheet
 */
export function readCellReference(text: string): number {
  let column = 0;
  let at = 0;
  for (; at < text.length; at += 1) {
    const letter = (text.charCodeAt(at) & ~0x20) - upperA;
    if (letter < 0 || letter > 25) break;
    column = column * 26 + letter + 1;
  }
  let row = 0;
  const digits = at;
  for (; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    row = row * 10 + digit;
  }
  if (column < 1 || column > maxColumns || row < 1 || row > maxRows || digits === 0 || digits > 3) return 0;
  return column - 1 + row * maxColumns;
}

/** Column from 1 of a reference read by `readCellReference`. */
export const columnOf = (reference: number): number => (reference % maxColumns) + 1;

/** Row from 1 of a reference read by `readCellReference`. */
export const rowOf = (reference: number): number => Math.floor(reference / maxColumns);

/**
 * Reads a range: `A1:F200`, `$A$1:$F$200`, whole columns `A:F`, whole rows `1:200`, or one cell.
 * @returns undefined for other text
 */
export function readArea(text: string): CellArea | undefined {
  const corner = String.raw`\$?([A-Za-z]{1,3})?\$?([1-9]\d{0,6})?`;
  const [match, fromLetters, fromRow, rest, toLetters, toRow] =
    new RegExp(`^\\s*${corner}\\s*(?:(:)\\s*${corner})?\\s*$`).exec(text) ?? [];
  if (match === undefined) return undefined;
  const isRange = rest !== undefined;
  if (!isRange && (fromLetters === undefined || fromRow === undefined)) return undefined;
  const [secondLetters, secondRow] = isRange ? [toLetters, toRow] : [fromLetters, fromRow];
  if ((fromLetters === undefined) !== (secondLetters === undefined)) return undefined;
  if ((fromRow === undefined) !== (secondRow === undefined)) return undefined;
  if (fromLetters === undefined && fromRow === undefined) return undefined;
  const columns = [fromLetters, secondLetters].map((letters, index) =>
    letters === undefined ? (index === 0 ? 1 : maxColumns) : columnNumber(letters),
  );
  const rows = [fromRow, secondRow].map((row, index) =>
    row === undefined ? (index === 0 ? 1 : maxRows) : Number(row),
  );
  const area = {
    left: Math.min(...columns),
    right: Math.max(...columns),
    top: Math.min(...rows),
    bottom: Math.max(...rows),
  };
  return area.right <= maxColumns && area.bottom <= maxRows ? area : undefined;
}
