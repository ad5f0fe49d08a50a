import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../target.ts';

/**
 * Opens the database at an address: `sqlite:path/to/file.db` or `postgres://user:password@host:port/database?sslmode=…`.
 * Each driver is loaded only when its database is chosen.
 * @throws PipewrightError `bad-input` for an address of another kind
 */
export async function openTarget(address: string): Promise<TableTarget> {
  if (address.startsWith('sqlite:')) return (await import('./sqlite-target.ts')).openSqlite(address.slice('sqlite:'.length));
  if (/^postgres(ql)?:\/\//.test(address)) return (await import('./postgres-target.ts')).openPostgres(address);
  const kind = /^[a-z0-9+-]+(?=:)/i.exec(address)?.[0];
  throw new PipewrightError({ code: 'bad-input', message: kind ? `Databases of the kind “${kind}” are not known.` : 'That is no address of a database.', hint: 'Use sqlite:path/to/file.db or postgres://user:password@host:port/database.' });
}
