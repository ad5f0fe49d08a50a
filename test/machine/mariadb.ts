import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipewrightError } from '../../shared/src/host/error.ts';
import { runCommand, type Log } from './command.ts';
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

/** The user and group the server runs as. */
interface Account {
  name: string;
  uid: number;
  gid: number;
}

const user = 'pipewright';
const database = 'warehouse';
const secondsToStart = 60;

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
    const account = await serverAccount();
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
      await endProcess(server);
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

/** The account to run as when this process is root: the one made for the purpose, else the one that may do nothing. */
async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [name, , uid, gid] = ['mysql', 'nobody'].map((known) => accounts.find(([each]) => each === known)).find(Boolean) ?? [];
  return name === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
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

/** Starts the server and waits until it takes connections. */
async function launch(program: string, data: string, port: number, settings: Record<string, string>, account?: Account): Promise<ChildProcess> {
  const all = {
    datadir: data, socket: join(data, 'server.sock'), 'pid-file': join(data, 'server.pid'), 'init-file': join(data, '..', 'users.sql'),
    'bind-address': '127.0.0.1', port: String(port), local_infile: 'ON', innodb_flush_log_at_trx_commit: '2', ...settings,
  };
  const flags = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  const server = spawn(program, ['--no-defaults', '--skip-name-resolve', ...flags], { cwd: data, stdio: ['ignore', 'ignore', 'pipe'], ...(account ? { uid: account.uid, gid: account.gid } : {}) });
  let printed = '';
  let whenReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (whenReady = resolve));
  server.stderr.setEncoding('utf8');
  server.stderr.on('data', (text: string) => {
    printed = (printed + text).slice(-4000);
    if (printed.includes('ready for connections')) whenReady();
  });
  const stopWaiting = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    const fail = (what: string) => reject(serverFailed(what, printed));
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code, signal) => fail(`it ended with ${code ?? signal}`));
    const deadline = setTimeout(() => fail(`it was not ready after ${secondsToStart} s`), secondsToStart * 1000);
    stopWaiting.signal.addEventListener('abort', () => clearTimeout(deadline));
  });
  try {
    await Promise.race([ready, failed]);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  } finally {
    stopWaiting.abort();
    failed.catch(() => undefined);
  }
  return server;
}

function serverFailed(what: string, printed: string): PipewrightError {
  return new PipewrightError({
    code: 'unavailable',
    message: `MariaDB did not start: ${what}. ${printed.trim().split('\n').slice(-5).join(' ')}`,
    hint: 'Run the command again; if it fails again, what the server printed above says why.',
  });
}

/** Asks the server to end, and waits until it has. */
async function endProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
}
