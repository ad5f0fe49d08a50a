import { entraAuthorities, entraToken } from '../../auth/entra-token.ts';
import { insideFolder } from '../../databases/inside-folder.ts';
import { openTarget } from '../../databases/open-target.ts';
import type { TableTarget } from '../../datasets/load/target.ts';
import { PipewrightError } from '../../host/error.ts';
import type { Host } from '../../host/host.ts';
import type { SqlConnection } from './connection-fields.ts';

function missing(label: string): PipewrightError {
  return new PipewrightError({
    code: 'not-connected',
    service: 'SQL',
    message: `“${label}” is missing in the connection.`,
    hint: 'Fill it in and try again.',
  });
}

/** What opens the databases of Azure SQL in each Microsoft cloud; those of the other clouds are taken from public tools. */
const databaseScopes = {
  public: 'https://database.windows.net/.default',
  'us-government': 'https://database.usgovcloudapi.net/.default',
  china: 'https://database.chinacloudapi.cn/.default',
} as const;

/**
 * Opens the database of a connection.
 * @throws PipewrightError `not-connected` when a value is missing or SQLite is not allowed here
 */
export async function openDatabase(connection: SqlConnection, host: Host): Promise<TableTarget> {
  switch (connection.engine) {
    case 'sqlite':
      return openFile(connection, host);
    case 'sqlserver':
      return openSqlServer(connection, host);
    case 'mysql':
      return openTarget(
        addressOf('mysql', connection, 3306, `ssl=${connection.ssl === 'strict' ? 'verify' : connection.ssl}`),
      );
    case 'postgresql':
      return openTarget(
        addressOf(
          'postgres',
          connection,
          5432,
          `sslmode=${{ strict: 'verify-full', verify: 'verify-full', encrypt: 'no-verify', off: 'disable' }[connection.ssl]}`,
        ),
      );
  }
}

async function openFile({ file }: SqlConnection, { lastingFolder }: Host): Promise<TableTarget> {
  if (!lastingFolder) {
    throw new PipewrightError({
      code: 'not-connected',
      service: 'SQL',
      message: 'SQLite files are not allowed here.',
      hint: 'The operator of an n8n can allow a folder by setting PIPEWRIGHT_SQLITE_FOLDER to its path; or use the database of a server.',
    });
  }
  if (!file) throw missing('Database File');
  const path = await insideFolder(lastingFolder, file);
  const target = await openTarget(`sqlite:${path}`);
  try {
    // SQLite follows links itself: a folder or file that was exchanged meanwhile must not have led it elsewhere.
    if ((await insideFolder(lastingFolder, file)) === path) return target;
    throw new PipewrightError({
      code: 'conflict',
      service: 'SQL',
      message: 'The database file was exchanged while it was opened.',
      hint: 'No table was changed. Run the step again.',
    });
  } catch (error) {
    await target.close();
    throw error;
  }
}

async function openSqlServer(connection: SqlConnection, host: Host): Promise<TableTarget> {
  const patient = {
    sleep: (milliseconds: number) => host.sleep(milliseconds),
    now: () => host.now(),
    ...(host.maxWaitSeconds === undefined ? {} : { retrySeconds: host.maxWaitSeconds / 2 }),
  };
  const encryption = `encrypt=${connection.ssl}`;
  if (connection.login === 'password') return openTarget(addressOf('sqlserver', connection, 1433, encryption), patient);
  const { cloud, tenantId, clientId, clientSecret } = connection;
  if (!tenantId) throw missing('Tenant ID');
  if (!clientId) throw missing('Client ID');
  if (!clientSecret) throw missing('Client Secret');
  const token = await entraToken(host, {
    authority: entraAuthorities[cloud],
    tenantId,
    clientId,
    clientSecret,
    scope: databaseScopes[cloud],
  });
  return openTarget(addressOf('sqlserver', connection, 1433, encryption, false), { ...patient, token });
}

/**
 * The address of a server's database.
 * @param query what stands behind the question mark
 */
function addressOf(
  scheme: string,
  { host, port, database, user, password }: SqlConnection,
  usualPort: number,
  query: string,
  withUser = true,
): string {
  if (!host) throw missing('Host');
  if (!database) throw missing('Database Name');
  if (withUser && !user) throw missing('User');
  const login = [user, password].flatMap((word) => (word ? [encodeURIComponent(word)] : [])).join(':');
  return `${scheme}://${withUser ? `${login}@` : ''}${host}:${port ?? usualPort}/${encodeURIComponent(database)}?${query}`;
}
