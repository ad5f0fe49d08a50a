import { PipewrightError } from '../../host/error.ts';
import { valueKind } from './csv-block.ts';

const quote = 0x22;
const equals = 0x3d;

/** The error of a file that is no CSV from a line on. */
export function badCsv(
  line: number,
  reason: string,
  hint = 'Correct the file, or choose its delimiter under Delimiter.',
): PipewrightError {
  return new PipewrightError({
    code: 'bad-csv',
    message: `The file is not valid CSV: at line ${line}, ${reason}.`,
    hint,
  });
}

/** The error of a zero byte. */
export function zeroByte(line: number): PipewrightError {
  return new PipewrightError({
    code: 'bad-csv',
    message: `Line ${line} holds a zero byte: the file is not text, or not in UTF-8.`,
    hint: 'Choose the file’s encoding under Encoding, or save the file as CSV in UTF-8.',
  });
}

/** What is wrong with a quotation mark at a place where none may be, or with what follows one. */
export function misplacedQuote(bytes: Uint8Array, start: number, kind: number): string {
  if ((kind & valueKind.quoted) !== 0) return 'has text after a closing quotation mark';
  if (bytes[start] === equals && bytes[start + 1] === quote)
    return 'uses Excel’s formula notation (="…") for text, which is not CSV; export the values without it';
  return 'has a quotation mark inside a value that does not begin with one';
}

/** How a line of a row that spans several looks when quotation marks are left aside. */
interface LineWithin {
  /** Values that the delimiter cuts. */
  values: number;
  /** A letter for each value: `n` for a number or a date, `t` for other text, `-` for nothing. */
  kinds: string;
  /** Whether white space follows a delimiter, as behind a comma of prose. */
  isProse: boolean;
}

function kindOf(text: string): string {
  const value = text.replaceAll('"', '').trim();
  if (value === '') return '-';
  return /^[-+]?\d[\d.,:/TZ -]*$/.test(value) ? 'n' : 't';
}

function linesWithin(bytes: Buffer, begin: number, end: number, delimiter: number): LineWithin[] {
  const lines = bytes.toString('latin1', begin, end).split('\n');
  return lines.map((line) => {
    const values = line.split(String.fromCharCode(delimiter));
    return {
      values: values.length,
      kinds: values.map(kindOf).join(''),
      isProse: values.slice(1).some((value) => value.startsWith(' ')),
    };
  });
}

/**
 * Counts the lines after the first of a row that have as many values as the table has columns, quotation marks left aside: they are likely
 * rows that a stray quotation mark swallowed.
 * @param begin where the row begins, `end` where it ends
 */
export function countRowsWithin(bytes: Buffer, begin: number, end: number, delimiter: number, width: number): number {
  return linesWithin(bytes, begin, end, delimiter)
    .slice(1)
    .filter(({ values }) => values === width).length;
}

/**
 * Whether each line of a row that spans several is likely a row of its own, which a stray quotation mark swallowed: each has a value for every
 * column, and numbers are in the same columns. Text with tabs or bars hardly ever looks like a table on three lines, so that needs no numbers.
 */
export function isSwallowed(bytes: Buffer, begin: number, end: number, delimiter: number, width: number): boolean {
  if (width < 2) return false;
  const lines = linesWithin(bytes, begin, end, delimiter);
  if (lines.some(({ values }) => values !== width)) return false;
  if (lines.length > 2 && width > 2 && (delimiter === 0x09 || delimiter === 0x7c)) return true;
  if (lines.some(({ isProse }) => isProse)) return false;
  const columns = Array.from({ length: width }, (_value, column) => new Set(lines.map(({ kinds }) => kinds[column])));
  return (
    columns.some((kinds) => kinds.size === 1 && kinds.has('n')) &&
    columns.every((kinds) => !kinds.has('n') || !kinds.has('t'))
  );
}
