import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { byCode, byNumber, lost, misfit, unreachable, type Known } from './mysql-error-table.ts';
import { rightsOf } from './mysql-rights.ts';

/**
 * A database's error in our words. The statement, which the driver adds, is left out.
 * @param sql the statement that failed, from which the hint names the right that is missing
 */
export function explainMysql(error: unknown, sql = ''): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { errno = 0, code = '', fatal = false } = error as { errno?: number; code?: string; fatal?: boolean };
  const known =
    byNumber[errno] ??
    byCode[code] ??
    (fatal
      ? lost
      : {
          code: 'unavailable',
          hint: 'The table was not changed. Look up the number of the error in the documentation of the server, or ask its administrator.',
        });
  const number = known === byNumber[errno] || errno <= 0 ? '' : ` (error ${errno})`;
  return said(
    error.message + number,
    known.code === 'forbidden' && accessDenied.has(errno) ? { ...known, hint: rightsOf(sql) } : known,
  );
}

/** Whether a server that gave an error when it was connected to may take connections in some seconds. */
export function isStarting(error: unknown): boolean {
  return error instanceof PipewrightError && error.retryable && error.hint !== unreachable.hint;
}

/** Errors of a user who lacks a right. */
const accessDenied = new Set([1044, 1142, 1143, 1227, 1370]);

/**
 * The error of rows that the server changed or left out, which it calls a warning.
 * @param before rows that were sent in earlier statements; the server counts from this one's first
 */
export function explainWarning(number: number, message: string, before: number): PipewrightError {
  return said(
    message.replace(/ at row (\d+)$/, (_place, row: string) => ` (row ${Number(row) + before})`),
    byNumber[number] ?? misfit,
  );
}

function said(message: string, known: Known): PipewrightError {
  return new PipewrightError({ ...known, service: 'MySQL', message: `MySQL answered: ${message.replace(/\.$/, '')}.` });
}
