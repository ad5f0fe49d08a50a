import { PipewrightError } from '../../host/error.ts';
import { contentOf, type SampleRecord } from './sample-records.ts';
import { kindOfValue, type ValueKind } from './value-kind.ts';

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
 * Whether the first record of a table contains column names: `yes` if a column has only numbers, dates or the like except
 * there, or if all values can only be names; `no` if it looks like the rows below; `unclear` for a number that could be
 * a name, such as a year, for a marker such as `n/a`, and for a single line that could be values.
 */
export function headerOf(records: readonly SampleRecord[]): HeaderVerdict {
  const verdict = verdictOn(records);
  const hasMarker = records[0]?.values.map(contentOf).some((name) => name !== '' && kindOfValue(name) === 'empty');
  return verdict === 'yes' && hasMarker && countNames(records) < 2 ? 'unclear' : verdict;
}

type HeaderVerdict = 'yes' | 'no' | 'unclear';

function verdictOn([first, ...rows]: readonly SampleRecord[]): HeaderVerdict {
  if (!first) return 'yes';
  const names = first.values.map(contentOf);
  const kinds = names.map((_name, column) => kindOfColumn(rows, column));
  if (rows.length === 0) return names.every((name) => isNameLike(name, names)) ? 'yes' : 'unclear';
  if (areSeries(names, rows)) return 'yes';
  const alike = names.filter((name, column) => {
    const kind = kinds[column];
    return kind !== undefined && kind !== 'text' && kind !== 'empty' && kindOfValue(name) === kind;
  });
  if (hasNames([first, ...rows]))
    // A text above numbers can also be a marker such as “pending” in the first row of values.
    return alike.every(isYear) || isRun(alike) ? 'yes' : 'unclear';
  const isMixed = (name: string, column: number): boolean =>
    kinds[column] === undefined &&
    !['text', 'empty'].includes(kindOfValue(name)) &&
    rows.some(({ values }) => kindOfValue(contentOf(values[column] ?? '')) === kindOfValue(name));
  if (alike.length === 0)
    return names.some(isMixed) || hasValues(names, kinds) || isRepeated(names, rows) ? 'unclear' : 'yes';
  if (alike.some((name) => !/^\d{1,4}$/.test(name))) return 'no';
  const hasRun = rows.some(({ values }) => isRun(values.map(contentOf).filter((value) => /^\d{1,4}$/.test(value))));
  const years = names.flatMap((name, column) => (isYear(name) ? [column] : []));
  const hasYears = rows.every(({ values }) => years.every((column) => isYear(contentOf(values[column] ?? ''))));
  if (isRun(alike) && !hasRun) return isLongRun(alike) || (alike.every(isYear) && !hasYears) ? 'yes' : 'unclear';
  if (alike.every(isYear) && years.every((column) => isOutlier(rows, column))) return 'yes';
  return alike.some(isYear) || isRising(alike) ? 'unclear' : 'no';
}

/** Numbers and dates without a word, unlike names such as `ISO 3166`, `JAN 2024` or `Week 1 2024`. */
const wordless = /^[-+]?[$€£¥]?\s?\d[\d.,'’\s\u00a0\u202f/:-]*\s?[%$€£¥]?$/;

/** Whether a value can be a name in any row of names: a text, nothing, “No”, or a year beside a text. */
function isNameLike(name: string, names: readonly string[]): boolean {
  if (['text', 'empty'].includes(kindOfValue(name)) || /^no$/i.test(name)) return true;
  return isSeriesYear(name) && names.some((other) => kindOfValue(other) === 'text');
}

/**
 * Whether numbers or dates above texts are rather values than names. Beside a text, several of one kind are a series, such as the
 * days of a list of attendance.
 */
function hasValues(names: readonly string[], kinds: readonly (ValueKind | undefined)[]): boolean {
  const found = names.filter(
    (name, column) => kinds[column] === 'text' && wordless.test(name) && !isNameLike(name, names),
  );
  const isSeries =
    found.length > 1 && new Set(found.map(kindOfValue)).size === 1 && new Set(found).size === found.length;
  return found.length > 0 && !(isSeries && names.some((name) => kindOfValue(name) === 'text'));
}

/**
 * Whether the numbers of a row are names, because they are a series that no row below has: three or more rising years above
 * values that are no years, or a long run such as the hours 0 to 23.
 */
function areSeries(names: readonly string[], rows: readonly SampleRecord[]): boolean {
  const columns = names.flatMap((name, column) => (kindOfValue(name) === 'number' ? [column] : []));
  const valuesOf = (values: readonly string[]): string[] => columns.map((column) => contentOf(values[column] ?? ''));
  const series = valuesOf(names);
  const below = rows.map(({ values }) => valuesOf(values));
  if (isRun(series) && isLongRun(series)) return !below.some(isRun);
  if (!areRisingYears(series) || below.some((values) => values.every(isSeriesYear))) return false;
  const filled = below.flat().filter((value) => kindOfValue(value) !== 'empty');
  const years = filled.filter(isSeriesYear);
  return filled.length > 0 && years.length <= filled.length * maxYears;
}

const isSeriesYear = (text: string): boolean => /^(?:1[5-9]|20|21)\d\d$/.test(text);

const areRisingYears = (numbers: readonly string[]): boolean =>
  numbers.length > 2 && numbers.every(isSeriesYear) && isRising(numbers);

/** Share of the values below years that may look like years. */
const maxYears = 0.1;

/**
 * Whether most texts occur again in their columns, as values do, and not because the whole line is repeated, as headers of
 * joined files are. A single column does not show the difference.
 */
function isRepeated(names: readonly string[], rows: readonly SampleRecord[]): boolean {
  const isOther = ({ values }: SampleRecord): boolean =>
    names.length === 1 || names.some((name, column) => contentOf(values[column] ?? '') !== name);
  const others = rows.filter(isOther);
  const filled = names.flatMap((name, column) => (name === '' ? [] : [{ name, column }]));
  const repeated = filled.filter(({ name, column }) =>
    others.some(({ values }) => contentOf(values[column] ?? '') === name),
  );
  return filled.length > 0 && repeated.length > filled.length / 2;
}

const isYear = (text: string): boolean => /^(?:1[89]|20|21)\d\d$/.test(text);

/** Whether a year is a name above at least five values: all are much smaller, and some have decimals. */
function isOutlier(rows: readonly SampleRecord[], column: number): boolean {
  const values = rows.map((row) => contentOf(row.values[column] ?? '').replace(',', '.'));
  return (
    values.length > 4 && values.some((value) => value.includes('.')) && values.every((value) => !(Number(value) > 300))
  );
}

/** Whether a column has only numbers, dates or the like except in the first record. */
export const hasNames = (records: readonly SampleRecord[]): boolean => countNames(records) > 0;

/** The columns that have only numbers, dates or the like except in the first record. */
function countNames([first, ...rows]: readonly SampleRecord[]): number {
  const isName = (value: string, column: number): boolean => {
    const kind = kindOfColumn(rows, column);
    return kind !== undefined && kind !== 'text' && kindOfValue(contentOf(value)) === 'text';
  };
  return first?.values.filter(isName).length ?? 0;
}

/** The kind of all values of a column; undefined if they differ or there are none. */
function kindOfColumn(rows: readonly SampleRecord[], column: number): ValueKind | undefined {
  let kind: ValueKind | undefined;
  for (const { values } of rows) {
    const next = kindOfValue(contentOf(values[column] ?? ''));
    if (next === 'empty') continue;
    if (kind !== undefined && next !== kind) return undefined;
    kind = next;
  }
  return kind;
}

/** Whether numbers rise by one, at least twice, as years do. */
function isRun(numbers: readonly string[]): boolean {
  return (
    numbers.length > 2 && numbers.every((text, index) => index === 0 || Number(text) - Number(numbers[index - 1]) === 1)
  );
}

/** Whether a run is too long for a coincidence, such as the hours 0 to 23. */
const isLongRun = (numbers: readonly string[]): boolean =>
  numbers.length > 5 && (numbers[0] === '0' || numbers[0] === '1');

function isRising(numbers: readonly string[]): boolean {
  return numbers.length > 1 && numbers.every((text, index) => index === 0 || Number(text) > Number(numbers[index - 1]));
}

/** The error of a first row that could be names or values. @param unit how rows are numbered */
export function unclearHeader({ values, line }: SampleRecord, unit: 'Line' | 'Row' = 'Line'): PipewrightError {
  const shown = values.slice(0, 4).map((value) => `“${contentOf(value).slice(0, 40)}”`);
  return new PipewrightError({
    code: 'invalid-file',
    message: `${unit} ${line} could contain column names or values: ${shown.join(', ')}${values.length > 4 ? ', …' : ''}.`,
    hint: 'Set Has Header Row to Yes or No.',
  });
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
