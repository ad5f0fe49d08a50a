import { insideFolder } from '../../datasets/node/inside-folder.ts';
import { openTarget } from '../../datasets/node/open-target.ts';
import type { TableTarget } from '../../datasets/target.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import type { SqlConnection } from './connection.ts';

function missing(label: string): PipewrightError {
  return new PipewrightError({ code: 'not-connected', service: 'SQL', message: `“${label}” is missing in the connection.`, hint: 'Fill it in and try again.' });
}

/**
 * Opens the database of a connection.
 * @throws PipewrightError `not-connected` when a value is missing or SQLite is not allowed here
 */
export async function openDatabase(connection: SqlConnection, host: Host): Promise<TableTarget> {
  switch (connection.engine) {
    case 'sqlite':
      return openFile(connection, host);
    case 'mysql':
      return openTarget(addressOf('mysql', connection, 3306, `ssl=${connection.ssl}`));
    case 'postgresql':
      return openTarget(addressOf('postgres', connection, 5432, `sslmode=${{ verify: 'verify-full', encrypt: 'no-verify', off: 'disable' }[connection.ssl]}`));
  }
}

async function openFile({ file }: SqlConnection, { lastingFolder }: Host): Promise<TableTarget> {
  if (!file) throw missing('Database File');
  if (!lastingFolder) {
    throw new PipewrightError({
      code: 'not-connected',
      service: 'SQL',
      message: 'SQLite files are not allowed here.',
      hint: 'The operator of an n8n can allow a folder by setting PIPEWRIGHT_SQLITE_FOLDER to its path; or use the database of a server.',
    });
  }
  return openTarget(`sqlite:${await insideFolder(lastingFolder, file)}`);
}

/**
 * The address of a server's database.
 * @param query what stands behind the question mark
 */
function addressOf(scheme: string, { host, port, database, user, password }: SqlConnection, usualPort: number, query: string): string {
  if (!host) throw missing('Host');
  if (!database) throw missing('Database Name');
  if (!user) throw missing('User');
  const login = [user, password].flatMap((word) => (word ? [encodeURIComponent(word)] : [])).join(':');
  return `${scheme}://${login}@${host}:${port ?? usualPort}/${encodeURIComponent(database)}?${query}`;
}
