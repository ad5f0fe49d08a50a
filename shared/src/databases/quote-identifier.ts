import { PipewrightError } from '../host/error.ts';

/**
 * A name as SQL takes it, whatever is in it.
 * @throws PipewrightError `bad-input` for a name that no database can hold
 */
export function quoteIdentifier(name: string): string {
  if (name !== '' && !name.includes('\0')) return `"${name.replaceAll('"', '""')}"`;
  throw new PipewrightError({
    code: 'bad-input',
    message: 'The name of a table or column is empty or holds a zero byte.',
    hint: 'Choose another name.',
  });
}

/** Longer names are cut by PostgreSQL, which only makes a notice of it. */
export const bytesOfPostgresName = 63;

/**
 * A name as PostgreSQL takes it.
 * @throws PipewrightError `bad-input` for a name that it cannot hold whole
 */
export function quotePostgres(name: string): string {
  if (Buffer.byteLength(name) <= bytesOfPostgresName) return quoteIdentifier(name);
  throw new PipewrightError({
    code: 'bad-input',
    service: 'PostgreSQL',
    message: `The name “${name.slice(0, 80)}” is too long: PostgreSQL takes ${bytesOfPostgresName} bytes.`,
    hint: 'Choose a shorter one.',
  });
}

/** Letters of a name of MySQL. @see https://dev.mysql.com/doc/refman/8.4/en/identifier-length.html */
const lettersOfMysqlName = 64;

/**
 * A name as MySQL and MariaDB take it.
 * @throws PipewrightError `bad-input` for a name that they cannot hold
 */
export function quoteMysql(name: string): string {
  quoteIdentifier(name);
  const letters = [...name];
  const reason =
    letters.length > lettersOfMysqlName
      ? `is too long: MySQL takes ${lettersOfMysqlName} letters`
      : letters.some((letter) => letter.length > 1)
        ? 'has a letter, such as an emoji, that MySQL takes in values only'
        : undefined;
  if (reason === undefined) return `\`${name.replaceAll('`', '``')}\``;
  throw new PipewrightError({
    code: 'bad-input',
    service: 'MySQL',
    message: `The name “${name.slice(0, 80)}” ${reason}.`,
    hint: 'Choose another one.',
  });
}
