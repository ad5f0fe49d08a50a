import { formatOfName } from '../datasets/formats/format-of-name.ts';
import { schemaChangePolicies } from '../datasets/load/check-columns.ts';
import { loadIntoTable } from '../datasets/load/load-into-table.ts';
import { describeProgress } from '../datasets/load/load-progress.ts';
import { loadModes } from '../datasets/load/load-mode.ts';
import { columnTypes, type ColumnType } from '../datasets/types/column.ts';
import { readContract } from '../datasets/types/contract.ts';
import { nodeHost } from '../host/node/node-host.ts';
import { withoutUndefined } from '../host/without-undefined.ts';
import { formatOf, formatWords, openDataset, operationWords } from './open-dataset.ts';
import { openDatabaseAt } from './open-database.ts';
import { print } from './print.ts';
import { progress, stopSignal } from './progress.ts';
import { readJson } from './read-json.ts';
import { oneOf, parseWords, UsageError, wholeNumber } from './usage-error.ts';

/** `pipewright load`: loads a dataset into a table. */
export async function loadFile(words: string[]): Promise<void> {
  const { values, positionals } = parseWords(words, {
    from: { type: 'string' },
    to: { type: 'string' },
    table: { type: 'string' },
    schema: { type: 'string' },
    mode: { type: 'string', default: 'create' },
    'max-rejected-rows': { type: 'string', default: '0' },
    'allow-empty': { type: 'boolean', default: false },
    'save-rejected-rows': { type: 'boolean', default: false },
    ...operationWords,
    ...formatWords,
    null: { type: 'string', multiple: true },
    key: { type: 'string' },
    type: { type: 'string', multiple: true },
    map: { type: 'string', multiple: true },
    'max-change-percent': { type: 'string' },
    'load-key': { type: 'string' },
    'save-load-record': { type: 'boolean', default: false },
    'on-schema-change': { type: 'string', default: 'fail' },
    contract: { type: 'string' },
    'parallel-connections': { type: 'string', default: '1' },
    'source-event-id': { type: 'string' },
    'shorten-names': { type: 'boolean', default: false },
    'add-load-metadata': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const { from, to, table } = values;
  if (!from || !to || !table || positionals.length > 0) throw new UsageError('--from, --to and --table are required.');
  const mode = oneOf('--mode', loadModes, values.mode);
  const format = formatOf(values);
  const maxRejectedRows = wholeNumber('--max-rejected-rows', values['max-rejected-rows'], 0);
  const maxChangePercent =
    values['max-change-percent'] === undefined ? undefined : Number(values['max-change-percent']);
  if (maxChangePercent !== undefined && !(maxChangePercent >= 0))
    throw new UsageError('--max-change-percent must be a number of at least 0.');
  const onSchemaChange = oneOf('--on-schema-change', schemaChangePolicies, values['on-schema-change']);
  const parallelConnections = wholeNumber('--parallel-connections', values['parallel-connections'], 1);
  const types = readTypes(values.type ?? []);
  const columnNames = readNames(values.map ?? []);
  const contract = values.contract ? readContract(await readJson(`@${values.contract}`, '--contract')) : undefined;
  const signal = stopSignal();
  const host = nodeHost({ log: progress, signal });
  const target = await openDatabaseAt(to, host);
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
      saveRejectedRows: values['save-rejected-rows'],
      saveLoadRecord: values['save-load-record'],
      onSchemaChange,
      parallelConnections,
      addLoadMetadata: values['add-load-metadata'],
      shortenNames: values['shorten-names'],
      source: from,
      nullValues: values.null ?? [],
      columnTypes: types,
      columnNames,
      ...withoutUndefined({
        key: values.key ? values.key.split(',').map((name) => name.trim()) : undefined,
        contract,
        sourceEventId: values['source-event-id'] || undefined,
        loadKey: values['load-key'] || undefined,
        maxChangePercent,
        schema: values.schema || undefined,
        expectedBytes: dataset.size,
      }),
      onProgress: (loaded) => progress.info(describeProgress(loaded)),
    });
    print(result, values.json);
  } finally {
    await target.close();
  }
}

/** Parses `--map "Policy No.=policy_number" --map Notes=`, where an empty name leaves a column out. */
function readNames(pairs: readonly string[]): Record<string, string> {
  const names = pairs.map((pair): [string, string] => {
    const at = pair.lastIndexOf('=');
    if (at < 1) throw new UsageError('--map must be a column of the dataset, = and its name in the table.');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  return distinct('--map', names);
}

function distinct<T>(option: string, pairs: readonly (readonly [string, T])[]): Record<string, T> {
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`${option} has the column “${twice}” twice.`);
  return Object.fromEntries(pairs);
}

/** Parses `--type policy=text --type paid=decimal`. */
function readTypes(pairs: readonly string[]): Record<string, ColumnType> {
  const types = pairs.map((pair): [string, ColumnType] => {
    const at = Math.max(pair.lastIndexOf('='), 0);
    const name = pair.slice(0, at);
    return [name, oneOf(`--type ${name}=`, columnTypes, pair.slice(at + 1))];
  });
  return distinct('--type', types);
}
