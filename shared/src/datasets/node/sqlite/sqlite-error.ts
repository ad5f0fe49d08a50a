import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { PipewrightError } from '../../../host/error.ts';

/** Results of SQLite that mean that another connection holds the file. @see https://www.sqlite.org/rescode.html */
const busyResults = [5, 6];
const resultFull = 13;
const resultConstraint = 19;

const longestWait = 30_000;
const pause = 100;

/** Runs something and gives what goes wrong in our words. */
export function inSqlite<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainSqlite(error);
  }
}

/**
 * Runs something until no other connection holds the file, for half a minute at most. The pauses are taken here and not
 * in SQLite's busy handler, which would keep everything else in this process from running.
 * @throws PipewrightError `busy`
 */
export async function whenFree<T>(work: () => T): Promise<T> {
  const deadline = performance.now() + longestWait;
  for (;;) {
    try {
      return inSqlite(work);
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'busy' || performance.now() > deadline) throw error;
      await sleep(pause);
    }
  }
}

function explainSqlite(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  // The lower byte is the result, the rest refines it.
  const result = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  const service = 'SQLite';
  if (busyResults.includes(result)) {
    return new PipewrightError({
      code: 'busy',
      service,
      message: 'Another program holds the SQLite file.',
      hint: 'The table is as it was. Run the step again later.',
      retryable: true,
    });
  }
  const hint =
    result === resultFull
      ? 'The disk is full. The table is as it was.'
      : result === resultConstraint
        ? 'The table is as it was. A row breaks a rule of the table.'
        : 'The table is as it was. Check that the file is an SQLite database and can be written.';
  const code = result === resultConstraint ? 'conflict' : 'unavailable';
  return new PipewrightError({ code, service, message: `SQLite answered: ${error.message}.`, hint });
}
