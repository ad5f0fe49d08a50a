import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { InferredColumn } from '../../datasets/types/column.ts';
import { valueKind, type CsvBlock } from '../../datasets/formats/csv-block.ts';
import { noForm } from '../../datasets/types/value-forms.ts';
import { isStagedAsType, restoreText } from './sqlite-text.ts';

/**
 * How the values of a column are bound:
 * - `text`: as their text
 * - `number`: as a number of at most 15 digits
 * - `float`: as the nearest floating-point number; integers of more than 15 digits as text
 * - `boolean`: as 1 or 0, any other value as text
 * - `marked`: as text after a mark, so that it stays text in a column that was staged for numbers
 */
export type Binding = 'text' | 'number' | 'float' | 'boolean' | 'marked';

/** Digits of an integer that a double always stores exactly. */
const exactDigits = 15;

/** Bytes from which on a text is bound as bytes, which saves decoding it here and encoding it in SQLite. */
const longText = 64;

const quote = 0x22;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** Keeps SQLite from reading a text as a number. */
const mark = '=';

/** Whether a staged column stores numbers where the file has text. */
function storesNumbers(staged: InferredColumn): boolean {
  return ['integer', 'decimal', 'boolean'].includes(staged.type) && isStagedAsType(staged);
}

/** The binding of a column, as long as its values are like the first ones. */
export function firstBinding(column: InferredColumn): Binding {
  if (!storesNumbers(column)) return 'text';
  if (column.type === 'boolean') return 'boolean';
  // With a chosen column type, numbers may have more digits than a double stores.
  return column.form > noForm ? 'number' : 'text';
}

/** The bindings of the next block; a column that once had other values stays marked. */
export function bindingsOf(
  staged: readonly InferredColumn[],
  columns: readonly InferredColumn[],
  bindings: readonly Binding[],
): Binding[] {
  return columns.map((column, index) => {
    const before = staged[index] as InferredColumn;
    const binding = bindings[index] as Binding;
    if (binding === 'marked' || !storesNumbers(before)) return binding;
    const same = column.type === before.type && isStagedAsType(column) && column.form === before.form;
    return same || (column.type === 'integer' && before.type === 'integer' && isStagedAsType(column))
      ? binding
      : 'marked';
  });
}

/** The statements that insert a row. */
export interface RowInsert {
  /** The values as they are bound. */
  values: StatementSync;
  /** Values of columns bound as text may be bytes; undefined where the database does not store text in UTF-8. */
  bytes: StatementSync | undefined;
}

/**
 * Prepares the statements for a table.
 * @param bindings of its columns: one that is bound as text now never has numbers later
 */
export function prepareInsert(database: DatabaseSync, table: string, bindings: readonly Binding[]): RowInsert {
  const prepare = (values: readonly string[]): StatementSync =>
    database.prepare(`INSERT INTO ${table} VALUES (${values.join(', ')})`);
  const isUtf8 = database.prepare('PRAGMA main.encoding').get()?.['encoding'] === 'UTF-8';
  return {
    values: prepare(bindings.map(() => '?')),
    bytes: isUtf8 ? prepare(bindings.map((binding) => (binding === 'text' ? 'CAST(? AS TEXT)' : '?'))) : undefined,
  };
}

/** Writes the rows of a block, each by one call. */
export function insertRows(
  { buffer, rows, width, starts, ends, kinds }: CsvBlock,
  bindings: readonly Binding[],
  insert: RowInsert,
): void {
  // Decoded once and sliced, unless most bytes are those of long values: for ASCII, an index of the text is one of the bytes.
  const text = buffer.length > rows * width * longText ? undefined : buffer.toString('latin1', 0, buffer.length);
  const values = new Array<string | number | Uint8Array | null>(width);
  for (let row = 0, index = 0; row < rows; row += 1) {
    let statement = insert.values;
    for (let column = 0; column < width; column += 1, index += 1) {
      const start = starts[index] as number;
      const end = ends[index] as number;
      const kind = kinds[index] as number;
      if (start === end && kind === valueKind.bare) {
        values[column] = null;
        continue;
      }
      const binding = bindings[column];
      // With a chosen column type, integers may have more digits: they are bound as text.
      if (binding === 'number' && end - start <= exactDigits) {
        values[column] = readNumber(buffer, start, end);
        continue;
      }
      if (binding === 'text' && insert.bytes !== undefined && end - start > longText) {
        statement = insert.bytes;
        values[column] =
          kind & valueKind.doubledQuotes ? withSingleQuotes(buffer, start, end) : buffer.subarray(start, end);
        continue;
      }
      let value =
        kind & valueKind.beyondAscii
          ? buffer.toString('utf8', start, end)
          : (text?.substring(start, end) ?? buffer.toString('latin1', start, end));
      if (kind & valueKind.doubledQuotes) value = value.replaceAll('""', '"');
      values[column] = binding === 'text' || binding === 'number' ? value : bound(binding, value);
    }
    statement.run(...values);
  }
}

/** The bytes of a value with one quotation mark for each two. */
function withSingleQuotes(buffer: Buffer, start: number, end: number): Buffer {
  const written = Buffer.allocUnsafe(end - start);
  let length = 0;
  let from = start;
  for (let at = buffer.indexOf(quote, from); at >= 0 && at < end; at = buffer.indexOf(quote, from)) {
    length += buffer.copy(written, length, from, at + 1);
    from = at + 2;
  }
  length += buffer.copy(written, length, from, end);
  return written.subarray(0, length);
}

function bound(binding: Binding | undefined, value: string): string | number {
  if (binding === 'marked') return mark + value;
  if (binding === 'float') return value.length > exactDigits && /^[-+]?\d+$/.test(value) ? value : Number(value);
  const first = value[0]?.toLowerCase();
  return first === 't' ? 1 : first === 'f' ? 0 : value;
}

/** A decimal of at most 15 digits; one division of two exact numbers is the nearest number. */
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
 * SQL for the final value of a column.
 * @param name SQL for the staged value
 */
export function stagedValue(staged: InferredColumn, column: InferredColumn, binding: Binding, name: string): string {
  const text =
    binding === 'marked'
      ? `CASE typeof(${name}) WHEN 'text' THEN substr(${name}, 2) WHEN 'null' THEN NULL ELSE ${restoreText(staged, name)} END`
      : name;
  const filled = column.hasEmptyStrings && column.type !== 'text' ? `nullif(${text}, '')` : text;
  return column.type === 'boolean' && binding !== 'boolean' ? `lower(${filled}) IN ('true', 't')` : filled;
}
