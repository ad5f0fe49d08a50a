import { PipewrightError } from '../../host/error.ts';

const delimiterNames = { ',': 'Comma', ';': 'Semicolon', '\t': 'Tab', '|': 'Pipe' } as const;

/** Records to inspect. */
const maxRecords = 50;

/** Maximum lines of a title above a table. */
const maxTitleLines = 20;

/** The first records of a text, split by a delimiter, and their line numbers, from 1. Empty lines are omitted. */
export interface Records {
  records: string[][];
  lines: number[];
}

/**
 * Splits the start of a file into records and values without validating them.
 * @param complete whether the last line is complete without a line end. Default: true
 */
export function recordsOf(text: string, delimiter: string, complete = true): Records {
  const found: Records = { records: [], lines: [] };
  let record: string[] = [];
  let from = 0;
  let quoted = false;
  let line = 1;
  let begin = 1;
  for (let at = 0; at <= text.length && found.records.length < maxRecords; at += 1) {
    const letter = text[at];
    if (letter === '"' && (quoted || at === from || text[at - 1] === '"')) quoted = !quoted;
    else if (quoted && letter !== undefined) {
      if (letter === '\n') line += 1;
    } else if (letter === delimiter) {
      record.push(text.slice(from, at));
      from = at + 1;
    } else if (letter === '\n' || (letter === undefined && complete)) {
      record.push(text.slice(from, at).replace(/\r$/, ''));
      if (record.length > 1 || record[0]?.trim() !== '') {
        found.records.push(record);
        found.lines.push(begin);
      }
      record = [];
      from = at + 1;
      line += 1;
      begin = line;
    }
  }
  return found;
}

const isFilled = (value: string): boolean => value.replaceAll('"', '').trim() !== '';
const isNumber = (value: string): boolean => /^[-+]?[\d.,]+$/.test(value.trim());
const widthOf = (records: readonly string[][]): number =>
  records[0] && records.every((record) => record.length === records[0]?.length) ? records[0].length : 0;

/**
 * Refuses a file whose first lines show that Delimiter or Skip Rows is set incorrectly: a header and rows in one column
 * that another delimiter splits into equally many values, or a title above the header. Only unambiguous evidence counts.
 * @param text start of the file, from the line that should be the header
 * @param skipped number of lines before it
 * @throws PipewrightError `invalid-file` that names the delimiter to use or the number of lines to skip
 */
export function checkLayout(
  text: string,
  complete: boolean,
  delimiter: string,
  hasHeader: boolean,
  skipped: number,
): void {
  if (!text.includes('\n') && text.includes('\r') && (complete || text.length > 1_000) && /\r[^\r]/.test(text)) {
    throw new PipewrightError({
      code: 'invalid-file',
      message: 'The lines of the file end in carriage returns (CR) only.',
      hint: 'Save the file with LF or CRLF line endings.',
    });
  }
  const own = recordsOf(text, delimiter, complete);
  if (own.records.length === 0) return;
  if (own.records[0]?.length === 1) checkDelimiter(text, complete, delimiter, hasHeader);
  if (hasHeader) checkTitle(own, skipped);
}

function checkDelimiter(text: string, complete: boolean, delimiter: string, hasHeader: boolean): void {
  if (/^\s*"/.test(text)) return;
  for (const [other, name] of Object.entries(delimiterNames)) {
    if (other === delimiter) continue;
    const { records } = recordsOf(text, other, complete);
    const [header = []] = records;
    const width = widthOf(records);
    if (
      width < 2 ||
      !isPlausibleSplit(header, width, other, hasHeader) ||
      (records.length === 1 && !(other === '\t' || width > 2))
    )
      continue;
    throw new PipewrightError({
      code: 'invalid-file',
      message: `With the delimiter ${delimiterNames[delimiter as keyof typeof delimiterNames]}, the first line has one value; with ${name}, every line has ${width} values: ${header
        .slice(0, 4)
        .map((value) => `“${value.slice(0, 40)}”`)
        .join(', ')}${width > 4 ? ', …' : ''}.`,
      hint: `Set Delimiter to ${name}.`,
    });
  }
}

/** Whether the first line looks split by a delimiter, not by the punctuation of a sentence or a decimal comma. */
function isPlausibleSplit(first: readonly string[], width: number, delimiter: string, hasHeader: boolean): boolean {
  const tight = first.every((value) => value === value.trim());
  if (delimiter === ',') return hasHeader && tight && first.every((value) => isFilled(value) && !isNumber(value));
  return delimiter === '\t' || tight || width > 2;
}

function checkTitle({ records, lines }: Records, skipped: number): void {
  const [title = [], ...others] = records;
  const filled = title.filter(isFilled).length;
  if (title.length > 1 && (filled !== 1 || !isFilled(title[0] ?? ''))) return;
  const width = Math.max(...others.slice(0, maxTitleLines).map((record) => record.length), 0);
  const at = records.findIndex(
    (record, index) =>
      index > 0 &&
      record.length === width &&
      record.every((value) => isFilled(value) && !isNumber(value)) &&
      new Set(record).size === width,
  );
  if (at < 0 || width < 2 || at > maxTitleLines) return;
  const table = records.slice(at);
  if (table.length < 2 || widthOf(table) !== width) return;
  const isAlone =
    title.length === 1 ||
    (title.length > 2 &&
      (others[0]?.every((value) => !isFilled(value)) === true ||
        (/\s/.test(title[0]?.trim() ?? '') && hasNumbersBelow(table))));
  if (!isAlone) return;
  const skip = skipped + (lines[at] ?? 1) - 1;
  throw new PipewrightError({
    code: 'invalid-file',
    message: `The first line, “${(title[0] ?? '').trim().slice(0, 80)}”, looks like a title: the header with ${width} columns seems to be on line ${skip + 1}.`,
    hint: `Set Skip Rows to ${skip}.`,
  });
}

/** Whether a column contains numbers or dates in every row except the first, as below a header. */
function hasNumbersBelow([header = [], ...rows]: readonly string[][]): boolean {
  return header.some(
    (_name, column) => rows.every((row) => /\d/.test(row[column] ?? '')) && !/\d/.test(header[column] ?? ''),
  );
}
