import { PipewrightError } from '../host/error.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import type { OpenOptions } from './open-options.ts';

/**
 * Opens the database at an address: `sqlite:path/to/file.db`,
 * `postgres://user:password@host:port/database?sslmode=verify-full`, for MySQL and MariaDB
 * `mysql://user:password@host:port/database?ssl=verify`, or `sqlserver://user:password@host:port/database?encrypt=verify`.
 * A driver is loaded only when its database is chosen.
 * @throws PipewrightError `bad-input` for an address of another kind; what the database says when it cannot be opened
 */
export async function openTarget(address: string, options: OpenOptions = {}): Promise<TableTarget> {
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
    return openMysql(address, options);
  }
  if (address.startsWith('sqlserver://')) {
    const { openSqlServer } = await import('./sql-server/sql-server-target.ts');
    return openSqlServer(address, options);
  }
  const kind = /^[a-z0-9+-]+(?=:)/i.exec(address)?.[0];
  throw new PipewrightError({
    code: 'bad-input',
    message: kind ? `Databases of the kind “${kind}” are not known.` : 'That is no address of a database.',
    hint: 'Use sqlite:path/to/file.db, postgres://…, mysql://… or sqlserver://…, each with user:password@host:port/database.',
  });
}
