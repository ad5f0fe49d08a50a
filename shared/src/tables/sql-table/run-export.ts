import { exportRows } from '../../datasets/export/export-rows.ts';
import type { OpenedRows, RowsRequest } from '../../datasets/export/row-source.ts';
import { tableUnchanged } from '../../databases/load-errors.ts';
import type { Context } from '../../define/context.ts';
import type { Values } from '../../define/operation.ts';
import { PipewrightError, withDetails } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import { mapWording } from '../../host/wording.ts';
import type { SqlConnection } from './connection-fields.ts';
import type { ChosenExport, exportOutput } from './export-fields.ts';
import { openDatabase } from './open-database.ts';

const nothingExported = 'Nothing was exported.';

/** Aborts with the execution, and at the end of the time that the platform gives a step. */
function limitOf({ signal, maxWaitSeconds }: Host): AbortSignal | undefined {
  const limits = [
    ...(signal ? [signal] : []),
    ...(maxWaitSeconds === undefined ? [] : [AbortSignal.timeout(Math.ceil(maxWaitSeconds * 1000))]),
  ];
  return limits.length === 0 ? undefined : AbortSignal.any(limits);
}

/** The error of an export that was stopped. */
function stopped({ signal, maxWaitSeconds = 0 }: Host): PipewrightError {
  if (signal?.aborted)
    return new PipewrightError({ code: 'cancelled', message: `The operation was canceled. ${nothingExported}` });
  return new PipewrightError({
    code: 'timed-out',
    message: `The export did not finish within the time limit of ${Math.ceil(maxWaitSeconds)} seconds. ${nothingExported}`,
    hint: 'Export fewer rows: set Limit, or filter them with Export Query.',
  });
}

/** Explains an error: those of the databases are worded for loads, and an error of a query is usually one in its text. */
function explainExport(error: unknown, request: RowsRequest): unknown {
  if (!(error instanceof PipewrightError)) return error;
  const { hint, code, retryable } = error;
  // Where PostgreSQL reports a line, it is one of a function.
  const message = error.message.replace(/ \(line \d+ below the header[^)]*\)/, '');
  const writes = /read.?only|query_only/i.test(message);
  const isReported = message.includes(' reported: ') && code === 'invalid-input';
  if ('query' in request && !retryable && (code === 'unavailable' || writes || isReported)) {
    return withDetails(error, {
      code: 'invalid-input',
      message,
      hint: `${nothingExported} ${writes ? 'Export Query only reads: enter a single SELECT statement.' : 'Correct the query, and check the privileges of the database user.'}`,
    });
  }
  if (hint === undefined) return error;
  return withDetails(error, {
    message,
    hint: mapWording(hint, (text) => text.replace(tableUnchanged, nothingExported)),
  });
}

/**
 * Exports rows of a database into a file of the platform. The connection is released after the last row, after an error, and
 * when the step is stopped.
 * @throws PipewrightError `timed-out` and `cancelled`; `table-missing` and `invalid-input`; errors of the database
 */
export async function runExport(
  request: RowsRequest,
  { name, mediaType, options }: ChosenExport,
  { connection, host }: Context<SqlConnection>,
): Promise<Values<typeof exportOutput>> {
  const limit = limitOf(host);
  const target = await openDatabase(connection, host);
  let rows: OpenedRows | undefined;
  let closing: Promise<unknown> | undefined;
  const stop = (): void => {
    closing = (rows ?? target).close().catch(() => undefined);
  };
  limit?.addEventListener('abort', stop, { once: true });
  try {
    if (limit?.aborted) throw stopped(host);
    rows = await target.openRows(request);
    const exported = exportRows(watched(rows, limit), options);
    const file = await host.files.save({ name, mediaType, bytes: exported.bytes });
    if (limit?.aborted) throw stopped(host);
    return { name, rows: exported.rows, bytes: exported.size, file };
  } catch (error) {
    throw limit?.aborted ? stopped(host) : explainExport(error, request);
  } finally {
    limit?.removeEventListener('abort', stop);
    await closing;
    await rows?.close();
    // A stop while the rows were being opened has closed the target itself.
    if (rows || !closing) await target.close();
  }
}

/** Rows that fail when they are stopped: their end would otherwise look like the last row. */
function watched(rows: OpenedRows, limit: AbortSignal | undefined): OpenedRows {
  return {
    columns: rows.columns,
    async next() {
      limit?.throwIfAborted();
      const batch = await rows.next();
      limit?.throwIfAborted();
      return batch;
    },
    close: () => rows.close(),
  };
}
