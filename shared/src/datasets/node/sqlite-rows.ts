import type { InferredColumn } from '../column.ts';
import { valueKind, type CsvBlock } from '../csv-block.ts';
import { quoteIdentifier as quoted } from './quote-identifier.ts';
import { isCarried, textAgain } from './sqlite-types.ts';

/**
 * How the values of a column are handed to SQLite: as their text, which the type of the staging column may turn into a
 * number; a boolean as 1 or 0; or marked, so that a text stays a text in a column that was staged for numbers.
 */
export type Binding = 'text' | 'boolean' | 'marked';

/** Keeps SQLite from reading a text as a number. */
const mark = '=';

/** Whether a staging column holds numbers where the file has text. */
function holdsNumbers(staged: InferredColumn): boolean {
  return ['integer', 'decimal', 'boolean'].includes(staged.type) && isCarried(staged);
}

/** How the columns' values are to be handed over from now on; a column that once had other values stays marked. */
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
    return same || (column.type === 'integer' && before.type === 'integer') ? binding : 'marked';
  });
}

/** Writes the rows of a block, each by one call. */
export function insertRows(
  { buffer, rows, width, starts, ends, kinds }: CsvBlock,
  bindings: readonly Binding[],
  insert: (...values: (string | number | null)[]) => unknown,
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
      let value = kind & valueKind.beyondAscii ? buffer.toString('utf8', start, end) : text.substring(start, end);
      if (kind & valueKind.doubledQuotes) value = value.replaceAll('""', '"');
      const binding = bindings[column];
      if (binding === 'text') values[column] = value;
      else values[column] = binding === 'marked' ? mark + value : value[0] === 't' || value[0] === 'T' ? 1 : 0;
    }
    insert(...values);
  }
}

/** SQL for a column's value as the table shall have it, from the staging table. */
export function stagedValue(staged: InferredColumn, column: InferredColumn, binding: Binding): string {
  const name = quoted(column.name);
  const text =
    binding === 'marked'
      ? `CASE typeof(${name}) WHEN 'text' THEN substr(${name}, 2) WHEN 'null' THEN NULL ELSE ${textAgain(staged)} END`
      : name;
  return column.type === 'boolean' && binding !== 'boolean' ? `lower(${text}) = 'true'` : text;
}
