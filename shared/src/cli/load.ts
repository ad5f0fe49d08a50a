import { columnTypes, type ColumnType } from '../datasets/column.ts';
import { encodings } from '../datasets/decode-text.ts';
import { loadDataset } from '../datasets/load.ts';
import { loadModes } from '../datasets/target.ts';
import { openTarget } from '../datasets/node/open-target.ts';
import { httpError } from '../http/http-error.ts';
import type { Host, OpenedFile } from '../host/host.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { parseWords, UsageError } from './usage-error.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';

const formats = ['csv', 'json-lines'] as const;
const delimiters = [',', ';', '\t', '|'] as const;

/** `pipewright load`: a CSV file or address into a table. */
export async function loadFile(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    from: { type: 'string' },
    to: { type: 'string' },
    table: { type: 'string' },
    schema: { type: 'string' },
    mode: { type: 'string', default: 'create' },
    delimiter: { type: 'string', default: ',' },
    'max-rejected': { type: 'string', default: '0' },
    'allow-empty': { type: 'boolean', default: false },
    format: { type: 'string', default: 'csv' },
    encoding: { type: 'string', default: 'auto' },
    'no-header': { type: 'boolean', default: false },
    key: { type: 'string' },
    type: { type: 'string', multiple: true },
    'max-change': { type: 'string' },
    'load-key': { type: 'string' },
    record: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const { from, to, table } = values;
  if (!from || !to || !table || positionals.length > 0) throw new UsageError('--from, --to and --table are needed.');
  const mode = oneOf('--mode', loadModes, values.mode);
  const format = oneOf('--format', formats, values.format);
  const encoding = oneOf('--encoding', encodings, values.encoding);
  const delimiter = delimiters.find((known) => known === values.delimiter.replace('\\t', '\t'));
  if (!delimiter) throw new UsageError('--delimiter must be one of , ; | \\t');
  const maxRejectedRows = Number(values['max-rejected']);
  if (!Number.isInteger(maxRejectedRows) || maxRejectedRows < 0) throw new UsageError('--max-rejected must be a whole number.');
  const signal = stopSignal();
  const host = nodeHost({ log: progress, signal });
  const target = await openTarget(to);
  try {
    const dataset = await openDataset(from, host);
    const result = await loadDataset(dataset.bytes, target, {
      table, mode, delimiter, maxRejectedRows, signal,
      allowEmpty: values['allow-empty'],
      format, encoding,
      header: !values['no-header'],
      record: values.record,
      source: nameOf(from),
      columns: readTypes(values.type ?? []),
      ...(values.key ? { key: values.key.split(',').map((name) => name.trim()) } : {}),
      ...(values['load-key'] ? { loadKey: values['load-key'] } : {}),
      ...(values['max-change'] === undefined ? {} : { maxChangePercent: Number(values['max-change']) }),
      ...(values.schema ? { schema: values.schema } : {}),
      ...(dataset.size === undefined ? {} : { expectedBytes: dataset.size }),
      onProgress: ({ rows, bytes }) => progress.info(`${rows} rows, ${bytes} bytes`),
    });
    print(result, values.json);
  } finally {
    await target.close();
  }
}

function oneOf<T extends string>(word: string, known: readonly T[], given: string): T {
  const found = known.find((one) => one === given);
  if (found) return found;
  throw new UsageError(`${word} must be one of ${known.join(', ')}.`);
}

/** `--type policy=text --type paid=decimal`. */
function readTypes(given: readonly string[]): Record<string, ColumnType> {
  return Object.fromEntries(
    given.map((pair) => {
      const [name = '', type = ''] = pair.split('=');
      return [name, oneOf('--type name=', columnTypes, type)];
    }),
  );
}

/** What a dataset comes from, without what may be secret in its address. */
function nameOf(from: string): string {
  return URL.canParse(from) && /^https?:/i.test(from) ? `${new URL(from).origin}${new URL(from).pathname}` : from;
}

async function openDataset(from: string, host: Host): Promise<OpenedFile> {
  if (!/^https?:\/\//i.test(from)) {
    const file = await host.files.read(from);
    return { ...file, bytes: await file.open() };
  }
  const response = await host.http({ method: 'GET', url: from, headers: { accept: 'text/csv, */*' }, answer: 'stream' });
  if (response.status < 200 || response.status > 299 || !response.stream) throw httpError('The address of the dataset', response, {}, host.now());
  const length = Number(response.headers['content-length']);
  const size = response.headers['content-encoding'] || !length ? {} : { size: length };
  return { name: 'dataset.csv', mediaType: 'text/csv', bytes: response.stream, ...size };
}
