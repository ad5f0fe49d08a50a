import { runCommand } from './command.ts';
import { launchServer } from './database-server.ts';
import {
  flagsOf,
  startMysqlServer,
  temporaryFolder,
  type MysqlServer,
  type MysqlServerOptions,
} from './mysql-family.ts';
import { findOrInstall } from './tools.ts';

/**
 * Starts a real MariaDB on its own port of 127.0.0.1, with its data in a temporary folder. Installs it with apt if it
 * is missing.
 * @throws PipewrightError `not-found` with what to install, `unavailable` when the server does not start
 */
export async function startMariaDb(options: MysqlServerOptions = {}): Promise<MysqlServer> {
  // Debian installs the program outside the PATH of users other than root.
  const program = await findOrInstall(
    'mariadbd',
    'mariadb-server',
    'to load tables of MariaDB',
    options.log ?? console.log,
    ['/usr/sbin/mariadbd'],
  );
  return startMysqlServer(
    'mariadb',
    {
      async createData(data, folder, account) {
        await runCommand(
          'mariadb-install-db',
          [
            '--no-defaults',
            '--auth-root-authentication-method=normal',
            '--skip-test-db',
            `--datadir=${data}`,
            ...(account ? [`--user=${account.name}`] : []),
          ],
          { cwd: folder, env: { ...process.env, TMPDIR: temporaryFolder(folder) } },
        );
      },
      launch: (data, _folder, settings, account) =>
        launchServer({
          product: 'MariaDB',
          program,
          flags: ['--no-defaults', '--skip-name-resolve', ...flagsOf(settings)],
          folder: data,
          account,
          ready: 'ready for connections',
          killSignal: 'SIGKILL',
        }),
    },
    options,
  );
}
