import * as v from 'valibot';
import type { CsvFormat } from '../datasets/formats/csv-scanner.ts';
import type { DatasetFormat } from '../datasets/formats/decode-dataset.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { encodingNames, encodings } from '../datasets/bytes/encodings.ts';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { openUrl } from '../http/open-url.ts';
import type { Context } from '../define/context.ts';
import { boolean, file, integer, option, text, type Field } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { fieldsOf, openSource, type DatasetSource } from './dataset-sources.ts';
import { excelFields, excelOptionsOf } from './excel-fields.ts';
import { whether } from '../host/wording.ts';

/** The delimiters of a CSV file, by the value of the field. */
export const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

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
        help: 'Format of a text file, which can be compressed with ZIP or gzip. Excel workbooks are recognized automatically.',
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
      help: 'Number of rows to skip before the header row, e.g. to skip a title. In Excel, empty rows count too: enter 2 if the header is in row 3.',
      placeholder: '0',
      minimum: 0,
      maximum: 1_000,
      advanced: true,
    }),
    0,
  ),
  header: v.optional(
    boolean({
      label: 'Has Header Row',
      help: whether(
        'read the column names from the first row of a CSV file or an Excel worksheet. Otherwise, columns are named column_1, column_2 and so on.',
      ),
      advanced: true,
    }),
    true,
  ),
  delimiter: v.optional(
    option(
      [
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
    'comma',
  ),
  fileInZip: v.optional(
    text({
      label: 'File in ZIP',
      help: 'Name of the file to read from a ZIP with several files. Leave empty if the ZIP contains only one .csv, .tsv, .jsonl, .ndjson, .txt, .xlsx or .xlsm file.',
      placeholder: 'claims.csv',
      advanced: true,
    }),
  ),
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
          n8n: 'The CSV, JSON Lines or Excel file (.xlsx or .xlsm) to read. It can be compressed with ZIP or gzip.',
          zapier:
            'Map a file from a previous step, or enter the URL of a file that requires no login: CSV, JSON Lines or Excel (.xlsx or .xlsm), optionally compressed with ZIP or gzip. Reading must finish within 25 seconds.',
        },
        shownWhen: { field: 'source', is: ['file'] },
        requiredWhenShown: true,
      }),
    ),
    url: v.optional(
      text({
        label: 'File URL',
        help: 'URL of a CSV, JSON Lines or Excel file (.xlsx or .xlsm) that requires no login, such as a signed URL. It can be compressed with ZIP or gzip. To read a file that requires a login, download it with a previous node, such as HTTP Request, and use Binary File.',
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
export function formatOf(
  { format, encoding, skipRows, header, delimiter, fileInZip, ...more }: Values<typeof formatFields>,
  { name }: Pick<OpenedFile, 'name'>,
): CsvFormat & DatasetFormat {
  return {
    ...withoutUndefined({ format, encoding, skipRows, header, delimiter: delimiters[delimiter], fileInZip }),
    ...excelOptionsOf(more),
    ...formatOfName(fileInZip ?? name),
  };
}

function missing(label: string, hint: string): PipewrightError {
  return new PipewrightError({ code: 'invalid-input', message: `“${label}” is missing.`, hint });
}

/** @throws PipewrightError `invalid-input`, without the URL, which may contain a secret */
function fileUrl(input: string): URL {
  const url = /^https?:\/\//i.test(input) && URL.canParse(input) ? new URL(input) : undefined;
  if (url && !url.username && !url.password) return url;
  throw new PipewrightError({
    code: 'invalid-input',
    message: url ? '“File URL” must not contain a user name or password.' : '“File URL” is not a valid URL.',
    hint: url
      ? 'Download a file that requires a login in a previous step, and use Binary File.'
      : 'Enter a URL that starts with https://, such as https://files.example.com/claims.csv.',
  });
}

/**
 * Opens the chosen dataset.
 * @throws PipewrightError `invalid-input` when no file was chosen, and errors of the source
 */
export async function openDataset(
  sources: readonly DatasetSource[],
  input: { source: string; file?: unknown; url?: string | undefined },
  context: Context<unknown>,
): Promise<OpenedFile> {
  const source = sources.find(({ key }) => key === input.source);
  if (source) return openSource(source, input, context);
  if (input.source === 'url') {
    if (input.url === undefined) throw missing('File URL', 'Enter the URL of the file.');
    return openUrl(fileUrl(input.url), context.host);
  }
  if (input.file === undefined) throw missing('File', 'Select a file.');
  const incoming = await context.host.files.read(input.file);
  const { name, mediaType, size } = incoming;
  return withoutUndefined({ name, mediaType, size, bytes: await incoming.open() });
}
