import type { StatementSync } from 'node:sqlite';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { noForm } from '../../datasets/types/value-forms.ts';
import { isCarried, textAgain } from './sqlite-types.ts';

/**
 * How the values of a column are passed to SQLite: as their text; as a number of at most 15 digits; as the floating-point
 * number that is nearest, but integers of more digits as text; a boolean as 1 or 0, and any other value as text; or as a
 * text with a mark before it, so that it stays a text in a column that was staged for numbers.
 */
export type Binding = 'text' | 'number' | 'float' | 'boolean' | 'marked';

/** Digits of an integer that a double holds exactly, whatever they are. */
const exactDigits = 15;

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** Keeps SQLite from reading a text as a number. */
const mark = '=';

/** Whether a staging column holds numbers where the file has text. */
function holdsNumbers(staged: InferredColumn): boolean {
  return ['integer', 'decimal', 'boolean'].includes(staged.type) && isCarried(staged);
}

/** How a column's values are passed as long as they are like the first ones. */
export function firstBinding(column: InferredColumn): Binding {
  if (!holdsNumbers(column)) return 'text';
  if (column.type === 'boolean') return 'boolean';
  // Numbers of a type that somebody gave may have more digits than a number holds.
  return column.form > noForm ? 'number' : 'text';
}

/** How the columns' values are to be passed from now on; a column that once had other values stays marked. */
export function bindingsOf(
  staged: readonly InferredColumn[],
  columns: readonly InferredColumn[],
  bindings: readonly Binding[],
): Binding[] {
  return columns.map((column, index) => {
    const before = staged[index] as InferredColumn;
    const binding = bindings[index] as Binding;
    if (binding === 'marked' || !holdsNumbers(before)) return binding;
    const same = column.type === before.type && isCarried(column) && column.form === before.form;
    return same || (column.type === 'integer' && before.type === 'integer' && isCarried(column)) ? binding : 'marked';
  });
}

/** Writes the rows of a block, each by one call. */
export function insertRows(
  { buffer, rows, width, starts, ends, kinds }: CsvBlock,
  bindings: readonly Binding[],
  insert: StatementSync,
): void {
  // Decoded at once and cut into values: for ASCII, a place in the text is a place in the bytes.
  const text = buffer.toString('latin1', 0, buffer.length);
  const values = new Array<string | number | null>(width);
  for (let row = 0, index = 0; row < rows; row += 1) {
    for (let column = 0; column < width; column += 1, index += 1) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      const kind = kinds[index] as number;
      if (start === end && kind === valueKind.bare) {
        values[column] = null;
        continue;
      }
      const binding = bindings[column];
      // Integers of a type that is given may have more digits: they are passed as text.
      if (binding === 'number' && end - start <= exactDigits) {
        values[column] = readNumber(buffer, start, end);
        continue;
      }
      let value = kind & valueKind.beyondAscii ? buffer.toString('utf8', start, end) : text.substring(start, end);
      if (kind & valueKind.doubledQuotes) value = value.replaceAll('""', '"');
      values[column] = binding === 'text' || binding === 'number' ? value : bound(binding, value);
    }
    insert.run(...values);
  }
}

function bound(binding: Binding | undefined, value: string): string | number {
  if (binding === 'marked') return mark + value;
  if (binding === 'float') return value.length > exactDigits && /^[-+]?\d+$/.test(value) ? value : Number(value);
  const first = value[0]?.toLowerCase();
  return first === 't' ? 1 : first === 'f' ? 0 : value;
}

/** A decimal of at most 15 digits; one division of two exact numbers gives the number nearest to it. */
function readNumber(buffer: Buffer, start: number, end: number): number {
  const negative = buffer[start] === minus;
  let digits = 0;
  let divisor = 0;
  for (let at = negative ? start + 1 : start; at < end; at += 1) {
    const byte = buffer[at] as number;
    if (byte === point) divisor = 1;
    else {
      digits = digits * 10 + byte - zero;
      divisor *= 10;
    }
  }
  const number = divisor > 1 ? digits / divisor : digits;
  return negative ? -number : number;
}

/**
 * SQL for a column's value as the table shall have it, from the staging table.
 * @param name SQL for the staged value
 */
export function stagedValue(staged: InferredColumn, column: InferredColumn, binding: Binding, name: string): string {
  const text =
    binding === 'marked'
      ? `CASE typeof(${name}) WHEN 'text' THEN substr(${name}, 2) WHEN 'null' THEN NULL ELSE ${textAgain(staged, name)} END`
      : name;
  const filled = column.hasEmptyStrings && column.type !== 'text' ? `nullif(${text}, '')` : text;
  return column.type === 'boolean' && binding !== 'boolean' ? `lower(${filled}) IN ('true', 't')` : filled;
}
