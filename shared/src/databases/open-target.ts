import { PipewrightError } from '../host/error.ts';
import type { TableTarget } from '../datasets/load/target.ts';
import type { OpenOptions } from './open-options.ts';

/**
 * Opens a database by its address: `sqlite:path/to/file.db`,
 * `postgres://user:password@host:port/database?sslmode=verify-full`,
 * `mysql://user:password@host:port/database?ssl=verify` for MySQL and MariaDB, or
 * `sqlserver://user:password@host:port/database?encrypt=verify`. The driver of an engine is loaded only when it is used.
 * @throws PipewrightError `invalid-input` for any other address; the explained error of the database when it cannot be opened
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
    code: 'invalid-input',
    message: kind ? `Databases of the type “${kind}” are not supported.` : 'This is not a database address.',
    hint: 'Use sqlite:path/to/file.db, or postgres://…, mysql://… or sqlserver://… with user:password@host:port/database.',
  });
}
