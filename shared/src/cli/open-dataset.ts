import type { DatasetFormat } from '../datasets/formats/decode-dataset.ts';
import type { CsvFormat } from '../datasets/formats/csv-scanner.ts';
import { encodings } from '../datasets/bytes/encodings.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { openUrl } from '../http/open-url.ts';
import { isDownload } from '../define/download.ts';
import { callOperation, findOperation } from './called-operation.ts';
import { oneOf, wholeNumber } from './usage-error.ts';

/** The options for the format of a dataset. */
export const formatWords = {
  format: { type: 'string', default: 'csv' },
  encoding: { type: 'string', default: 'auto' },
  delimiter: { type: 'string', default: ',' },
  'no-header': { type: 'boolean', default: false },
  'file-in-zip': { type: 'string' },
  'skip-rows': { type: 'string', default: '0' },
  sheet: { type: 'string' },
  'cell-range': { type: 'string' },
  'skip-hidden-rows': { type: 'boolean', default: false },
  'invalid-cells': { type: 'string', default: 'reject' },
  'round-to-15-digits': { type: 'boolean', default: false },
} as const;

/** Reads the format options. @throws UsageError for an invalid value */
export function formatOf(values: {
  format: string;
  encoding: string;
  delimiter: string;
  'no-header': boolean;
  'file-in-zip'?: string | undefined;
  'skip-rows': string;
  sheet?: string | undefined;
  'cell-range'?: string | undefined;
  'skip-hidden-rows': boolean;
  'invalid-cells': string;
  'round-to-15-digits': boolean;
}): CsvFormat & DatasetFormat {
  return {
    format: oneOf('--format', ['csv', 'json-lines'], values.format),
    encoding: oneOf('--encoding', encodings, values.encoding),
    delimiter: oneOf('--delimiter', [',', ';', '\t', '|'], values.delimiter.replace('\\t', '\t')),
    header: !values['no-header'],
    skipRows: wholeNumber('--skip-rows', values['skip-rows'], 0),
    skipHiddenRows: values['skip-hidden-rows'],
    invalidCells: oneOf('--invalid-cells', ['reject', 'null'], values['invalid-cells']),
    roundTo15Digits: values['round-to-15-digits'],
    ...withoutUndefined({ fileInZip: values['file-in-zip'], sheet: values.sheet, cellRange: values['cell-range'] }),
  };
}

/**
 * Opens a dataset from a file path, a URL, or a download operation such as `quantemplate.downloadDataset`.
 * @param values the input and the connection of a download operation
 */
export async function openDataset(
  from: string,
  host: Host,
  values: { input?: string | undefined; connection?: string | undefined } = {},
): Promise<OpenedFile> {
  const found = findOperation(from);
  if (found && isDownload(found.operation)) {
    const { input, context } = await callOperation(found, values, host);
    return found.operation.open(input, context);
  }
  if (/^https?:\/\//i.test(from) && URL.canParse(from)) return openUrl(new URL(from), host);
  const file = await host.files.read(from);
  return { ...file, bytes: await file.open() };
}
