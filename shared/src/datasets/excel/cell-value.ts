import { decodeCellText, textFault } from './cell-text.ts';
import { exactNumber } from './exact-number.ts';
import { showsNumber } from './number-format.ts';
import { isoToIso, serialToIso } from './serial-date.ts';
import { sharedIndex, type SharedStrings } from './shared-strings.ts';
import type { RawCell } from './sheet-cells.ts';
import { formatOfStyle, type CellFormats } from './styles.ts';

/** A value as it is written to a row; `shared` is the index of a shared string, and `invalid` says why there is none. */
export type CellValue =
  | { kind: 'null' }
  | { kind: 'shared'; index: number }
  | { kind: 'text' | 'bare'; text: string }
  | { kind: 'invalid'; reason: string; shown: string };

/** What the values of a workbook depend on. */
export interface CellContext {
  strings: SharedStrings;
  formats: CellFormats;
  is1904: boolean;
  /** Whether the stored results of formulas are outdated. */
  isOutdated: boolean;
  roundTo15Digits: boolean;
}

const nothing: CellValue = { kind: 'null' };

/** The value of a cell. A text without characters, such as the result of `=""`, is NULL, like an empty cell. */
export function cellValue(cell: RawCell, context: CellContext): CellValue {
  if (cell.isFormula) {
    if (context.isOutdated)
      return invalid('is a formula whose stored result is outdated, because the workbook was not saved by Excel', cell);
    if (cell.value === undefined || (cell.value === '' && cell.type === 'n'))
      return invalid('is a formula without a stored result', cell);
  }
  switch (cell.type) {
    case 's':
      return sharedText(cell, context);
    case 'n':
      return numberOrDate(cell, context);
    case 'b':
      return boolean(cell);
    case 'e':
      return invalid(`has the error ${(cell.value ?? '').trim().slice(0, 20)}`, cell);
    case 'd':
      return isoDate(cell, context);
    case 'str':
    case 'inlineStr':
      return text(decodeCellText(cell.inline ?? cell.value ?? ''));
    default:
      return invalid(`has the unknown type “${cell.type.slice(0, 20)}”`, cell);
  }
}

function invalid(reason: string, { value = '' }: RawCell): CellValue {
  return { kind: 'invalid', reason, shown: value.slice(0, 1_000) };
}

function text(value: string): CellValue {
  if (value === '') return nothing;
  const fault = textFault(value);
  return fault === undefined
    ? { kind: 'text', text: value }
    : { kind: 'invalid', reason: `has ${fault}`, shown: value.slice(0, 1_000) };
}

function sharedText(cell: RawCell, { strings }: CellContext): CellValue {
  const index = sharedIndex(cell.value ?? '', strings);
  if (index === undefined || strings.isEmpty(index)) return nothing;
  const fault = strings.faultOf(index);
  return fault === undefined ? { kind: 'shared', index } : invalid(`has ${fault}`, cell);
}

function numberOrDate(cell: RawCell, { formats, is1904, roundTo15Digits }: CellContext): CellValue {
  const { value = '' } = cell;
  if (value === '') return cell.inline === undefined ? nothing : text(decodeCellText(cell.inline));
  const format = formatOfStyle(formats, cell.style);
  if (format === showsNumber) return number(cell, roundTo15Digits);
  const serial = Number(value);
  const kind = format(serial);
  if (kind === 'number' || value.trim() === '' || !Number.isFinite(serial)) return number(cell, roundTo15Digits);
  const iso = serialToIso(serial, kind, is1904);
  return iso === undefined
    ? invalid(`shows a date that does not exist: serial number ${value.slice(0, 30)}`, cell)
    : { kind: 'bare', text: iso };
}

function number(cell: RawCell, round: boolean): CellValue {
  const value = cell.value ?? '';
  if (value.trim() === '') return nothing;
  const exact = exactNumber(value, round);
  return exact === undefined
    ? invalid(`has “${value.slice(0, 40)}” instead of a number`, cell)
    : { kind: 'bare', text: exact };
}

function boolean(cell: RawCell): CellValue {
  const value = (cell.value ?? '').trim().toLowerCase();
  if (value === '') return nothing;
  if (value === '1' || value === 'true') return { kind: 'bare', text: 'true' };
  if (value === '0' || value === 'false') return { kind: 'bare', text: 'false' };
  return invalid(`has “${value.slice(0, 40)}” instead of TRUE or FALSE`, cell);
}

function isoDate(cell: RawCell, { formats }: CellContext): CellValue {
  const { value = '' } = cell;
  if (value.trim() === '') return nothing;
  const iso = isoToIso(value, formatOfStyle(formats, cell.style)(0));
  return iso === undefined
    ? invalid(`has “${value.slice(0, 40)}” instead of a date`, cell)
    : { kind: 'bare', text: iso };
}
