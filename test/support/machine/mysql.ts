import { runCommand } from './command.ts';
import { launchServer, type Account } from './database-server.ts';
import {
  flagsOf,
  startMysqlServer,
  temporaryFolder,
  type MysqlServer,
  type MysqlServerOptions,
} from './mysql-family.ts';
import { findMysqlPackages } from './mysql-packages.ts';

/**
 * Starts a real MySQL on its own port of 127.0.0.1, with its data in a temporary folder. The server comes from
 * Debian's packages and is kept in the cache; the machine is not changed.
 * @throws PipewrightError `not-found` with what is missing, `unavailable` when the server does not start
 */
export async function startMysql(options: MysqlServerOptions = {}): Promise<MysqlServer> {
  const { loader, libraries, program, base } = await findMysqlPackages(options.log ?? console.log);
  // When started as root, the server reads its files from root's cache before it switches to another user.
  const flagsFor = (account?: Account): string[] => [
    '--library-path',
    libraries,
    program,
    '--no-defaults',
    `--basedir=${base}`,
    ...(account ? [`--user=${account.name}`] : []),
  ];
  return startMysqlServer(
    'mysql',
    {
      async createData(data, folder, account) {
        await runCommand(loader, [...flagsFor(account), '--initialize-insecure', `--datadir=${data}`], {
          cwd: folder,
          env: { ...process.env, TMPDIR: temporaryFolder(folder) },
        });
      },
      launch: (data, _folder, settings, account) =>
        launchServer({
          product: 'MySQL',
          program: loader,
          folder: data,
          ready: 'ready for connections',
          killSignal: 'SIGKILL',
          flags: [
            ...flagsFor(account),
            ...flagsOf({
              mysqlx: 'OFF',
              secure_file_priv: 'NULL',
              skip_name_resolve: 'ON',
              ...(settings['log_bin'] ? {} : { disable_log_bin: 'ON' }),
              ...settings,
            }),
          ],
        }),
    },
    options,
  );
}
