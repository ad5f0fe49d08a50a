import { isExactDouble, numberText } from './number-text.ts';
import type { ExportColumn, ExportValue } from './row-source.ts';
import { isDay } from '../types/value-forms.ts';

/** Maximum characters of a cell, in UTF-16 code units. @see https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3 */
export const maxCellLength = 32_767;

/** Indices of the cell formats in `excelStyles`. */
const style = {
  header: 1,
  integer: 2,
  date: 3,
  seconds: 4,
  milliseconds: 5,
  secondsUtc: 6,
  millisecondsUtc: 7,
  scale: 7,
};

/** Greatest scale that has its own number format. */
const maxScale = 15;

/** Number formats of the cell formats from `style.date` on. */
const numberFormats = [
  'yyyy\\-mm\\-dd',
  'yyyy\\-mm\\-dd hh:mm:ss',
  'yyyy\\-mm\\-dd hh:mm:ss.000',
  'yyyy\\-mm\\-dd hh:mm:ss"Z"',
  'yyyy\\-mm\\-dd hh:mm:ss.000"Z"',
  ...Array.from({ length: maxScale }, (_, index) => `0.${'0'.repeat(index + 1)}`),
];

/** The numbers that Excel accepts, in absolute terms. */
const smallest = 2.2251e-308;
const greatest = 9.99999999999999e307;

const dayMs = 86_400_000;

/** Day 0 of the dates of Excel from 1900-03-01 on: before that, Excel counts a 29 February 1900. */
const dayZero = Date.UTC(1899, 11, 30);
const firstDay = 61;

const dateForm = /^(\d{4})-(\d\d)-(\d\d)$/;
const timestampForm = /^(\d{4}-\d\d-\d\d)[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|\+00(?::?00)?)?$/;

const markup: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const hex = (character: string): string => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;

/**
 * Text for XML. Characters that XML does not allow or would change become `_x000D_`, as Excel writes them, and a text that has
 * this form gets an escaped underscore (ECMA-376, 22.4.2.4).
 */
export function escapeXml(text: string): string {
  return text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[\0-\x08\x0B-\x1F\uFFFE\uFFFF]/g, hex)
    .replace(/[&<>"]/g, (character) => markup[character] ?? character);
}

/** A text cell, which is never a formula. */
export function textCell(reference: string, text: string, isHeader = false): string {
  return `<c r="${reference}"${isHeader ? ` s="${style.header}"` : ''} t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

const numberCell = (reference: string, number: string, format: number): string =>
  `<c r="${reference}"${format === 0 ? '' : ` s="${format}"`}><v>${number}</v></c>`;

function numberStyle({ kind, scale = 0 }: ExportColumn, text: string): number {
  if (kind === 'integer' || (kind !== 'decimal' && /^-?\d+$/.test(text) && kind !== 'float')) return style.integer;
  return kind === 'decimal' && scale > 0 && scale <= maxScale ? style.scale + scale : 0;
}

/** Days since day 0 of Excel; undefined for a date that does not exist, such as 2026-05-00 in MySQL, or that Excel miscounts. */
function dayOf(text: string): number | undefined {
  const [, year, month, day] = dateForm.exec(text) ?? [];
  if (year === undefined || !isDay(Buffer.from(text), 0)) return undefined;
  const days = (Date.UTC(Number(year), Number(month) - 1, Number(day)) - dayZero) / dayMs;
  return days >= firstDay ? days : undefined;
}

/** The serial number and style of a date or timestamp that Excel can represent without loss; undefined for any other. */
function serialOf(text: string, kind: ExportColumn['kind']): [number: string, format: number] | undefined {
  if (kind === 'date') {
    const days = dayOf(text);
    return days === undefined ? undefined : [String(days), style.date];
  }
  const [, date = '', hour, minute, second = '0', fraction = '', zone] = timestampForm.exec(text) ?? [];
  const days = dayOf(date);
  const digits = fraction.replace(/0+$/, '');
  // Excel stores milliseconds; and a zone belongs to the kind.
  if (days === undefined || digits.length > 3 || (zone !== undefined) !== (kind === 'timestamp-with-zone'))
    return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + Number(digits.padEnd(3, '0'));
  const format = digits === '' ? style.seconds : style.milliseconds;
  return [String(days + ms / dayMs), zone === undefined ? format : format + style.secondsUtc - style.seconds];
}

/**
 * The cell of a value: a number, date or boolean where Excel keeps it exactly, otherwise text. NULL has no cell.
 * @param reference `A2`
 */
export function cellOf(reference: string, value: ExportValue, column: ExportColumn): string {
  if (value === null) return '';
  const number = numberText(value, column);
  if (number !== undefined) {
    const size = Math.abs(Number(number));
    // A binary floating-point number is a double itself, whatever its number of digits.
    const exact = typeof value === 'number' || column.kind === 'float' || isExactDouble(number);
    return exact && (Number(number) === 0 || (size >= smallest && size <= greatest))
      ? numberCell(reference, number, numberStyle(column, number))
      : textCell(reference, number);
  }
  const text = String(value);
  if (column.kind === 'boolean' && (text === 'true' || text === 'false'))
    return `<c r="${reference}" t="b"><v>${text === 'true' ? 1 : 0}</v></c>`;
  if (column.kind === 'date' || column.kind === 'timestamp' || column.kind === 'timestamp-with-zone') {
    const serial = serialOf(text, column.kind);
    if (serial) return numberCell(reference, ...serial);
  }
  return textCell(reference, text);
}

/** The part `xl/styles.xml`: the header in bold, and the number formats. */
export function excelStyles(): string {
  const firstId = 164;
  const formats = numberFormats
    .map((code, index) => `<numFmt numFmtId="${firstId + index}" formatCode="${escapeXml(code)}"/>`)
    .join('');
  const format = (id: number, font = 0): string =>
    `<xf numFmtId="${id}" fontId="${font}" fillId="0" borderId="0" xfId="0"${id > 0 ? ' applyNumberFormat="1"' : ''}${font > 0 ? ' applyFont="1"' : ''}/>`;
  const formatsOfCells = [
    format(0),
    format(0, 1),
    format(1),
    ...numberFormats.map((_, index) => format(firstId + index)),
  ];
  return `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="${numberFormats.length}">${formats}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${formatsOfCells.length}">${formatsOfCells.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}
