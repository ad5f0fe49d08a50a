import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { reportedError } from '../known-error.ts';
import { constraints, fileLocked, knownErrors, otherError, type Constraint } from './sqlite-error-table.ts';

function resultOf(error: unknown): number {
  return types.isNativeError(error) && 'errcode' in error ? Number(error.errcode) : 0;
}

/** The constraint that a statement violated; undefined for any other error. */
export function constraintOf(error: unknown): Constraint | undefined {
  return constraints[resultOf(error)];
}

/** Runs synchronous work and explains what SQLite throws. */
export function inSqlite<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainSqlite(error);
  }
}

/** Explains an error of SQLite. */
export function explainSqlite(error: unknown): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const known = knownErrors[resultOf(error) & 0xff] ?? otherError;
  if (known !== fileLocked) return reportedError('SQLite', error.message, known);
  return new PipewrightError({
    ...fileLocked,
    service: 'SQLite',
    message: 'Another program has locked the SQLite file.',
  });
}
