import { PipewrightError } from '../../host/error.ts';
import { areRisingYears, hasNames, isSeriesYear } from './detect-header.ts';
import { contentOf, type SampleRecord } from './sample-records.ts';
import { kindOfValue } from './value-kind.ts';

/** Maximum records above a table. */
const maxTitleRecords = 20;

/** Words of a title above two columns. */
const minTitleWords = 4;

/** Share of the records that must have the width of the table. */
const minUniform = 0.8;

const isFilled = (value: string): boolean => contentOf(value) !== '';

/**
 * Whether a record is a comment, not a row that starts with `#`: it has another number of values, or spaces as in prose. A `#`
 * alone can be the name of a column with numbers.
 */
function isComment(record: SampleRecord, width: number): boolean {
  const { values } = record;
  if (values[0]?.startsWith('#') !== true) return false;
  if (width === 1) return /\s/.test(values.join(','));
  if (values.length !== width || values.some((value) => /^#?\s/.test(value))) return true;
  return values.some((value) => /^#+$/.test(value)) && !isNames(record);
}

/** Whether the values of a record can be column names: filled, unique, no numbers except rising years. */
function isNames({ values }: SampleRecord): boolean {
  const names = values.map(contentOf);
  const numbers = names.filter((name) => /^[-+]?[\d.,]+$/.test(name));
  return (
    !names.includes('') &&
    (numbers.length === 0 || (numbers.length < names.length && areRisingYears(numbers))) &&
    new Set(names.map((name) => name.toLowerCase())).size === names.length
  );
}

/**
 * Finds the first record of the table below a title, an empty row or comment lines.
 * @param hasHeader whether the table starts with column names: false if it certainly does not
 * @returns its index; 0 if nothing is certainly above the table
 */
export function findTable(records: readonly SampleRecord[], width: number, hasHeader: boolean): number {
  const first = records.findIndex((record) => !isComment(record, width));
  if (first < 0) return 0;
  const table = hasHeader ? belowTitle(records, first, width) : first;
  const last = records[table];
  if (!hasHeader || last?.values[0]?.startsWith('#') !== true) return table;
  // In `#id,name`, the header itself starts with the sign of a comment.
  const below = records.slice(table + 1).filter(({ values }) => values.length === width);
  const [next] = below;
  if (isNames(last) && (!next || !isNames(next))) return table;
  if (isNames(last) && hasNames(below)) return table + 1;
  throw unclearLine(last, 'a comment');
}

function belowTitle(records: readonly SampleRecord[], first: number, width: number): number {
  if (width < 2) return first;
  const rows = records.slice(first, first + maxTitleRecords + 1);
  const at = rows.findIndex((record) => record.values.length === width && isNames(record));
  if (at <= 0) return skipEmpty(records, first);
  const table = records.slice(first + at);
  const tableRows = table.filter(({ values }) => values.length === width);
  if (table.length < 2 || tableRows.length < table.length * minUniform) return first;
  const isAbove = (record: SampleRecord, index: number): boolean => {
    const { values, line } = record;
    const filled = values.filter(isFilled).length;
    if (isComment(record, width) || filled === 0) return true;
    const next = rows[index + 1];
    const [title = ''] = values;
    if (values.length === 1) return width > 2 || /\s/.test(title) || (next?.line ?? 0) > line + 1;
    if (values.length <= width / 2) return true;
    if (filled > 1 || !isFilled(title)) return false;
    const isSeparate = next?.values.every((value) => !isFilled(value)) === true;
    const isNamed = hasNames(tableRows);
    if (isTitle(contentOf(title), { width, isSeparate, isNamed })) return true;
    // A title, or a header with one name.
    if (next && isNames(next) && !isNamed) throw unclearLine(record, 'a title');
    return false;
  };
  return rows.slice(0, at).every(isAbove) ? first + at : skipEmpty(records, first);
}

/**
 * Whether a text alone in its row above possible names is certainly a title. Above two columns, the name of the first one could
 * be above a marker, so that it must have at least four words.
 * @param isSeparate whether an empty row is below it
 * @param isNamed whether a column has only numbers, dates or the like below the possible names
 */
export function isTitle(
  text: string,
  { width, isSeparate, isNamed }: { width: number; isSeparate: boolean; isNamed: boolean },
): boolean {
  if (width > 2) return isSeparate || (isNamed && /\s/.test(text));
  return (isSeparate || isNamed) && text.trim().split(/\s+/).length >= minTitleWords;
}

/** The first record with a value. */
function skipEmpty(records: readonly SampleRecord[], first: number): number {
  const found = records.findIndex(({ values }, index) => index >= first && values.some(isFilled));
  return found < 0 || found > first + maxTitleRecords ? first : found;
}
/**
 * Refuses a header that may be a title: one that names few of the columns, or one with a single name above a line of several
 * possible names, which is the fullest of the next ones.
 * @throws PipewrightError `invalid-file`
 */
export function refuseLoneName([first, ...rows]: readonly SampleRecord[]): void {
  if (!first) return;
  const names = fullestNames(rows);
  const count = countFilled(first);
  const isAbove = count === 1 && isFilled(first.values[0] ?? '') && names !== undefined && countFilled(names) > 1;
  if (!hasFewNames([first, ...rows]) && !isAbove) return;
  throw unclearLine(first, 'a title', names && countFilled(names) > count ? names.line - 1 : first.line);
}

const countFilled = ({ values }: SampleRecord): number => values.filter(isFilled).length;

/** The record below a title that probably has the column names: the fullest of the next ones, if it may have names. */
export function fullestNames(rows: readonly SampleRecord[]): SampleRecord | undefined {
  const next = rows.slice(0, maxTitleRecords);
  const most = Math.max(...next.map(countFilled));
  const at = next.findIndex((record) => countFilled(record) === most);
  const names = next[at];
  return names && mayBeNames(names, rows.slice(at + 1)) ? names : undefined;
}

/**
 * Whether the first record names less than half of the columns with values, or of two columns only the first: the names of an
 * index are often missing, but hardly those of the values.
 */
export function hasFewNames([first, ...rows]: readonly SampleRecord[]): boolean {
  const width = Math.max(0, ...rows.map(({ values }) => values.length));
  const columns = Array.from({ length: width }, (_value, column) => column).filter((column) =>
    rows.some(({ values }) => isFilled(values[column] ?? '')),
  );
  const named = columns.filter((column) => isFilled(first?.values[column] ?? ''));
  if (columns.length === 2) return named.length === 1 && named[0] === columns[0];
  return named.length * 2 < columns.length;
}

/** Whether the values of a row may be column names: different texts, and years that are not above other years. */
export function mayBeNames({ values }: SampleRecord, rows: readonly SampleRecord[]): boolean {
  const names = values.map(contentOf);
  const filled = names.filter((name) => name !== '');
  const years = names.flatMap((name, column) => (isSeriesYear(name) ? [column] : []));
  const texts = filled.filter((name) => kindOfValue(name) === 'text');
  if (texts.length === 0 || texts.length + years.length < filled.length) return false;
  const hasYears = rows.some((row) => years.some((column) => isSeriesYear(contentOf(row.values[column] ?? ''))));
  return !(years.length > 0 && hasYears) && new Set(filled.map((name) => name.toLowerCase())).size === filled.length;
}

/** @param skip number of lines to skip if the line has no names. Default: the line itself */
function unclearLine({ values, line }: SampleRecord, what: string, skip = line): PipewrightError {
  const reason = skip > line ? `if the column names are in line ${skip + 1}` : 'to skip the line';
  return new PipewrightError({
    code: 'invalid-file',
    message: `Line ${line} could be ${what} or contain column names: “${values.join(' ').trim().slice(0, 80)}”.`,
    hint: `Set Skip Rows to ${skip} ${reason}. To keep it, set Skip Rows to ${line - 1} and Has Header Row to Yes.`,
  });
}
