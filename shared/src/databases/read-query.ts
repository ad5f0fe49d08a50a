import { PipewrightError } from '../host/error.ts';

/** White space, comments and brackets before a statement. MySQL executes comments that begin with `/*!` or `/*M!`. */
const beforeStatement = /^(?:\s|\(|--[^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?!M?!)[\s\S]*?\*\/)*/;

const readingWords = /^(?:SELECT|WITH|VALUES|TABLE)\b/i;

/** The error of a query that is not one statement that only reads. */
export function notReadOnly(service: string, message: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message,
    hint: 'Nothing was changed or exported. Enter a single SELECT statement that only reads.',
  });
}

/**
 * The query of an export without a final semicolon. The first word is only the first check: the transaction is read-only, and
 * each engine refuses several statements.
 * @throws PipewrightError `invalid-input` for anything that does not begin like a query
 */
export function readQuery(service: string, query: string): string {
  const statement = query.replace(/[;\s]+$/, '');
  if (readingWords.test(statement.replace(beforeStatement, ''))) return statement;
  throw notReadOnly(service, 'The query does not begin with SELECT, WITH, VALUES or TABLE.');
}

/** The error of a query with parameters: no step gives them values, and some engines would use NULL. */
export function parametersWithoutValues(service: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: 'The query has parameters such as ?, $1 or :name, which have no values.',
    hint: 'Nothing was exported. Enter the values themselves in the query.',
  });
}

/** The error of an export whose table does not exist. */
export function noSuchTable(service: string, table: string): PipewrightError {
  return new PipewrightError({
    code: 'table-missing',
    service,
    message: `The table or view “${table}” does not exist, or the database user cannot see it.`,
    hint: 'Check Table and Schema, and the privileges of the database user.',
  });
}

/** Bytes as hexadecimal text, as SQL Server and MySQL write them: `0x00FF`. */
export function hexadecimal(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase()}`;
}

/** Size that a batch of rows aims at, in characters, and its most rows. */
export const batchSize = { characters: 512 * 1024, rows: 2_000 };
