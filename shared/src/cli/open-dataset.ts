import { existsSync } from 'node:fs';
import { validComment } from '../datasets/formats/csv-scanner.ts';
import type { ReadOptions } from '../datasets/types/converted-rows.ts';
import { encodings } from '../datasets/bytes/encodings.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { oneOf, wholeNumber } from './usage-error.ts';

const numberFormats = ['detect', 'plain', 'point', 'comma', 'space', 'apostrophe'] as const;

/** Any other value of `--date-format` is a pattern. */
const dateFormats = ['detect', 'iso', 'day-first', 'month-first'] as const;

/** The options for the input and the connection of an operation. */
export const operationWords = { input: { type: 'string' }, connection: { type: 'string' } } as const;

/** The options for the format of a dataset. */
export const formatWords = {
  format: { type: 'string', default: 'csv' },
  encoding: { type: 'string', default: 'auto' },
  delimiter: { type: 'string', default: 'detect' },
  header: { type: 'boolean', default: false },
  'no-header': { type: 'boolean', default: false },
  'file-in-zip': { type: 'string' },
  sheet: { type: 'string' },
  'cell-range': { type: 'string' },
  'path-to-rows': { type: 'string' },
  'nested-columns': { type: 'boolean', default: false },
  'skip-hidden-rows': { type: 'boolean', default: false },
  'invalid-cells': { type: 'string', default: 'reject' },
  'round-to-15-digits': { type: 'boolean', default: false },
  'skip-rows': { type: 'string' },
  'skip-last-rows': { type: 'string', default: '0' },
  comment: { type: 'string' },
  'number-format': { type: 'string', default: 'detect' },
  'date-format': { type: 'string', default: 'detect' },
} as const;

/** Reads the format options. @throws UsageError for an invalid value */
export function formatOf(values: {
  format: string;
  encoding: string;
  delimiter: string;
  header: boolean;
  'no-header': boolean;
  'file-in-zip'?: string | undefined;
  sheet?: string | undefined;
  'cell-range'?: string | undefined;
  'path-to-rows'?: string | undefined;
  'nested-columns': boolean;
  'skip-hidden-rows': boolean;
  'invalid-cells': string;
  'round-to-15-digits': boolean;
  'skip-rows'?: string | undefined;
  'skip-last-rows': string;
  comment?: string | undefined;
  'number-format': string;
  'date-format': string;
}): ReadOptions {
  const { comment, header, 'skip-rows': skipRows, 'date-format': dateFormat } = values;
  const delimiter = oneOf('--delimiter', ['detect', ',', ';', '\t', '|'], values.delimiter.replace('\\t', '\t'));
  const isNamed = dateFormats.find((format) => format === dateFormat);
  return {
    format: oneOf('--format', ['csv', 'json-lines'], values.format),
    encoding: oneOf('--encoding', encodings, values.encoding),
    ...(delimiter === 'detect' ? {} : { delimiter }),
    ...(header || values['no-header'] ? { header } : {}),
    ...(skipRows === undefined ? {} : { skipRows: wholeNumber('--skip-rows', skipRows, 0) }),
    skipLastRows: wholeNumber('--skip-last-rows', values['skip-last-rows'], 0),
    ...(comment === undefined ? {} : { comment: validComment(comment) }),
    numberFormat: oneOf('--number-format', numberFormats, values['number-format']),
    ...(isNamed ? { dateFormat: isNamed } : { dateFormat: 'pattern', datePattern: dateFormat }),
    skipHiddenRows: values['skip-hidden-rows'],
    invalidCells: oneOf('--invalid-cells', ['reject', 'null'], values['invalid-cells']),
    roundTo15Digits: values['round-to-15-digits'],
    flatten: values['nested-columns'],
    ...withoutUndefined({
      fileInZip: values['file-in-zip'],
      sheet: values.sheet,
      cellRange: values['cell-range'],
      jsonPath: values['path-to-rows'],
    }),
  };
}

/**
 * Opens a dataset from a file path, a URL, or a download operation such as `quantemplate.downloadDataset`. A file of that
 * name comes first: without an operation, the services need not be loaded, which takes longer than to load a small file.
 * @param values the input and the connection of a download operation
 */
export async function openDataset(
  from: string,
  host: Host,
  values: { input?: string | undefined; connection?: string | undefined } = {},
): Promise<OpenedFile> {
  if (/^\w+\.\w+$/.test(from) && !existsSync(from)) {
    const { callOperation, findOperation } = await import('./called-operation.ts');
    const { isDownload } = await import('../define/download.ts');
    const found = findOperation(from);
    if (found && isDownload(found.operation)) {
      const { input, context } = await callOperation(found, values, host);
      return found.operation.open(input, context);
    }
  }
  if (/^https?:\/\//i.test(from) && URL.canParse(from)) {
    const { openUrl } = await import('../http/open-url.ts');
    return openUrl(new URL(from), host);
  }
  const file = await host.files.read(from);
  return { ...file, bytes: await file.open() };
}
