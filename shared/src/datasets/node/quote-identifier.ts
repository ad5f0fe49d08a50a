import { PipewrightError } from '../../host/error.ts';

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
const bytesOfPostgresName = 63;

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
