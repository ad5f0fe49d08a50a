/** A record at the start of a file, split but not validated. */
export interface SampleRecord {
  /** The values as written, with quotation marks. */
  values: string[];
  /** Line number of its start, from 1. */
  line: number;
  /** Whether a quotation mark is misplaced, so that the record is not valid CSV with this delimiter. */
  malformed: boolean;
}

/**
 * Splits the start of a file into records, as RFC 4180 defines them. Blank lines are omitted. A line above the table that
 * starts with `#` is a record of its own, because a quotation mark in a comment is never closed.
 * @param complete whether the text is the whole file, so that its last line is complete without a line end
 * @param line line number of the start of the text
 * @param comment prefix of lines to omit
 */
export function sampleRecords(
  text: string,
  delimiter: string,
  complete: boolean,
  line = 1,
  comment?: string,
): SampleRecord[] {
  const found: SampleRecord[] = [];
  let values: string[] = [];
  let malformed = false;
  let begin = line;
  let at = 0;
  let isAbove = true;
  while (at < text.length) {
    const start = at;
    if (values.length === 0) {
      if (comment !== undefined && text.startsWith(comment, at)) {
        at = text.indexOf('\n', at) + 1 || text.length;
        line += 1;
        begin = line;
        continue;
      }
      isAbove &&= text[at] === '#' || /^\s*\n/.test(text.slice(at, at + 100));
    }
    if (text[at] === '"' && !isAbove) {
      for (at = text.indexOf('"', at + 1); at >= 0 && text[at + 1] === '"'; at = text.indexOf('"', at + 2));
      at = at < 0 ? text.length : at + 1;
      if (at < text.length && !isEnd(text, at, delimiter)) malformed = true;
    }
    const quotedEnd = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n') {
      if (text[at] === '"') malformed = true;
      at += 1;
    }
    for (let end = text.indexOf('\n', start); end >= 0 && end < quotedEnd; end = text.indexOf('\n', end + 1)) line += 1;
    const isLast = text[at] !== delimiter;
    if (at >= text.length && !complete) break;
    const value = text.slice(start, at);
    values.push(isLast && value.endsWith('\r') ? value.slice(0, -1) : value);
    at += 1;
    // A delimiter at the end of the file is followed by an empty value.
    if (!isLast && at >= text.length) {
      if (!complete) break;
      values.push('');
    } else if (!isLast) continue;
    if (values.length > 1 || values[0]?.trim() !== '') found.push({ values, line: begin, malformed });
    values = [];
    malformed = false;
    line += 1;
    begin = line;
  }
  return found;
}

const isEnd = (text: string, at: number, delimiter: string): boolean =>
  text[at] === delimiter ||
  text[at] === '\n' ||
  (text[at] === '\r' && (text[at + 1] === '\n' || at + 1 === text.length));

/** The content of a value without its quotation marks and surrounding spaces. */
export function contentOf(value: string): string {
  return (
    value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1).replaceAll('""', '"') : value
  ).trim();
}
