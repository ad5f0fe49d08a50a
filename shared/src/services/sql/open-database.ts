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
  if (connection.engine === 'sqlite') {
    if (!connection.file) throw missing('Database File');
    if (!host.lastingFolder) {
      throw new PipewrightError({
        code: 'not-connected',
        service: 'SQL',
        message: 'SQLite files are not allowed on this n8n.',
        hint: 'Its operator can allow a folder by setting PIPEWRIGHT_SQLITE_FOLDER to its path; or use PostgreSQL.',
      });
    }
    return openTarget(`sqlite:${await insideFolder(host.lastingFolder, connection.file)}`);
  }
  const { host: server, port, database, user, password, ssl } = connection;
  if (!server) throw missing('Host');
  if (!database) throw missing('Database Name');
  if (!user) throw missing('User');
  const login = [user, ...(password ? [password] : [])].map(encodeURIComponent).join(':');
  const mode = { verify: 'verify-full', encrypt: 'no-verify', off: 'disable' }[ssl];
  return openTarget(`postgres://${login}@${server}:${port}/${encodeURIComponent(database)}?sslmode=${mode}`);
}
