import { PipewrightError } from '../../host/error.ts';

/** Longer names are refused by SQL Server. */
export const longestName = 128;

/**
 * A name as SQL Server takes it, whatever is in it.
 * @throws PipewrightError `bad-input` for a name that it cannot hold
 * @see https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers
 */
export function quoteSqlServer(name: string): string {
  if (name !== '' && !name.includes('\0') && name.length <= longestName) return `[${name.replaceAll(']', ']]')}]`;
  throw new PipewrightError({
    code: 'bad-input',
    service: 'SQL Server',
    message:
      name.length > longestName
        ? `The name “${name.slice(0, 80)}” is too long: SQL Server takes ${longestName} characters.`
        : 'The name of a table or column is empty or holds a zero byte.',
    hint: 'Choose another name.',
  });
}
