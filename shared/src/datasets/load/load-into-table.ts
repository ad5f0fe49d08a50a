import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { plainAddress } from '../../host/redact.ts';
import { withoutUndefined } from '../../host/without-undefined.ts';
import { closeUnread } from '../../http/close-stream.ts';
import { CountedBytes } from '../bytes/counted-bytes.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';
import { isRecorded, LoadInProgress } from './load-in-progress.ts';
import type { LoadOptions, LoadResult } from './load-options.ts';
import { refuseReservedTable } from './reserved-tables.ts';
import type { LoadRecord } from './load-record.ts';
import type { TableLoad } from './table-load.ts';
import type { TableTarget } from './target.ts';

/**
 * Loads a dataset into a table: streams it, checks every value, and publishes all rows in one transaction. A failed load
 * changes nothing. A missing table is created in every mode. The source is read to its end or closed.
 * @throws PipewrightError `invalid-file`, `rejected-rows`, `empty-dataset`, `incomplete`, `table-exists`, `columns-missing`,
 * `invalid-input` (invalid value), `rows-changed`, `busy`, `cancelled`, and errors of the source
 */
export async function loadIntoTable(
  source: Bytes,
  target: TableTarget,
  requestedOptions: LoadOptions,
): Promise<LoadResult> {
  // Load records and rows are visible to many users, so the source address must not contain credentials.
  const options =
    requestedOptions.source === undefined
      ? requestedOptions
      : { ...requestedOptions, source: plainAddress(requestedOptions.source) };
  const { table, mode, signal } = options;
  const key = [...(options.key ?? [])];
  const load = await begin(target, options, key).catch((error: unknown) => {
    closeUnread(source);
    throw error;
  });
  if (load.previousLoad) {
    closeUnread(source);
    return skipLoad(load, load.previousLoad);
  }
  const counted = new CountedBytes(readUntilAborted(source, signal), isRecorded(options));
  const progress = new LoadInProgress(load, options, counted, target.names ?? {}, key);
  try {
    return { table, mode, ...(await progress.run()) };
  } catch (error) {
    // A failed cleanup must not hide the original error.
    await load.abort(progress.record('failed')).catch(() => undefined);
    throw error;
  }
}

async function begin(target: TableTarget, options: LoadOptions, key: readonly string[]): Promise<TableLoad> {
  const { table, mode, schema, loadKey, parallelConnections, onSchemaChange } = options;
  checkKey(options);
  refuseReservedTable(table);
  const evolve = onSchemaChange === 'evolve';
  return target.begin(withoutUndefined({ table, mode, key, evolve, schema, loadKey, parallelConnections }));
}

const keyColumnsHint = 'Enter the columns that identify a row under Key Columns.';

function checkKey({ mode, key }: LoadOptions): void {
  if (mode !== 'upsert' || (key && key.length > 0)) return;
  throw new PipewrightError({
    code: 'invalid-input',
    message: '“Key Columns” is missing: Upsert requires it.',
    hint: { n8n: keyColumnsHint, zapier: keyColumnsHint, cli: 'Enter the columns that identify a row with --key.' },
  });
}

/** The result of a load that was already done under the same load key. */
async function skipLoad(
  load: TableLoad,
  { loadId, table, mode, rows, rejected, bytes, seconds }: LoadRecord,
): Promise<LoadResult> {
  await load.abort();
  return { table, mode, rows, rejected, bytes, seconds, loadId, repeated: true, rejects: [], columns: [] };
}
