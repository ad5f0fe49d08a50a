import type { ErrorCode } from '../../host/error.ts';
import type { KnownError } from '../known-error.ts';
import { tableUnchanged } from '../load-errors.ts';

/** A rule of a table that a row can violate. */
export type Constraint = 'check' | 'foreign key' | 'not null' | 'unique' | 'trigger' | 'type';

/** Extended result codes of a violated constraint: the result code is the lower byte. @see https://www.sqlite.org/rescode.html */
export const constraints: Readonly<Record<number, Constraint>> = {
  275: 'check',
  787: 'foreign key',
  1299: 'not null',
  1555: 'unique',
  1811: 'trigger',
  2067: 'unique',
  2579: 'unique',
  3091: 'type',
};

/** Another connection has locked the file. */
export const fileLocked: KnownError = {
  code: 'busy',
  hint: `${tableUnchanged} Run the step again later.`,
  retryable: true,
};

const known = (hint: string, code: ErrorCode = 'unavailable'): KnownError => ({
  code,
  hint: `${tableUnchanged} ${hint}`,
});

/** Errors by result code. */
export const knownErrors: Readonly<Record<number, KnownError>> = {
  5: fileLocked,
  6: fileLocked,
  8: known('The file or its folder is read-only: change its permissions.'),
  10: known('The disk reported an error: check the disk.'),
  11: known('The file is damaged: restore it from a backup.'),
  13: known('The disk is full: free some space.'),
  14: known('The file cannot be opened: check its permissions and those of its folder.'),
  19: known('A row violates a constraint of the table: correct the dataset.', 'conflict'),
  26: known('The file is not a SQLite database: choose another file.'),
};

/** What to do about any other error. */
export const otherError: KnownError = known(
  'Check the names of the table and its columns, and that the file is a writable SQLite database.',
);
