import { PipewrightError } from '../../../shared/src/host/error.ts';
import { findExecutable } from './command.ts';
import type { Log } from './command.ts';
import { installSystemPackages } from './system-package.ts';

/** The path of `psql`, the PostgreSQL client; installed with apt if it is missing. */
export function findPsql(log: Log): Promise<string> {
  return findOrInstall('psql', 'postgresql-client', 'to load tables the way people do by hand', log);
}

/** The path of `sqlite3`, the SQLite client; installed with apt if it is missing. */
export function findSqlite3(log: Log): Promise<string> {
  return findOrInstall('sqlite3', 'sqlite3', 'to load tables the way people do by hand', log);
}

/** The path of `mariadb`, the client of MariaDB and MySQL; installed with apt if it is missing. */
export function findMariaDbClient(log: Log): Promise<string> {
  return findOrInstall('mariadb', 'mariadb-client', 'to load tables the way people do by hand', log);
}

/** The path of `curl`; installed with apt if it is missing. */
export function findCurl(log: Log): Promise<string> {
  return findOrInstall('curl', 'curl', 'to download the way people do by hand', log);
}

/** The path of `zstd`; installed with apt if it is missing. */
export function findZstd(log: Log): Promise<string> {
  return findOrInstall('zstd', 'zstd', 'to compress datasets the way people do by hand', log);
}

/** The path of `bzip2`; installed with apt if it is missing. */
export function findBzip2(log: Log): Promise<string> {
  return findOrInstall('bzip2', 'bzip2', 'to compress datasets the way people do by hand', log);
}

/**
 * The path of an executable. Installs its package if it is missing.
 * @param places paths to try in addition to the PATH
 * @throws PipewrightError `not-found` with what to install
 */
export async function findOrInstall(
  name: string,
  systemPackage: string,
  purpose: string,
  log: Log,
  places: readonly string[] = [],
): Promise<string> {
  const found = findExecutable(name, places);
  if (found) return found;
  await installSystemPackages([systemPackage], purpose, log);
  const installed = findExecutable(name, places);
  if (installed) return installed;
  throw new PipewrightError({
    code: 'not-found',
    message: `${systemPackage} was installed, but ${name} is not on the PATH.`,
    hint: `Add the folder that holds ${name} to the PATH.`,
  });
}
