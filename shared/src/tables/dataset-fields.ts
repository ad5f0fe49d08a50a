import * as v from 'valibot';
import type { CsvFormat } from '../datasets/formats/csv-scanner.ts';
import type { DatasetFormat } from '../datasets/formats/decode-dataset.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { encodingNames, encodings } from '../datasets/bytes/encodings.ts';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import type { Context } from '../define/context.ts';
import { boolean, file, integer, option, text, type Field } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { fieldsOf, openSource, type DatasetSource } from './dataset-sources.ts';

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

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
        help: 'Format of the file. ZIP and gzip files are decompressed.',
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
      help: 'Number of rows to skip before the header row, e.g. to skip a title.',
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
      help: 'Whether to read the column names from the first row of a CSV file. Otherwise, columns are named column_1, column_2 and so on.',
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
      help: 'Name of the file to read from a ZIP with several files. Leave empty if the ZIP contains only one .csv, .tsv, .jsonl, .ndjson or .txt file.',
      placeholder: 'claims.csv',
      advanced: true,
    }),
  ),
};

/** The input fields for the source of a dataset that have fixed names; each source adds its own. */
export type SourceFields = {
  source: v.OptionalSchema<v.GenericSchema<string>, string>;
  file: v.GenericSchema<unknown>;
};

/** Input fields for the source of a dataset: a file, or the download operation of another service. */
export function sourceFields(sources: readonly DatasetSource[]): SourceFields {
  const choices = [
    {
      value: 'file',
      label: { n8n: 'Binary File', zapier: 'File From Previous Step' },
      description: 'File from a previous step',
    },
    ...sources.map(({ key, label }) => ({ value: key, label })),
  ];
  const fields: [string, Field][] = sources.flatMap((source) => Object.entries(fieldsOf(source)));
  return {
    source: v.optional(
      option(choices, {
        label: 'Source',
        help: {
          n8n: 'Where to read the dataset from: a binary file in the input item, or a service.',
          zapier:
            'Where to read the dataset from: a file from a previous step, or a service. Reading must finish within 25 seconds.',
        },
      }),
      'file',
    ),
    ...Object.fromEntries(fields),
    file: v.optional(
      file({
        label: 'File',
        help: 'The CSV or JSON Lines file to read. It can be compressed with ZIP or gzip.',
        shownWhen: { field: 'source', is: ['file'] },
      }),
    ),
  };
}

/** The format chosen by the user; the file name takes precedence if its extension implies one. */
export function formatOf(
  { format, encoding, skipRows, header, delimiter, fileInZip }: Values<typeof formatFields>,
  { name }: Pick<OpenedFile, 'name'>,
): CsvFormat & DatasetFormat {
  return {
    ...withoutUndefined({ format, encoding, skipRows, header, delimiter: delimiters[delimiter], fileInZip }),
    ...formatOfName(fileInZip ?? name),
  };
}

/**
 * Opens the chosen dataset.
 * @throws PipewrightError `invalid-input` when no file was chosen, and errors of the source
 */
export async function openDataset(
  sources: readonly DatasetSource[],
  input: { source: string; file?: unknown },
  context: Context<unknown>,
): Promise<OpenedFile> {
  const source = sources.find(({ key }) => key === input.source);
  if (source) return openSource(source, input, context);
  if (input.file === undefined)
    throw new PipewrightError({
      code: 'invalid-input',
      message: '“File” is missing.',
      hint: 'Select a file, or choose a service under Source.',
    });
  const incoming = await context.host.files.read(input.file);
  const { name, mediaType, size } = incoming;
  return withoutUndefined({ name, mediaType, size, bytes: await incoming.open() });
}
