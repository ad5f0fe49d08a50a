import { PipewrightError } from '../../host/error.ts';
import type { CsvFormat } from './csv-scanner.ts';
import { delimiterNames, detectDelimiter, splitBy, type Delimiter, type Split } from './detect-delimiter.ts';
import { headerOf, unclearHeader } from './detect-header.ts';
import { findTable, refuseLoneName } from './find-table.ts';
import { contentOf } from './sample-records.ts';

/** Characters of the start of a file from which its dialect is detected. */
export const dialectSample = 64 * 1024;

/** How a delimited file is written. */
export interface Dialect {
  delimiter: Delimiter;
  /** Whether the first row of the table contains the column names. */
  header: boolean;
  /** Line number of the first row of the table, from 1; the lines above it are skipped. */
  firstLine: number;
  /** Number of columns. */
  width: number;
}

/** What is known about a dialect in advance; the rest is detected. */
export interface DialectChoices extends CsvFormat {
  /** Whether lines above the table were skipped as the user chose, so that none are detected. */
  skipped: boolean;
  /** Prefix of comment lines. Default: none. */
  comment?: string | undefined;
}

/**
 * Detects the dialect of a delimited file from its start. Choices take precedence.
 * @param text start of the file without byte order mark, up to `dialectSample` characters
 * @param complete whether the text is the whole file
 * @param line line number of its start
 * @throws PipewrightError `invalid-file` for an ambiguous file, which names the candidates; or for a choice that the file
 * certainly contradicts
 */
export function detectDialect(text: string, complete: boolean, line: number, choices: DialectChoices): Dialect {
  const { delimiter: chosen, header: hasHeader, skipped, comment } = choices;
  const split = chosen
    ? splitBy(text, complete, chosen, line, comment)
    : detectDelimiter(text, complete, line, comment);
  if (chosen && split.width === 1) refuseDelimiter(text, complete, line, split, choices);
  const { delimiter, records, width } = split;
  const find = (): number => findTable(records, width, hasHeader !== false);
  const at = skipped ? (attempt(find) ?? 0) : find();
  const first = records[at];
  if (!first) return { delimiter, header: hasHeader ?? true, firstLine: line, width };
  if (skipped && at > 0 && hasHeader !== false) refuseTitle(split, at);
  const from = skipped ? 0 : at;
  const header = hasHeader ?? isHeader(split, from);
  if (header && hasHeader === undefined && width > 1) refuseLoneName(records.slice(from));
  return { delimiter, header, firstLine: records[from]?.line ?? line, width };
}

function isHeader({ records, width }: Split, at: number): boolean {
  const table = records.slice(at).filter(({ values }, index) => index === 0 || values.length === width);
  const [first] = table;
  const verdict = headerOf(table);
  if (verdict === 'unclear' && first) throw unclearHeader(first);
  return verdict === 'yes';
}

function refuseTitle({ records, width }: Split, at: number): void {
  const line = records[at]?.line ?? 1;
  throw new PipewrightError({
    code: 'invalid-file',
    message: `The first line, “${contentOf(records[0]?.values[0] ?? '').slice(0, 80)}”, looks like a title: the header with ${width} columns seems to be on line ${line}.`,
    hint: `Set Skip Rows to ${line - 1}, or leave it empty.`,
  });
}

/** Refuses a chosen delimiter that splits no line while another one splits all of them alike. */
function refuseDelimiter(
  text: string,
  complete: boolean,
  line: number,
  { delimiter }: Split,
  { comment }: DialectChoices,
): void {
  if (/^\s*"/.test(text)) return;
  const found = attempt(() => detectDelimiter(text, complete, line, comment));
  if (!found || found.width === 1 || found.consistency < 1) return;
  const values = found.records.find((record) => record.values.length === found.width)?.values ?? [];
  const shown = values.slice(0, 4).map((value) => `“${value.slice(0, 40)}”`);
  throw new PipewrightError({
    code: 'invalid-file',
    message: `With the delimiter ${delimiterNames[delimiter]}, the first line has one value; with ${delimiterNames[found.delimiter]}, every line has ${found.width} values: ${shown.join(', ')}${found.width > 4 ? ', …' : ''}.`,
    hint: `Set Delimiter to ${delimiterNames[found.delimiter]}, or to Detect.`,
  });
}

function attempt<T>(detect: () => T): T | undefined {
  try {
    return detect();
  } catch (error) {
    if (error instanceof PipewrightError) return undefined;
    throw error;
  }
}
