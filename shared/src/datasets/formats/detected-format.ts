/** What was detected in a dataset. A property without a value is unknown or does not apply. */
export interface DetectedFormat {
  /** Such as `CSV`, `JSON Lines` or `Excel`. */
  format: string;
  /** Name of the worksheet. */
  sheet?: string;
  /** Such as `UTF-8`. */
  encoding?: string;
  /** Such as `Semicolon`; `None` for a file with one column. */
  delimiter?: string;
  /** Line of a text or row of a worksheet with the column names, from 1; 0 if the first row has values. */
  headerLine?: number;
  /** Columns whose values were converted, with how they are written in the file: `{ "paid": "1.234,56" }`. */
  values?: Readonly<Record<string, string>>;
}

/** Describes what was detected in plain words, as sentences. */
export function describeDetected({
  format,
  sheet,
  encoding,
  delimiter,
  headerLine,
  values = {},
}: DetectedFormat): string {
  const separated =
    delimiter === undefined
      ? ''
      : delimiter === 'None'
        ? ', with one column'
        : `, delimited by ${delimiter.toLowerCase()}`;
  const names =
    headerLine === undefined
      ? ''
      : headerLine === 0
        ? ' It has no header row, so the columns are numbered.'
        : ` ${sheet === undefined ? 'Line' : 'Row'} ${headerLine} contains the column names${headerLine > 1 ? `; the ${sheet === undefined ? 'lines' : 'rows'} above it are skipped` : ''}.`;
  const converted = Object.entries(values).map(([name, written]) => ` Values of “${name}” are read as ${written}.`);
  if (sheet !== undefined)
    return `The file is an Excel workbook; the rows are in the sheet “${sheet}”.${names}${converted.join('')}`;
  return `The file is ${format}${encoding === undefined ? '' : ` in ${encoding}`}${separated}.${names}${converted.join('')}`;
}
