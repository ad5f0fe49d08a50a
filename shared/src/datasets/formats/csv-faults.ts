import { PipewrightError } from '../../host/error.ts';
import { valueKind } from './csv-block.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const equals = 0x3d;

/** The error of invalid CSV. */
export function badCsv(line: number, reason: string, hint = 'Correct the file, or check Delimiter.'): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `The file is not valid CSV. Line ${line}: ${reason}.`,
    hint,
  });
}

/** The error of a zero byte. */
export function zeroByte(line: number): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: `Line ${line} contains a zero byte: the file is not text, or not UTF-8.`,
    hint: 'Check Encoding, or save the file as CSV in UTF-8.',
  });
}

/** Describes a misplaced quotation mark, or text after a closing one. */
export function misplacedQuote(bytes: Uint8Array, start: number, kind: number): string {
  if ((kind & valueKind.quoted) !== 0) return 'has text after a closing quotation mark';
  if (bytes[start] === equals && bytes[start + 1] === quote)
    return 'uses the Excel formula notation ="…", which is not valid CSV; export the plain values';
  return 'has a quotation mark inside an unquoted value';
}

/** One line of a multi-line row, ignoring quotation marks. */
interface LineWithin {
  /** Number of values. */
  values: number;
  /** A letter for each value: `n` for a number or date, `t` for other text, `-` for an empty value. */
  kinds: string;
  /** Whether a space follows a delimiter, as after a comma in prose. */
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
 * Counts the lines of a multi-line row, after the first, that have one value per column when quotation marks are ignored:
 * they are probably rows of their own, joined by a stray quotation mark.
 * @param begin start of the row; `end` is its end
 */
export function countRowsWithin(bytes: Buffer, begin: number, end: number, delimiter: number, width: number): number {
  return linesWithin(bytes, begin, end, delimiter)
    .slice(1)
    .filter(({ values }) => values === width).length;
}

/** Whether each line has one value per column when quotation marks are ignored. */
function areLinesOf(width: number, bytes: Buffer, begin: number, end: number, delimiter: number): boolean {
  let values = 1;
  for (let at = begin; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === delimiter) values += 1;
    else if (byte === lineFeed) {
      if (values !== width) return false;
      values = 1;
    }
  }
  return values === width;
}

/**
 * Whether each line of a multi-line row is probably a row of its own, joined by a stray quotation mark: each has one value
 * per column, and numbers are in the same columns. Three lines of values separated by tabs or pipes need no numbers.
 */
export function isSwallowed(bytes: Buffer, begin: number, end: number, delimiter: number, width: number): boolean {
  if (width < 2 || !areLinesOf(width, bytes, begin, end, delimiter)) return false;
  const lines = linesWithin(bytes, begin, end, delimiter);
  if (lines.length > 2 && width > 2 && (delimiter === 0x09 || delimiter === 0x7c)) return true;
  if (lines.some(({ isProse }) => isProse)) return false;
  const columns = Array.from({ length: width }, (_value, column) => new Set(lines.map(({ kinds }) => kinds[column])));
  return (
    columns.some((kinds) => kinds.size === 1 && kinds.has('n')) &&
    columns.every((kinds) => !kinds.has('n') || !kinds.has('t'))
  );
}
