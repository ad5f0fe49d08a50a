import { types } from 'node:util';
import { PipewrightError } from '../../host/error.ts';
import { connectionLost, misfit, reportedError, unreachable, type KnownError } from '../known-error.ts';
import { tableUnchanged } from '../load-errors.ts';
import { knownErrors, missingPrivilege } from './mysql-error-table.ts';
import { privilegeHint } from './mysql-rights.ts';

const service = 'MySQL';

/** An error of the server or driver. */
interface MysqlError extends Error {
  errno?: number;
  code?: string;
  fatal?: boolean;
}

const unknownError: KnownError = {
  code: 'unavailable',
  hint: `${tableUnchanged} Look up the error number in the documentation of the server, or ask its administrator.`,
};

/**
 * Explains an error of the server or driver. The statement, which the driver appends, is left out.
 * @param sql the statement that failed, from which the hint names the missing privilege
 */
export function explainMysql(error: unknown, sql = ''): unknown {
  if (error instanceof PipewrightError || !types.isNativeError(error)) return error;
  const { errno = 0, code = '', fatal = false, message }: MysqlError = error;
  const byNumber = knownErrors[String(errno)];
  const known = byNumber ?? knownErrors[code] ?? (fatal ? connectionLost : unknownError);
  const number = byNumber || errno <= 0 ? '' : ` (error ${errno})`;
  return reportedError(
    service,
    message + number,
    known === missingPrivilege ? { ...known, hint: privilegeHint(sql) } : known,
  );
}

/** Whether a server that refused a connection with this error may accept one in a few seconds. */
export function isStarting(error: unknown): boolean {
  return error instanceof PipewrightError && error.retryable && error.hint !== unreachable.hint;
}

/**
 * The error of rows that the server changed or left out, which it reports as a warning.
 * @param before rows sent in earlier statements: the server counts from the first of this one
 */
export function explainWarning(number: number, message: string, before: number): PipewrightError {
  const place = (_all: string, row: string): string => ` (row ${Number(row) + before})`;
  return reportedError(service, message.replace(/ at row (\d+)$/, place), knownErrors[String(number)] ?? misfit);
}
