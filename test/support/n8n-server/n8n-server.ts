import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../machine/command.ts';
import { findFreePort } from '../machine/free-port.ts';
import { installN8n } from '../machine/n8n.ts';
import { installPackages } from './install-packages.ts';
import { N8nApi } from './n8n-api.ts';
import { n8nEnvironment } from './n8n-environment.ts';
import { launchN8n } from './n8n-process.ts';
import { fillDataFolder } from './prepared-folder.ts';

/** Options of an n8n server. */
export interface N8nOptions {
  /** The data folder; kept when n8n stops. Default: a temporary folder, deleted when n8n stops. */
  folder?: string;
  /** Paths of .tgz files with community nodes. Default: none. */
  packages?: readonly string[];
  /** Environment variables in addition to those of `n8nEnvironment`, or replacing them. */
  env?: NodeJS.ProcessEnv;
  /** Whether it serves the editor, whose files take a fifth of the CPU time of a start. Default: no. */
  editor?: boolean;
  /** Default: a free port. */
  port?: number;
  /** Called when n8n must be installed first. */
  log?: Log;
}

/** A running n8n with its owner signed in; the functions in this folder operate on it. */
export interface N8n {
  /** `http://127.0.0.1:port`, without a trailing slash. */
  baseUrl: string;
  /** Its data folder. */
  folder: string;
  /** Its process ID. */
  pid: number;
  api: N8nApi;
  /** Its whole output so far. */
  logs(): string;
  /** Stops it; running executions get five seconds to finish. */
  stop(): Promise<void>;
  /** Kills it, as a power failure would; its data is kept. */
  kill(): Promise<void>;
}

/**
 * Starts a real n8n on 127.0.0.1, offline, and waits until it is ready. Installs it first if it is missing.
 * It ends with this process at the latest.
 * @throws PipewrightError when it cannot be installed; Error with the last lines of its output when it does not start
 */
export async function startN8n(options: N8nOptions = {}): Promise<N8n> {
  const { folder, packages = [], env, editor = false, port, log = console.log } = options;
  const install = await installN8n(log);
  const userFolder = folder ?? (await mkdtemp(join(tmpdir(), 'pipewright-n8n-')));
  const forget = async () => {
    if (folder === undefined) await rm(userFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    // Only the default database, SQLite, is in the data folder.
    if (env?.['DB_TYPE'] === undefined) await fillDataFolder(install, userFolder);
    await installPackages(userFolder, packages);
    const chosenPort = port ?? (await findFreePort());
    const environment = {
      ...n8nEnvironment(userFolder, chosenPort, await findFreePort()),
      N8N_DISABLE_UI: String(!editor),
      ...env,
    };
    const api = new N8nApi(`http://127.0.0.1:${chosenPort}`);
    const server = await launchN8n(install.folder, 'start', environment, api.baseUrl);
    try {
      await api.signIn();
    } catch (error) {
      await server.stop();
      throw error;
    }
    const { pid, logs, stop, kill } = server;
    return { baseUrl: api.baseUrl, folder: userFolder, pid, api, logs, stop: () => stop().then(forget), kill };
  } catch (error) {
    await forget();
    throw error;
  }
}
