import * as v from 'valibot';
import type { DatasetFormat } from '../datasets/formats/decode-dataset.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { encodingNames, encodings } from '../datasets/bytes/encodings.ts';
import type { CsvFormat } from '../datasets/formats/csv-scanner.ts';
import { PipewrightError } from '../host/error.ts';
import type { OpenedFile } from '../host/host.ts';
import type { Context } from '../define/context.ts';
import { boolean, file, integer, option, text, type Fields } from '../define/fields.ts';
import type { Values } from '../define/operation.ts';
import { fieldsOf, openSource, type DatasetSource } from './dataset-sources.ts';

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

/** Input fields for how a dataset is written. */
export const formatFields = {
  format: v.optional(
    option(
      [
        { value: 'csv', label: 'CSV' },
        { value: 'json-lines', label: 'JSON Lines' },
      ],
      {
        label: 'Format',
        help: 'JSON Lines is one object per line, whose fields become columns; a JSON array of objects is read, too. ZIP and gzip files are unpacked.',
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
        help: 'The character set of the file. A file that is not UTF-8 is refused with the encodings that are likely; Excel often saves CSV in Windows-1252.',
        advanced: true,
      },
    ),
    'auto',
  ),
  skipRows: v.optional(
    integer({
      label: 'Skip Rows',
      help: 'Number of lines before the header that are not part of the table, such as a title.',
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
      help: 'Whether the first row of a CSV file names the columns. Otherwise they are column_1, column_2 and so on.',
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
        { value: 'pipe', label: 'Vertical Bar' },
      ],
      {
        label: 'Delimiter',
        help: 'The character between two values of a CSV file. A first line such as sep=; takes precedence.',
        advanced: true,
      },
    ),
    'comma',
  ),
  fileInZip: v.optional(
    text({
      label: 'File in the ZIP',
      help: 'Name of the file in a ZIP that holds several. Leave empty for the only one that ends in .csv, .tsv, .jsonl, .ndjson or .txt.',
      placeholder: 'claims.csv',
      advanced: true,
    }),
  ),
};

/** The input fields that say where a dataset comes from, as far as their names are known. */
export type SourceFields = {
  source: v.OptionalSchema<v.GenericSchema<string>, string>;
  file: v.GenericSchema<unknown>;
};

/** Input fields that say where a dataset comes from: a file, or the download of another service. */
export function sourceFields(sources: readonly DatasetSource[]): Fields {
  const choices = [
    { value: 'file', label: 'A File of an Earlier Step' },
    ...sources.map(({ key, label }) => ({ value: key, label })),
  ];
  return {
    source: v.optional(
      option(choices, {
        label: 'Dataset From',
        help: 'A file that an earlier step gave, or a service to fetch the dataset from. On Zapier this must end within 25 seconds; otherwise nothing is changed.',
      }),
      'file',
    ),
    ...Object.assign({}, ...sources.map(fieldsOf)),
    file: v.optional(
      file({
        label: 'File',
        help: 'The CSV or JSON Lines file of an earlier step, or a ZIP with one in it.',
        shownWhen: { field: 'source', is: ['file'] },
      }),
    ),
  };
}

/** How the dataset is written, as it was chosen, and as the name of the file says. */
export function formatOf(
  { format, encoding, skipRows, header, delimiter, fileInZip }: Values<typeof formatFields>,
  { name }: Pick<OpenedFile, 'name'>,
): CsvFormat & DatasetFormat {
  return {
    format,
    encoding,
    skipRows,
    header,
    delimiter: delimiters[delimiter],
    ...(fileInZip === undefined ? {} : { fileInZip }),
    ...formatOfName(fileInZip ?? name),
  };
}

/**
 * Opens the chosen dataset.
 * @throws PipewrightError `bad-input` when no file was chosen, and what the source throws
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
      code: 'bad-input',
      message: '“File” is missing.',
      hint: 'Choose the file of an earlier step, or choose a service under Dataset From.',
    });
  const incoming = await context.host.files.read(input.file);
  return {
    name: incoming.name,
    mediaType: incoming.mediaType,
    bytes: await incoming.open(),
    ...(incoming.size === undefined ? {} : { size: incoming.size }),
  };
}
