import { PipewrightError } from '../../host/error.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { contentOf, sampleRecords, type SampleRecord } from './sample-records.ts';
import { kindOfValue } from './value-kind.ts';

/** A supported delimiter. */
export type Delimiter = NonNullable<CsvFormat['delimiter']>;

/** The supported delimiters with their labels. */
export const delimiterNames: Readonly<Record<Delimiter, string>> = {
  ',': 'Comma',
  ';': 'Semicolon',
  '\t': 'Tab',
  '|': 'Pipe',
};

/** All supported delimiters. */
export const delimiters = Object.keys(delimiterNames) as Delimiter[];

/** How a delimiter splits the start of a file. */
export interface Split {
  delimiter: Delimiter;
  records: readonly SampleRecord[];
  /** Number of columns: the most frequent number of values above one; 1 if no record has more. */
  width: number;
  /** Share of the records that have this number of values. */
  consistency: number;
}

/** Detectors that differ by no more than this are equally good. */
const tolerance = 0.05;

/** Share of the records with one number of values from which a table is certain. */
const minConsistency = 0.5;

/** Share of values without another delimiter below which a split is not certain. */
const minClean = 0.7;

const isComment = ({ values }: SampleRecord): boolean => values[0]?.startsWith('#') === true;

/**
 * Splits the start of a file by a delimiter. Lines that start with `#` do not count, unless all do.
 * @param ignored prefix of lines to ignore
 */
export function splitBy(text: string, complete: boolean, delimiter: Delimiter, line: number, ignored?: string): Split {
  const records = sampleRecords(text, delimiter, complete, line, ignored);
  const rows = records.some((record) => !isComment(record)) ? records.filter((record) => !isComment(record)) : records;
  const counts = new Map<number, number>();
  for (const { values } of rows) counts.set(values.length, (counts.get(values.length) ?? 0) + 1);
  const [width = 1] =
    [...counts].filter(([count]) => count > 1).sort((one, other) => other[1] - one[1] || other[0] - one[0])[0] ?? [];
  const fitting = rows.filter(({ values, malformed }) => values.length === width && !malformed).length;
  return { delimiter, records, width, consistency: rows.length === 0 ? 0 : fitting / rows.length };
}

/**
 * Detects the delimiter: the one that splits the records most consistently into the same number of values. Where two are
 * equally consistent, the one whose values contain no other delimiter.
 * @param text start of the file, from the first line of the table or its title
 * @throws PipewrightError `invalid-file` that names the candidates of an ambiguous file
 */
export function detectDelimiter(text: string, complete: boolean, line: number, ignored?: string): Split {
  const splits = delimiters
    .filter((delimiter) => text.trim().includes(delimiter))
    .map((delimiter) => splitBy(text, complete, delimiter, line, ignored))
    .filter(({ width }) => width > 1);
  const best = Math.max(...splits.map(({ consistency }) => consistency));
  const rivals = splits.filter(({ consistency }) => consistency >= best - tolerance);
  const chosen = rivals.length > 1 ? cleanest(rivals) : rivals[0];
  const alone = oneColumn(text, complete, line, ignored);
  if (!chosen) return alone ?? splitBy(text, complete, ',', line, ignored);
  const verdict = verdictOn(chosen);
  if (verdict === 'table') return chosen;
  if (verdict === 'one column' && alone) return alone;
  throw ambiguousDelimiter([chosen], true);
}

function cleanest(rivals: readonly Split[]): Split {
  const ranked = rivals
    .map((split) => ({ split, clean: cleanShare(split, rivals) }))
    .sort((one, other) => other.clean - one.clean || other.split.width - one.split.width);
  const [first, second] = ranked;
  if (!first || !second) throw new TypeError('There is no choice.');
  const isWider = first.split.width >= second.split.width * 2;
  if (first.clean >= minClean && (first.clean > second.clean + tolerance || isWider)) return first.split;
  throw ambiguousDelimiter(rivals, false);
}

/** Share of the values that contain no other candidate, except as part of a number or before a space. */
function cleanShare({ delimiter, records, width }: Split, rivals: readonly Split[]): number {
  const others = rivals.map((split) => split.delimiter).filter((other) => other !== delimiter);
  let clean = 0;
  let all = 0;
  for (const { values } of records.filter((record) => record.values.length === width).slice(0, 500)) {
    for (const value of values) {
      all += 1;
      const isClean =
        value.startsWith('"') ||
        !others.some((other) => value.includes(other) && !value.endsWith(other) && !value.includes(`${other} `)) ||
        kindOfValue(contentOf(value)) === 'number';
      if (isClean) clean += 1;
    }
  }
  return all === 0 ? 0 : clean / all;
}

/** Whether the delimiter makes columns, is part of the values of a single column, or could be either. */
function verdictOn({ delimiter, records, width, consistency }: Split): 'table' | 'one column' | 'ambiguous' {
  const rows = records.filter((record) => !isComment(record));
  const split = rows.filter(({ values }) => values.length > 1);
  const isLoose = split.every(({ values }) => values.slice(1).every((value) => /^\s/.test(value)));
  const first = rows[0]?.values ?? [];
  if (rows.length === 1)
    return delimiter === ',' || delimiter === '\t' || width > 2 || !isLoose ? 'table' : 'ambiguous';
  if (first.length > 1) {
    if (delimiter === ',' && mayBeOneNumber(rows, rows.length < records.length)) return 'ambiguous';
    if (consistency < minConsistency)
      return split.length >= rows.length * 0.9 && first.length === width ? 'table' : 'ambiguous';
    const isProse = isLoose && delimiter !== ',' && delimiter !== '\t' && width === 2 && !hasKinds(split);
    return isProse ? 'ambiguous' : 'table';
  }
  const isNumber = (values: readonly string[]): boolean => kindOfValue(values.join(delimiter).trim()) === 'number';
  if (delimiter === ',' && width === 2 && split.every(({ values }) => isNumber(values))) return 'one column';
  if (isLoose || consistency < minConsistency) return 'one column';
  return width > 2 || /\s/.test(first[0] ?? '') || (rows[1]?.line ?? 0) > (rows[0]?.line ?? 0) + 1
    ? 'table'
    : 'ambiguous';
}

/** A number with digit groups, unlike two or more numbers of any size: `55,167.86`. */
const groupedNumber = /^[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;

/**
 * Whether rows of numbers without a header may be one column with digit groups, as `55,167.86`, or with decimal commas, as
 * `6 394,05`. Signs of decimals are digit groups, zeros at the start of the second number, and two digits in each second number.
 * @param isNamed whether a line that starts with `#` may be the name of one column
 */
function mayBeOneNumber(rows: readonly SampleRecord[], isNamed: boolean): boolean {
  if (rows.every(({ values }) => groupedNumber.test(values.join(',')))) return true;
  const pairs = rows.map(({ values: [whole = '', fraction = ''] }) => ({ whole, fraction }));
  const isPair = ({ values }: SampleRecord): boolean =>
    values.length === 2 && /^\d+$/.test(values[1] ?? '') && kindOfValue(values.join(',')) === 'number';
  if (!rows.every(isPair)) return false;
  return (
    isNamed ||
    pairs.some(({ whole, fraction }) => /\d\D\d/.test(whole) || /^0\d/.test(fraction)) ||
    pairs.every(({ fraction }) => fraction.length === 2)
  );
}

/** Whether a column has numbers, dates and so on below the first record. */
function hasKinds([, ...rows]: readonly SampleRecord[]): boolean {
  const width = rows[0]?.values.length ?? 0;
  return Array.from({ length: width }, (_value, column) =>
    rows.every(({ values }) => kindOfValue(contentOf(values[column] ?? '')) !== 'text'),
  ).includes(true);
}

/** The file as one column, with a delimiter that does not occur in it. */
function oneColumn(text: string, complete: boolean, line: number, ignored?: string): Split | undefined {
  const absent = delimiters.find((delimiter) => !text.includes(delimiter));
  return absent && splitBy(text, complete, absent, line, ignored);
}

function ambiguousDelimiter(splits: readonly Split[], orNone: boolean): PipewrightError {
  const candidates = [
    ...splits.map(({ delimiter, width }) => `${delimiterNames[delimiter]} (${width} columns)`),
    ...(orNone ? ['none (one column)'] : []),
  ];
  return new PipewrightError({
    code: 'invalid-file',
    message: `The delimiter cannot be detected with certainty. Candidates: ${candidates.join(', ')}.`,
    hint: `Set Delimiter.${orNone ? ' For a file with one column, choose a delimiter that does not occur in it.' : ''}`,
  });
}
