import * as v from 'valibot';
import type { DatasetFormat } from '../csv/as-csv.ts';
import type { CsvFormat } from '../csv/csv-scanner.ts';
import { PipewrightError } from '../../host/error.ts';
import type { OpenedFile } from '../../host/host.ts';
import type { Context } from '../../operations/context.ts';
import { boolean, file, option, text, type Fields } from '../../operations/fields.ts';
import type { Values } from '../../operations/operation.ts';
import { fieldsOf, openSource, type DatasetSource } from './dataset-sources.ts';

const delimiters = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

/** Input fields that say how a dataset is written. */
export const formatFields = {
  format: v.optional(
    option(
      [
        { value: 'csv', label: 'CSV' },
        { value: 'json-lines', label: 'JSON Lines' },
      ],
      { label: 'Format', help: 'JSON Lines: one object a line, whose fields become columns. A ZIP, or what gzip packed, is unpacked in either.', advanced: true },
    ),
    'csv',
  ),
  encoding: v.optional(
    option(
      [
        { value: 'auto', label: 'UTF-8, or UTF-16 With Its Mark' },
        { value: 'utf-16le', label: 'UTF-16' },
        { value: 'utf-16be', label: 'UTF-16, Big Endian' },
        { value: 'windows-1252', label: 'Windows (Western)' },
      ],
      { label: 'Encoding', help: 'How the letters of the file are written. Choose Windows when accented letters of a file from Excel come out wrong.', advanced: true },
    ),
    'auto',
  ),
  header: v.optional(boolean({ label: 'First Row Names the Columns', help: 'Whether the first row of a CSV file is its header. Otherwise the columns are column_1, column_2 and so on.', advanced: true }), true),
  delimiter: v.optional(
    option(
      [
        { value: 'comma', label: 'Comma' },
        { value: 'semicolon', label: 'Semicolon' },
        { value: 'tab', label: 'Tab' },
        { value: 'pipe', label: 'Vertical Bar' },
      ],
      { label: 'Delimiter', help: 'What stands between two values of the file.', advanced: true },
    ),
    'comma',
  ),
  fileInZip: v.optional(text({ label: 'File in the ZIP', help: 'Name of the file, where the dataset comes in a ZIP that holds several. Empty: the only one that ends in .csv, .tsv, .jsonl, .ndjson or .txt.', placeholder: 'claims.csv', advanced: true })),
};

/** The input fields that say where a dataset comes from, as far as their names are known. */
export type SourceFields = { source: v.OptionalSchema<v.GenericSchema<string>, string>; file: v.GenericSchema<unknown> };

/** Input fields that say where a dataset comes from: a file, or the download of another service. */
export function sourceFields(sources: readonly DatasetSource[]): Fields {
  const choices = [{ value: 'file', label: 'A File of an Earlier Step' }, ...sources.map(({ key, label }) => ({ value: key, label }))];
  return {
    source: v.optional(option(choices, { label: 'Dataset From', help: 'A file that an earlier step gave, or a service to fetch the dataset from. On Zapier this must end within 25 seconds; otherwise nothing is changed.' }), 'file'),
    ...Object.assign({}, ...sources.map(fieldsOf)),
    file: v.optional(file({ label: 'File', help: 'The CSV or JSON Lines file of an earlier step, or a ZIP with one in it.', shownWhen: { field: 'source', is: ['file'] } })),
  };
}

/** How the dataset is written, as it was chosen. */
export function formatOf({ format, encoding, header, delimiter, fileInZip }: Values<typeof formatFields>): CsvFormat & DatasetFormat {
  return { format, encoding, header, delimiter: delimiters[delimiter], ...(fileInZip === undefined ? {} : { fileInZip }) };
}

/**
 * Opens the chosen dataset.
 * @throws PipewrightError `bad-input` when no file was chosen, and what the source throws
 */
export async function openDataset(sources: readonly DatasetSource[], input: { source: string; file?: unknown }, context: Context<unknown>): Promise<OpenedFile> {
  const source = sources.find(({ key }) => key === input.source);
  if (source) return openSource(source, input, context);
  if (input.file === undefined) throw new PipewrightError({ code: 'bad-input', message: '“File” is missing.', hint: 'Choose the file of an earlier step, or choose a service under Dataset From.' });
  const incoming = await context.host.files.read(input.file);
  return { name: incoming.name, mediaType: incoming.mediaType, bytes: await incoming.open(), ...(incoming.size === undefined ? {} : { size: incoming.size }) };
}
