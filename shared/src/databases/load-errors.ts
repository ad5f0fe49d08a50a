import { PipewrightError, withDetails } from '../host/error.ts';

/** The first sentence of a hint when the load left the table unchanged. */
export const tableUnchanged = 'The table was not changed.';

/** The error of a replacement that would reach other tables through a foreign key. */
export function cascadeError(service: string, otherTable: string): PipewrightError {
  return new PipewrightError({
    code: 'conflict',
    service,
    message: `Replacing the rows would delete or change rows of the table ${otherTable}, which references them.`,
    hint: `${tableUnchanged} Choose the mode Append, or load into another table.`,
  });
}

/** The error of a table that another load has locked for longer than the lock timeout. */
export function lockedError(service: string, table: string): PipewrightError {
  return new PipewrightError({
    code: 'busy',
    service,
    message: `Another load into the table “${table}” is still running.`,
    hint: `${tableUnchanged} Run the step again later.`,
    retryable: true,
  });
}

/** The error of a file whose bytes are not UTF-8. */
export function notUtf8Error(): PipewrightError {
  return new PipewrightError({
    code: 'invalid-file',
    message: 'The file is not in UTF-8.',
    hint: `${tableUnchanged} Save the file as CSV in UTF-8.`,
  });
}

/** The error of a connection that broke during COMMIT: the server may have published the rows. Other errors are returned unchanged. */
export function explainCommit(error: unknown): unknown {
  if (!(error instanceof PipewrightError) || error.code !== 'unavailable') return error;
  return withDetails(error, {
    hint: 'The connection broke while the rows were being published: the table has either all of them or none. With a load key, it is safe to run the step again.',
  });
}
