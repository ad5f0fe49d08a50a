import * as v from 'valibot';
import { validComment } from '../datasets/formats/csv-scanner.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { encodingNames, encodings } from '../datasets/bytes/encodings.ts';
import type { ReadOptions } from '../datasets/types/converted-rows.ts';
import type { OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { file, integer, option, text, type Field } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { fieldsOf, type DatasetSource } from './dataset-sources.ts';
import { excelFields, excelOptionsOf } from './excel-fields.ts';
import { jsonFields, jsonOptionsOf } from './json-fields.ts';

/** The delimiters of a CSV file, by the value of the field. */
export const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

const headers = { detect: undefined, yes: true, no: false } as const;

/** Input fields for the format of a dataset. */
export const formatFields = {
  format: v.optional(
    option(
      [
        { value: 'csv', label: 'CSV', description: 'Delimited text, including TSV' },
        {
          value: 'json-lines',
          label: 'JSON Lines',
          description: 'One JSON object per line, or a JSON array of objects',
        },
      ],
      {
        label: 'Format',
        help: 'Format of a text file, which can be compressed with ZIP, gzip, Zstandard or bzip2. Excel workbooks and Parquet files are recognized automatically.',
        advanced: true,
      },
    ),
    'csv',
  ),
  encoding: v.optional(
    option(
      encodings.filter((value) => value !== 'utf-8').map((value) => ({ value, label: encodingNames[value] })),
      {
        label: 'Encoding',
        help: 'Character encoding of the file. Excel often saves CSV files in Windows-1252.',
        advanced: true,
      },
    ),
    'auto',
  ),
  skipRows: v.optional(
    integer({
      label: 'Skip Rows',
      help: 'Number of lines to skip before the header row, such as a title; in Excel, empty rows count too. Leave empty to detect a title, comment lines that start with # and empty rows of a CSV file.',
      placeholder: '2',
      minimum: 0,
      maximum: 1_000,
      advanced: true,
    }),
  ),
  skipLastRows: v.optional(
    integer({
      label: 'Skip Last Rows',
      help: 'Number of lines to skip at the end of a CSV file, such as a row with totals. Blank lines do not count.',
      placeholder: '1',
      minimum: 0,
      maximum: 1_000,
      advanced: true,
    }),
    0,
  ),
  commentPrefix: v.optional(
    text({
      label: 'Comment Prefix',
      help: 'Lines of a CSV file that start with this text are skipped. Leave empty if the file has no comments between its rows.',
      placeholder: '#',
      advanced: true,
    }),
  ),
  header: v.optional(
    option(
      [
        {
          value: 'detect',
          label: 'Detect',
          description:
            'Read the column names from the first row, unless it contains numbers or dates like the rows below',
        },
        { value: 'yes', label: 'Yes', description: 'The first row contains the column names' },
        { value: 'no', label: 'No', description: 'Columns are named column_1, column_2 and so on' },
      ],
      {
        label: 'Has Header Row',
        help: 'Where the column names come from. What could be names or values is refused until you choose.',
        advanced: true,
      },
    ),
    'detect',
  ),
  delimiter: v.optional(
    option(
      [
        { value: 'detect', label: 'Detect', description: 'A file that could have several delimiters is refused' },
        { value: 'comma', label: 'Comma' },
        { value: 'semicolon', label: 'Semicolon' },
        { value: 'tab', label: 'Tab' },
        { value: 'pipe', label: 'Pipe' },
      ],
      {
        label: 'Delimiter',
        help: 'Character that separates values in a CSV file. A sep= line at the start of the file takes precedence.',
        advanced: true,
      },
    ),
    'detect',
  ),
  numberFormat: v.optional(
    option(
      [
        { value: 'detect', label: 'Detect', description: 'Per column, if all its values can be read in only one way' },
        { value: 'plain', label: 'Plain', description: 'Only numbers like 1234.56 are numbers' },
        { value: 'point', label: '1,234.56', description: 'Comma for thousands, decimal point' },
        { value: 'comma', label: '1.234,56', description: 'Point for thousands, decimal comma' },
        { value: 'space', label: '1 234,56', description: 'Space for thousands, decimal comma' },
        { value: 'apostrophe', label: '1’234.56', description: 'Apostrophe for thousands, decimal point' },
      ],
      {
        label: 'Number Format',
        help: 'How numbers are written in a CSV file, optionally with a currency or percent sign, which is removed.',
        advanced: true,
      },
    ),
    'detect',
  ),
  dateFormat: v.optional(
    option(
      [
        { value: 'detect', label: 'Detect', description: 'Per column, if all its values can be read in only one way' },
        { value: 'iso', label: 'ISO', description: 'Only dates like 2026-12-31 are dates' },
        { value: 'day-first', label: 'Day First', description: 'Dates like 31/12/2026, 31.12.2026 or 31-12-2026' },
        { value: 'month-first', label: 'Month First', description: 'Dates like 12/31/2026' },
        { value: 'pattern', label: 'Pattern', description: 'Dates that match Date Pattern' },
      ],
      { label: 'Date Format', help: 'How dates and times are written in a CSV file.', advanced: true },
    ),
    'detect',
  ),
  datePattern: v.optional(
    text({
      label: 'Date Pattern',
      help: 'How dates are written, with YYYY, MM, MMM (Jan), DD, HH, hh, mm, ss, S and A (AM or PM). M, D, H and h stand for one or two digits.',
      placeholder: 'DD-MMM-YYYY HH:mm',
      shownWhen: { field: 'dateFormat', is: ['pattern'] },
      requiredWhenShown: true,
      advanced: true,
    }),
  ),
  fileInZip: v.optional(
    text({
      label: 'File in ZIP',
      help: 'Name of the file to read from a ZIP with several files. Leave empty if the ZIP contains only one .csv, .tsv, .jsonl, .ndjson, .txt, .xlsx, .xlsm or .parquet file.',
      placeholder: 'claims.csv',
      advanced: true,
    }),
  ),
  ...jsonFields,
  ...excelFields,
};

/** The input fields for the source of a dataset that have fixed names; each download operation adds its own. */
export type SourceFields = {
  source: v.OptionalSchema<v.GenericSchema<string>, string>;
  file: v.GenericSchema<unknown>;
  url: v.GenericSchema<string | number | undefined, string | undefined>;
};

const onlyFile = 'File also accepts a URL.';

/**
 * Input fields for the source of a dataset: a file or a URL.
 * @param sources download operations that a dataset can also come from
 */
export function sourceFields(sources: readonly DatasetSource[]): SourceFields {
  const choices = [
    { value: 'file', label: 'Binary File', description: 'File from a previous step' },
    { value: 'url', label: 'URL', description: 'File on the web that requires no login' },
    ...sources.map(({ key, label }) => ({ value: key, label })),
  ];
  const fields: [string, Field][] = sources.flatMap((source) => Object.entries(fieldsOf(source)));
  return {
    source: v.optional(
      option(choices, {
        label: 'Source',
        help: 'Where to read the dataset from.',
        notOn: { zapier: onlyFile },
      }),
      'file',
    ),
    file: v.optional(
      file({
        label: 'File',
        help: {
          n8n: 'The CSV, JSON Lines, Excel (.xlsx or .xlsm) or Parquet file to read. It can be compressed with ZIP, gzip, Zstandard or bzip2.',
          zapier:
            'Map a file from a previous step, or enter the URL of a file that requires no login: CSV, JSON Lines, Excel (.xlsx or .xlsm) or Parquet, optionally compressed with ZIP, gzip, Zstandard or bzip2. Reading must finish within 25 seconds.',
        },
        shownWhen: { field: 'source', is: ['file'] },
        requiredWhenShown: true,
      }),
    ),
    url: v.optional(
      text({
        label: 'File URL',
        help: 'URL of a CSV, JSON Lines, Excel (.xlsx or .xlsm) or Parquet file that requires no login, such as a signed URL. It can be compressed with ZIP, gzip, Zstandard or bzip2. To read a file that requires a login, download it with a previous node, such as HTTP Request, and use Binary File.',
        placeholder: 'https://files.example.com/exports/claims.csv',
        shownWhen: { field: 'source', is: ['url'] },
        requiredWhenShown: true,
        notOn: { zapier: onlyFile },
      }),
    ),
    ...Object.fromEntries(fields),
  };
}

/** The format chosen by the user; the file name takes precedence if its extension implies one. */
export function formatOf(chosen: Values<typeof formatFields>, { name }: Pick<OpenedFile, 'name'>): ReadOptions {
  const { format, encoding, skipRows, skipLastRows, commentPrefix, header, delimiter, fileInZip } = chosen;
  const { numberFormat, dateFormat, datePattern } = chosen;
  return {
    ...withoutUndefined({
      format,
      encoding,
      skipRows,
      skipLastRows,
      comment: commentPrefix && validComment(commentPrefix),
      header: headers[header],
      delimiter: delimiter === 'detect' ? undefined : delimiters[delimiter],
      fileInZip,
      numberFormat,
      dateFormat,
      datePattern,
    }),
    ...jsonOptionsOf(chosen),
    ...excelOptionsOf(chosen),
    ...formatOfName(fileInZip ?? name),
  };
}
