import { PipewrightError } from '../../host/error.ts';
import { contentOf, type SampleRecord } from './sample-records.ts';
import { kindOfValue, type ValueKind } from './value-kind.ts';

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

/** Whether a text is a year, as one of several in a header. */
export const isSeriesYear = (text: string): boolean => /^(?:1[5-9]|20|21)\d\d$/.test(text);

/** Whether numbers are three or more rising years. */
export const areRisingYears = (numbers: readonly string[]): boolean =>
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
