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
    message: `“${label}” is missing.`,
    hint: {
      n8n: 'Enter it in the credential and try again.',
      zapier: 'Enter it in the connection and try again.',
    },
  });
}

/** OAuth scopes of Azure SQL in each Microsoft cloud; the scopes of the sovereign clouds come from public tools. */
const databaseScopes = {
  public: 'https://database.windows.net/.default',
  'us-government': 'https://database.usgovcloudapi.net/.default',
  china: 'https://database.chinacloudapi.cn/.default',
} as const;

/**
 * Opens the database of a connection.
 * @throws PipewrightError `not-connected` when a value is missing or SQLite is not allowed
 */
export async function openDatabase(connection: SqlConnection, host: Host): Promise<TableTarget> {
  switch (connection.engine) {
    case 'sqlite':
      return openFile(connection, host);
    case 'sqlserver':
      return openSqlServer(connection, host);
    case 'mysql':
      return openTarget(
        databaseUrl('mysql', connection, 3306, `ssl=${connection.ssl === 'strict' ? 'verify' : connection.ssl}`),
      );
    case 'postgresql':
      return openTarget(
        databaseUrl(
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
      message: 'SQLite files are not allowed on this instance.',
      hint: {
        n8n: 'Set the environment variable PIPEWRIGHT_SQLITE_FOLDER of n8n to an allowed folder, or use a database server.',
        zapier: 'Use a database server.',
      },
    });
  }
  if (!file) throw missing('Database File');
  const path = await insideFolder(lastingFolder, file);
  const target = await openTarget(`sqlite:${path}`);
  try {
    // SQLite follows links: a folder or file replaced in the meantime must not lead outside the allowed folder.
    if ((await insideFolder(lastingFolder, file)) === path) return target;
    throw new PipewrightError({
      code: 'conflict',
      service: 'SQL',
      message: 'The database file was replaced while it was being opened.',
      hint: 'Nothing was changed. Run the step again.',
    });
  } catch (error) {
    await target.close();
    throw error;
  }
}

async function openSqlServer(connection: SqlConnection, host: Host): Promise<TableTarget> {
  const waiting = {
    sleep: (milliseconds: number) => host.sleep(milliseconds),
    now: () => host.now(),
    ...(host.maxWaitSeconds === undefined ? {} : { retrySeconds: host.maxWaitSeconds / 2 }),
  };
  const encryption = `encrypt=${connection.ssl}`;
  if (connection.login === 'password')
    return openTarget(databaseUrl('sqlserver', connection, 1433, encryption), waiting);
  const { cloud, login } = connection;
  if (login === 'managed-identity' || (login === 'federated' && !connection.federatedToken))
    refuseOtherHosts(connection);
  const token = await entraToken(host, {
    ...connection,
    authentication: login === 'entra' ? 'client-secret' : login,
    authority: entraAuthorities[cloud],
    scope: databaseScopes[cloud],
  });
  return openTarget(databaseUrl('sqlserver', connection, 1433, encryption, false), { ...waiting, token });
}

/** The hosts of Microsoft's databases: Azure SQL, Synapse and Fabric. */
const azureDatabase =
  /\.(database\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)|sql\.azuresynapse\.(net|us|azure\.cn)|(database|datawarehouse)\.fabric\.microsoft\.com)$/i;

/** The identity of a machine belongs to everyone who uses the machine, so its token is only sent to Microsoft's databases. */
function refuseOtherHosts({ host }: SqlConnection): void {
  if (!host) throw missing('Host');
  if (azureDatabase.test(host)) return;
  throw new PipewrightError({
    code: 'not-connected',
    service: 'SQL',
    message: `The identity of the machine cannot be used with ${host}: its token is only sent to databases of Azure.`,
    hint: {
      n8n: 'Check Host in the credential: it ends with database.windows.net. Otherwise, select another Authentication.',
      zapier:
        'Check Host in the connection: it ends with database.windows.net. Otherwise, select another Authentication.',
    },
  });
}

/**
 * Builds the URL of a server database.
 * @param query the query string
 */
function databaseUrl(
  scheme: string,
  { host, port, database, user, password }: SqlConnection,
  defaultPort: number,
  query: string,
  withUser = true,
): string {
  if (!host) throw missing('Host');
  if (!database) throw missing('Database Name');
  if (withUser && !user) throw missing('User');
  const login = [user, password].flatMap((word) => (word ? [encodeURIComponent(word)] : [])).join(':');
  return `${scheme}://${withUser ? `${login}@` : ''}${host}:${port ?? defaultPort}/${encodeURIComponent(database)}?${query}`;
}
