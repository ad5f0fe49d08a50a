import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import { runCommand } from './command.ts';
import type { Log } from './command.ts';
import type { Certificate } from './certificate.ts';
import { endServer, findAccount, launchServer, type Account } from './database-server.ts';
import { findFreePort } from './free-port.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';

/** A running PostgreSQL, with its connection details. */
export interface Postgres {
  /** `postgres://user:password@127.0.0.1:port/database` */
  url: string;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** The account that the server runs as, if it differs from this process's. */
  account?: Account | undefined;
  /** Kills the server, as a crash would, and restarts it with the same data and port. */
  crash(): Promise<void>;
  /** Stops the server and deletes its data. */
  stop(): Promise<void>;
}

/** Options of a server. */
export interface PostgresOptions {
  /** Called when something must be installed first. */
  log?: Log;
  /** Settings of the server, by name: `{ log_statement: 'all' }`. */
  settings?: Record<string, string>;
  /** The certificate for clients that request encryption. Default: no encryption. */
  certificate?: Certificate;
}

const user = 'postgres';
const database = 'postgres';

/**
 * Starts a real PostgreSQL on its own port of 127.0.0.1, with its data in a temporary folder. It comes from npm;
 * if npm has none for this machine, the operating system's is used, and installed with apt if it is missing.
 * @throws PipewrightError `not-found` with what to install, `unavailable` when the server does not start
 */
export async function startPostgres({
  log = console.log,
  settings: chosen = {},
  certificate,
}: PostgresOptions = {}): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-postgres-'));
  try {
    await chmod(folder, 0o755);
    const account = await serverAccount();
    const binaries = await findPostgresBinaries(folder, log);
    const password = randomBytes(12).toString('hex');
    const data = await createCluster(folder, binaries, password, account);
    const settings = certificate ? { ...chosen, ...(await placeCertificate(folder, certificate, account)) } : chosen;
    const port = await findFreePort();
    let server = await launch(binaries, data, port, settings, account);
    const removeFolder = () => rmSync(folder, { recursive: true, force: true });
    const abandon = () => {
      server.kill('SIGQUIT');
      removeFolder();
    };
    process.once('exit', abandon);
    const host = '127.0.0.1';
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    const stop = async () => {
      process.removeListener('exit', abandon);
      // The signal makes it close its connections and exit.
      await endServer(server, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    };
    const crash = async () => {
      await endServer(server, 'SIGQUIT');
      server = await launch(binaries, data, port, settings, account);
    };
    return { url, host, port, user, password, database, account, crash, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The account to run as: PostgreSQL's own, else the unprivileged `nobody`. */
async function serverAccount(): Promise<Account | undefined> {
  const found = await findAccount(['postgres', 'nobody']);
  if (found || process.getuid?.() !== 0) return found;
  throw new PipewrightError({
    code: 'not-found',
    message: 'PostgreSQL does not run as root, and this machine has neither a user postgres nor a user nobody.',
    hint: 'Create one: useradd postgres. Or run the command as another user than root.',
  });
}

/** Creates an empty database cluster and returns its folder. */
async function createCluster(folder: string, binaries: string, password: string, account?: Account): Promise<string> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) for (const path of [data, passwordFile]) await chown(path, account.uid, account.gid);
  const choices = [`--username=${user}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await runCommand(join(binaries, 'initdb'), [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...choices], {
    cwd: folder,
    ...account,
  });
  await rm(passwordFile);
  return data;
}

/** Writes a certificate to the server's folder; returns the settings that refer to it. */
async function placeCertificate(
  folder: string,
  { certificate, key }: Certificate,
  account?: Account,
): Promise<Record<string, string>> {
  const [certificateFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await writeFile(certificateFile, certificate);
  await writeFile(keyFile, key, { mode: 0o600 });
  if (account) await chown(keyFile, account.uid, account.gid);
  return { ssl: 'on', ssl_cert_file: certificateFile, ssl_key_file: keyFile };
}

function launch(
  binaries: string,
  data: string,
  port: number,
  settings: Record<string, string>,
  account?: Account,
): Promise<ChildProcess> {
  const all = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return launchServer({
    product: 'PostgreSQL',
    program: join(binaries, 'postgres'),
    flags: ['-D', data, ...flags],
    folder: data,
    account,
    ready: 'ready to accept connections',
    killSignal: 'SIGQUIT',
  });
}
