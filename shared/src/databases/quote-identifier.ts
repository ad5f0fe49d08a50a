import { PipewrightError } from '../host/error.ts';

/** Longest name of PostgreSQL in bytes of UTF-8: it truncates longer ones and only sends a notice. */
export const maxPostgresNameBytes = 63;

/** Longest name of MySQL in characters. @see https://dev.mysql.com/doc/refman/8.4/en/identifier-length.html */
export const maxMysqlNameLength = 64;

/** Longest name of SQL Server in units of UTF-16. @see https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers */
export const maxSqlServerNameLength = 128;

/**
 * Quotes a name as standard SQL and SQLite do.
 * @throws PipewrightError `invalid-input` for a name that no database accepts
 */
export function quoteIdentifier(name: string): string {
  refuseInvalid(name);
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a name for PostgreSQL.
 * @throws PipewrightError `invalid-input` for a name that PostgreSQL would truncate
 */
export function quotePostgres(name: string): string {
  if (Buffer.byteLength(name) > maxPostgresNameBytes)
    throw invalidName('PostgreSQL', name, `is longer than the ${maxPostgresNameBytes} bytes that PostgreSQL allows`);
  return quoteIdentifier(name);
}

/**
 * Quotes a name for MySQL and MariaDB.
 * @throws PipewrightError `invalid-input` for a name that they do not accept
 */
export function quoteMysql(name: string): string {
  refuseInvalid(name);
  const characters = [...name];
  if (characters.length > maxMysqlNameLength)
    throw invalidName('MySQL', name, `is longer than the ${maxMysqlNameLength} characters that MySQL allows`);
  if (characters.some((character) => character.length > 1))
    throw invalidName('MySQL', name, 'contains a character, such as an emoji, that MySQL allows only in values');
  return `\`${name.replaceAll('`', '``')}\``;
}

/**
 * Quotes a name for SQL Server.
 * @throws PipewrightError `invalid-input` for a name that SQL Server does not accept
 */
export function quoteSqlServer(name: string): string {
  refuseInvalid(name, 'SQL Server');
  if (name.length > maxSqlServerNameLength)
    throw invalidName(
      'SQL Server',
      name,
      `is longer than the ${maxSqlServerNameLength} characters that SQL Server allows`,
    );
  return `[${name.replaceAll(']', ']]')}]`;
}

function refuseInvalid(name: string, service?: string): void {
  if (name !== '' && !name.includes('\0')) return;
  throw new PipewrightError({
    code: 'invalid-input',
    ...(service === undefined ? {} : { service }),
    message: 'The name of a table or column is empty or contains a NUL character.',
    hint: 'Choose another name.',
  });
}

function invalidName(service: string, name: string, reason: string): PipewrightError {
  return new PipewrightError({
    code: 'invalid-input',
    service,
    message: `The name “${name.slice(0, 80)}” ${reason}.`,
    hint: 'Choose another name.',
  });
}
