import { schemaChangePolicies } from '../datasets/load/check-columns.ts';
import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { columnTypes, type ColumnType } from '../datasets/types/column.ts';
import { readContract } from '../datasets/types/contract.ts';
import { loadIntoTable } from '../datasets/load/load-into-table.ts';
import { describeProgress } from '../datasets/load/load-progress.ts';
import { loadModes } from '../datasets/load/target.ts';
import { openTarget } from '../databases/open-target.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { formatOf, formatWords, openDataset } from './open-dataset.ts';
import { oneOf, parseWords, UsageError, wholeNumber } from './usage-error.ts';
import { operationWords } from './called-operation.ts';
import { readJson } from './read-json.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';

/** `pipewright load`: a CSV file or address into a table. */
export async function loadFile(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    from: { type: 'string' },
    to: { type: 'string' },
    table: { type: 'string' },
    schema: { type: 'string' },
    mode: { type: 'string', default: 'create' },
    'max-rejected': { type: 'string', default: '0' },
    'allow-empty': { type: 'boolean', default: false },
    'keep-rejects': { type: 'boolean', default: false },
    ...operationWords,
    ...formatWords,
    null: { type: 'string', multiple: true },
    key: { type: 'string' },
    type: { type: 'string', multiple: true },
    'max-change': { type: 'string' },
    'load-key': { type: 'string' },
    record: { type: 'boolean', default: false },
    columns: { type: 'string', default: 'fail' },
    contract: { type: 'string' },
    connections: { type: 'string', default: '1' },
    'event-id': { type: 'string' },
    'shorten-names': { type: 'boolean', default: false },
    'load-columns': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const { from, to, table } = values;
  if (!from || !to || !table || positionals.length > 0) throw new UsageError('--from, --to and --table are needed.');
  const mode = oneOf('--mode', loadModes, values.mode);
  const format = formatOf(values);
  const maxRejectedRows = wholeNumber('--max-rejected', values['max-rejected'], 0);
  const maxChangePercent = values['max-change'] === undefined ? undefined : Number(values['max-change']);
  if (maxChangePercent !== undefined && !(maxChangePercent >= 0))
    throw new UsageError('--max-change must be a number of percent.');
  const changes = oneOf('--columns', schemaChangePolicies, values.columns);
  const connections = wholeNumber('--connections', values.connections, 1);
  const columns = readTypes(values.type ?? []);
  const contract = values.contract ? readContract(await readJson(`@${values.contract}`, '--contract')) : undefined;
  const signal = stopSignal();
  const host = nodeHost({ log: progress, signal });
  const target = await openTarget(to);
  try {
    const dataset = await openDataset(from, host, values);
    const result = await loadIntoTable(dataset.bytes, target, {
      ...format,
      ...formatOfName(values['file-in-zip'] ?? dataset.name),
      table,
      mode,
      maxRejectedRows,
      signal,
      allowEmpty: values['allow-empty'],
      saveRejectedRows: values['keep-rejects'],
      saveLoadRecord: values.record,
      onSchemaChange: changes,
      parallelConnections: connections,
      addLoadMetadata: values['load-columns'],
      shortenNames: values['shorten-names'],
      source: from,
      nullValues: values.null ?? [],
      columnTypes: columns,
      ...(values.key ? { key: values.key.split(',').map((name) => name.trim()) } : {}),
      ...(contract ? { contract } : {}),
      ...(values['event-id'] ? { sourceEventId: values['event-id'] } : {}),
      ...(values['load-key'] ? { loadKey: values['load-key'] } : {}),
      ...(maxChangePercent === undefined ? {} : { maxChangePercent }),
      ...(values.schema ? { schema: values.schema } : {}),
      ...(dataset.size === undefined ? {} : { expectedBytes: dataset.size }),
      onProgress: (came) => progress.info(describeProgress(came)),
    });
    print(result, values.json);
  } finally {
    await target.close();
  }
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
