import {
  cancelled,
  connectionErrors,
  connectionHint,
  connectionLost,
  diskFull,
  duplicateKey,
  locked,
  missingValue,
  outOfMemory,
  ruleBroken,
  serverStarting,
  tooManyConnections,
  underCodes,
  type ErrorTable,
} from '../known-error.ts';

/**
 * Errors by SQLSTATE, or by code of the operating system.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const knownErrors: ErrorTable = {
  ...connectionErrors,
  ...Object.fromEntries([
    ...underCodes(connectionLost, '25P03', '57P01', '57P02', '57P05'),
    ...underCodes(locked, '40P01', '55P03'),
    ...underCodes(missingValue, '23502'),
    ...underCodes(duplicateKey, '23505'),
    ...underCodes(ruleBroken, '23514', 'P0001'),
    ...underCodes(tooManyConnections, '53300'),
    ...underCodes(outOfMemory, '53200'),
    ...underCodes(diskFull, '53100'),
    ...underCodes(cancelled, '57014'),
    ...underCodes(serverStarting, '57P03'),
  ]),
  '40001': {
    code: 'unavailable',
    hint: 'The table was not changed. The transaction conflicted with another one. Run the step again.',
    retryable: true,
  },
  '28P01': { code: 'unauthorized', hint: connectionHint('Check the user and password in the {connection}.') },
  '28000': {
    code: 'unauthorized',
    hint: connectionHint(
      'Check the user in the {connection}, and that the server accepts connections from this address.',
    ),
  },
  '3D000': { code: 'not-found', hint: connectionHint('Check the database name in the {connection}.') },
  '3F000': { code: 'not-found', hint: 'Check the schema name.' },
  '42501': {
    code: 'forbidden',
    hint: 'The table was not changed. Grant the missing privilege to the database user.',
  },
  '42P07': {
    code: 'table-exists',
    hint: 'Another session created the table during the load. Run the step again.',
    retryable: true,
  },
  '42701': { code: 'conflict', hint: 'The table was not changed. Rename the column in the dataset.' },
  '54000': {
    code: 'invalid-input',
    hint: 'The table was not changed. A row of PostgreSQL can store about 8,000 bytes, of which every long text takes 18: load fewer columns, or split the dataset into several tables.',
  },
  '54011': {
    code: 'invalid-input',
    hint: 'The table was not changed. A table of PostgreSQL can have 1,600 columns: load fewer columns, or split the dataset into several tables.',
  },
  '25006': {
    code: 'unavailable',
    hint: 'The table was not changed. The server or the user is read-only: connect to the primary server, or as a user with write access.',
  },
  '428C9': {
    code: 'invalid-input',
    hint: 'The table was not changed. The database generates the values of this column: remove it from the dataset.',
  },
  '23503': { code: 'conflict', hint: 'The table was not changed.' },
  '22P05': {
    code: 'invalid-input',
    hint: 'The table was not changed. The encoding of the database lacks a character of the dataset: correct the value, or use a database in UTF-8.',
  },
  '23P01': {
    code: 'conflict',
    hint: 'The table was not changed. A row of the dataset violates this exclusion constraint of the table.',
  },
  '42883': {
    code: 'invalid-input',
    hint: 'The table was not changed. Check that the key columns can be compared, and check the triggers of the table.',
  },
};
