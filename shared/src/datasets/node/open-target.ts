import { PipewrightError } from '../../host/error.ts';
import type { TableTarget } from '../target.ts';

/**
 * Opens the database at an address: `sqlite:path/to/file.db`,
 * `postgres://user:password@host:port/database?sslmode=verify-full` or, for MySQL and MariaDB,
 * `mysql://user:password@host:port/database?ssl=verify`. A driver is loaded only when its database is chosen.
 * @throws PipewrightError `bad-input` for an address of another kind; what the database says when it cannot be opened
 */
export async function openTarget(address: string): Promise<TableTarget> {
  if (address.startsWith('sqlite:')) {
    const { openSqlite } = await import('./sqlite/sqlite-target.ts');
    return openSqlite(address.slice('sqlite:'.length));
  }
  if (/^postgres(ql)?:\/\//.test(address)) {
    const { openPostgres } = await import('./postgres/postgres-target.ts');
    return openPostgres(address);
  }
  if (/^(mysql|mariadb):\/\//.test(address)) {
    const { openMysql } = await import('./mysql/mysql-target.ts');
    return openMysql(address);
  }
  const kind = /^[a-z0-9+-]+(?=:)/i.exec(address)?.[0];
  throw new PipewrightError({
    code: 'bad-input',
    message: kind ? `Databases of the kind “${kind}” are not known.` : 'That is no address of a database.',
    hint: 'Use sqlite:path/to/file.db, postgres://user:password@host:port/database or mysql://user:password@host:port/database.',
  });
}
