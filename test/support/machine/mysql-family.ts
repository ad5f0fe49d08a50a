import { randomBytes } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import type { Log } from './command.ts';
import { endServer, findAccount, type Account } from './database-server.ts';
import { findFreePort } from './free-port.ts';

/** A running MySQL or MariaDB, with its connection details. */
export interface MysqlServer {
  /** `mysql://user:password@127.0.0.1:port/database`, for a user with only `documentedRights`. */
  url: string;
  /** The same address for a user with all privileges. */
  adminUrl: string;
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Stops the server and deletes its data. */
  stop(): Promise<void>;
}

/** Options of a server. */
export interface MysqlServerOptions {
  /** Called when something must be installed first. */
  log?: Log;
  /** Settings of the server, by name: `{ local_infile: 'OFF' }`. */
  settings?: Record<string, string>;
  /** The certificate for clients that request encryption. Default: the server's own choice. */
  certificate?: Certificate;
}

/** The privileges that docs/datasets.md asks for; the tests' user has exactly these. */
export const documentedRights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE TEMPORARY TABLES';

/** How to prepare and start one of the two products. */
export interface MysqlProduct {
  /** Creates an empty data folder. */
  createData(data: string, folder: string, account?: Account): Promise<void>;
  launch(data: string, folder: string, settings: Record<string, string>, account?: Account): Promise<ChildProcess>;
}

const user = 'pipewright';
const database = 'warehouse';
const host = '127.0.0.1';

/**
 * Starts a server on its own port of 127.0.0.1, with its data in a temporary folder.
 * @param name prefix of the temporary folder
 * @throws PipewrightError `unavailable` when the server does not start
 */
export async function startMysqlServer(
  name: string,
  product: MysqlProduct,
  { settings = {}, certificate }: MysqlServerOptions,
): Promise<MysqlServer> {
  const folder = await mkdtemp(join(tmpdir(), `pipewright-${name}-`));
  try {
    await chmod(folder, 0o755);
    const account = await findAccount(['mysql', 'nobody']);
    const [password, adminPassword] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
    const data = join(folder, 'data');
    await mkdir(data, { mode: 0o700 });
    const temporary = temporaryFolder(folder);
    await mkdir(temporary, { mode: 0o700 });
    if (account) for (const path of [data, temporary]) await chown(path, account.uid, account.gid);
    await writeUsers(join(folder, 'users.sql'), password, adminPassword);
    await product.createData(data, folder, account);
    const port = await findFreePort();
    const all = {
      datadir: data,
      tmpdir: temporary,
      socket: join(data, 'server.sock'),
      'pid-file': join(data, 'server.pid'),
      'init-file': join(folder, 'users.sql'),
      'bind-address': host,
      port: String(port),
      local_infile: 'ON',
      innodb_flush_log_at_trx_commit: '2',
      ...(certificate ? await placeCertificate(folder, certificate, account) : {}),
      ...settings,
    };
    const server = await product.launch(data, folder, all, account);
    const abandon = () => {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    };
    process.once('exit', abandon);
    const stop = async () => {
      process.removeListener('exit', abandon);
      await endServer(server, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    };
    const place = `${host}:${port}/${database}`;
    return {
      url: `mysql://${user}:${password}@${place}`,
      adminUrl: `mysql://admin:${adminPassword}@${place}`,
      host,
      port,
      user,
      password,
      database,
      stop,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The folder for a server's temporary files: on startup, a server deletes those of every other server in the same folder. */
export function temporaryFolder(folder: string): string {
  return join(folder, 'tmp');
}

/** Settings as command-line options of the server. */
export function flagsOf(settings: Record<string, string>): string[] {
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/** Writes the SQL that a server runs at startup. */
async function writeUsers(file: string, password: string, adminPassword: string): Promise<void> {
  const statements = [
    `CREATE DATABASE ${database}`,
    `CREATE USER ${user}@'${host}' IDENTIFIED BY '${password}'`,
    `GRANT ${documentedRights} ON ${database}.* TO ${user}@'${host}'`,
    `CREATE USER admin@'${host}' IDENTIFIED BY '${adminPassword}'`,
    `GRANT ALL ON *.* TO admin@'${host}' WITH GRANT OPTION`,
  ];
  await writeFile(file, statements.map((statement) => `${statement};\n`).join(''));
}

/** Writes a certificate to the server's folder; returns the settings that refer to it. */
async function placeCertificate(
  folder: string,
  { certificate, key }: Certificate,
  account?: Account,
): Promise<Record<string, string>> {
  const [certificateFile, keyFile] = [join(folder, 'server-cert.pem'), join(folder, 'server-key.pem')];
  await writeFile(certificateFile, certificate);
  await writeFile(keyFile, key, { mode: 0o600 });
  if (account) await chown(keyFile, account.uid, account.gid);
  return { ssl_cert: certificateFile, ssl_key: keyFile };
}
