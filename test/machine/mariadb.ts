import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type Log } from './command.ts';
import { endServer, findAccount, launchServer, type Account } from './database-server.ts';
import { findFreePort } from './free-port.ts';
import { findOrInstall } from './tools.ts';

/** A running MariaDB, and how to reach it. */
export interface MariaDb {
  /** `mysql://user:password@127.0.0.1:port/database` */
  url: string;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Stops the server and deletes its data. */
  stop(): Promise<void>;
}

/** What can be chosen about a server. */
export interface MariaDbOptions {
  /** Told when something must be installed first. */
  log?: Log;
  /** Settings of the server, by name: `{ local_infile: 'OFF' }`. */
  settings?: Record<string, string>;
}

const user = 'pipewright';
const database = 'warehouse';

/**
 * Starts a real MariaDB on 127.0.0.1 on a port of its own, with its data in a temporary folder; installed with apt where
 * it is missing.
 * @throws PipewrightError `not-found` which says what to install, `unavailable` when the server does not start
 */
export async function startMariaDb({ log = console.log, settings = {} }: MariaDbOptions = {}): Promise<MariaDb> {
  const program = await findServer(log);
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-mariadb-'));
  try {
    await chmod(folder, 0o755);
    const account = await findAccount(['mysql', 'nobody']);
    const password = randomBytes(12).toString('hex');
    const data = await createData(folder, password, account);
    const port = await findFreePort();
    const server = await launch(program, data, port, settings, account);
    const removeFolder = () => rmSync(folder, { recursive: true, force: true });
    const abandon = () => {
      server.kill('SIGKILL');
      removeFolder();
    };
    process.once('exit', abandon);
    const host = '127.0.0.1';
    const url = `mysql://${user}:${password}@${host}:${port}/${database}`;
    const stop = async () => {
      process.removeListener('exit', abandon);
      await endServer(server, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    };
    return { url, host, port, user, password, database, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The path of the server's program, which Debian keeps out of the PATH of people who are not root. */
async function findServer(log: Log): Promise<string> {
  return findOrInstall('mariadbd', 'mariadb-server', 'to load tables of MariaDB', log, ['/usr/sbin/mariadbd']);
}

/** Makes an empty database with a user who may do anything; returns the folder of its data. */
async function createData(folder: string, password: string, account?: Account): Promise<string> {
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  await writeFile(join(folder, 'users.sql'), `CREATE DATABASE ${database};\nCREATE USER ${user}@'127.0.0.1' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO ${user}@'127.0.0.1' WITH GRANT OPTION;\n`);
  if (account) await chown(data, account.uid, account.gid);
  const choices = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', `--datadir=${data}`, ...(account ? [`--user=${account.name}`] : [])];
  await runCommand('mariadb-install-db', choices, { cwd: folder });
  return data;
}

function launch(program: string, data: string, port: number, settings: Record<string, string>, account?: Account): Promise<ChildProcess> {
  const all = {
    datadir: data, socket: join(data, 'server.sock'), 'pid-file': join(data, 'server.pid'), 'init-file': join(data, '..', 'users.sql'),
    'bind-address': '127.0.0.1', port: String(port), local_infile: 'ON', innodb_flush_log_at_trx_commit: '2', ...settings,
  };
  const flags = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  return launchServer({ product: 'MariaDB', program, flags: ['--no-defaults', '--skip-name-resolve', ...flags], folder: data, account, ready: 'ready for connections', killSignal: 'SIGKILL' });
}
