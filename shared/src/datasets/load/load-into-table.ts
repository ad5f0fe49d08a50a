import { PipewrightError } from '../../host/error.ts';
import type { Bytes } from '../../host/bytes.ts';
import { plainAddress } from '../../host/redact.ts';
import { closeUnread } from '../../http/close-stream.ts';
import { CountedBytes } from '../bytes/counted-bytes.ts';
import { readUntilAborted } from '../bytes/read-until-aborted.ts';
import { decodeDataset, csvFormatOf } from '../formats/decode-dataset.ts';
import { isRecorded, LoadInProgress } from './load-in-progress.ts';
import type { LoadOptions, LoadResult } from './load-options.ts';
import { refuseReservedTable } from './reserved-tables.ts';
import type { LoadRecord, TableLoad, TableTarget } from './target.ts';

/**
 * Loads CSV bytes into a table: streamed, checked and counted on the way, published in one transaction. Every value
 * that goes into a column whose type is known fits it by our own rules. A load that fails changes nothing. An empty value is NULL, and `""` is empty text. A table that is not
 * there is made, in every mode. The source is read to its end or closed, also when nothing is to be loaded.
 * @throws PipewrightError `bad-csv`, `rejected-rows`, `empty-dataset`, `cut-short`, `table-exists`, `columns-missing`,
 * `bad-input` (a value does not fit its column), `busy`, `cancelled`, and what the source throws
 */
export async function loadIntoTable(source: Bytes, target: TableTarget, given: LoadOptions): Promise<LoadResult> {
  // Records and the rows of a table are read by many; what logs in at the source is for nobody.
  const options = given.source === undefined ? given : { ...given, source: plainAddress(given.source) };
  const { table, mode, signal } = options;
  const key = [...(options.key ?? [])];
  const load = await begin(target, options, key).catch((error: unknown) => {
    closeUnread(source);
    throw error;
  });
  if (load.previousLoad) {
    closeUnread(source);
    return repeat(load, load.previousLoad);
  }
  const came = new CountedBytes(readUntilAborted(source, signal), isRecorded(options));
  const progress = new LoadInProgress(load, options, came, target.names ?? {}, key);
  try {
    for await (const piece of decodeDataset(came.bytes(), options)) await progress.take(piece);
    return { table, mode, ...(await progress.finish()) };
  } catch (error) {
    // A failure to clean up must not hide what went wrong first.
    await load.abort(progress.record('failed')).catch(() => undefined);
    throw error;
  }
}

async function begin(target: TableTarget, options: LoadOptions, key: readonly string[]): Promise<TableLoad> {
  const { table, mode, schema, loadKey, parallelConnections: connections, onSchemaChange } = options;
  checkKey(options);
  refuseReservedTable(table);
  const { delimiter } = csvFormatOf(options);
  return target.begin({
    table,
    mode,
    delimiter,
    key,
    evolve: onSchemaChange === 'evolve',
    ...(schema === undefined ? {} : { schema }),
    ...(loadKey === undefined ? {} : { loadKey }),
    ...(connections === undefined ? {} : { parallelConnections: connections }),
  });
}

function checkKey({ mode, key }: LoadOptions): void {
  if (mode !== 'upsert' || (key && key.length > 0)) return;
  throw new PipewrightError({
    code: 'bad-input',
    message: 'Upsert needs a key.',
    hint: 'Fill in Key with the columns that tell one row from every other.',
  });
}

/** What a load gives that was done before. */
async function repeat(
  load: TableLoad,
  { loadId, table, mode, rows, rejected, bytes, seconds }: LoadRecord,
): Promise<LoadResult> {
  await load.abort();
  return { table, mode, rows, rejected, bytes, seconds, loadId, repeated: true, rejects: [], columns: [] };
}
