import { setTimeout as sleep } from 'node:timers/promises';
import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';

/** Results of SQLite that mean that another connection holds the file. @see https://www.sqlite.org/rescode.html */
const busyResults = [5, 6];
const resultConstraint = 19;

const longestWaitMs = 30_000;
const pauseMs = 100;

/** A rule of a table that a row can break. */
export type Constraint = 'check' | 'foreign key' | 'not null' | 'unique' | 'trigger' | 'type';

/** Extended results of a broken rule: the result in the lower byte, what refines it above. */
const constraints: Record<number, Constraint> = {
  275: 'check',
  787: 'foreign key',
  1299: 'not null',
  1555: 'unique',
  1811: 'trigger',
  2067: 'unique',
  2579: 'unique',
  3091: 'type',
};

/** What to do about other results. */
const hints: Record<number, string> = {
  8: 'The file or its folder is read-only: change its permissions.',
  10: 'The disk reported an error: check it.',
  11: 'The file is damaged: restore it from a backup.',
  13: 'The disk is full: free some space.',
  14: 'The file cannot be opened: check its permissions and those of its folder.',
  26: 'The file is not an SQLite database: choose another file.',
};

function resultOf(error: unknown): number {
  return types.isNativeError(error) && 'errcode' in error ? Number(error.errcode) : 0;
}

/** The rule that a statement broke; undefined for any other error. */
export function constraintOf(error: unknown): Constraint | undefined {
  return constraints[resultOf(error)];
}

/** Runs something and explains what SQLite throws. */
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
  const deadline = performance.now() + longestWaitMs;
  for (;;) {
    try {
      return inSqlite(work);
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'busy' || performance.now() > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}

/** An error of SQLite in plain words; anything else as it is. */
export function explainSqlite(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const result = resultOf(error) & 0xff;
  const service = 'SQLite';
  if (busyResults.includes(result)) {
    return new PipewrightError({
      code: 'busy',
      service,
      message: 'Another program holds the SQLite file.',
      hint: 'The table was not changed. Run the step again later.',
      retryable: true,
    });
  }
  const broken = result === resultConstraint;
  const hint = broken
    ? 'A row breaks a rule of the table: correct the dataset.'
    : (hints[result] ??
      'Check the names of the table and its columns, and that the file is an SQLite database that can be written.');
  return new PipewrightError({
    code: broken ? 'conflict' : 'unavailable',
    service,
    message: `SQLite reported: ${error.message}.`,
    hint: `The table was not changed. ${hint}`,
  });
}
