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

/** What can be chosen about an n8n. */
export interface N8nOptions {
  /** Where n8n keeps its data; kept when it stops. Default: a temporary folder, deleted when it stops. */
  folder?: string;
  /** Paths of .tgz files with community nodes. Default: none. */
  packages?: readonly string[];
  /** Settings beside those of `n8nEnvironment`, or instead of them. */
  env?: NodeJS.ProcessEnv;
  /** Default: one that is free. */
  port?: number;
  /** Told when n8n must be installed first. */
  log?: Log;
}

/** A running n8n with its owner signed in; the functions beside this file act on it. */
export interface N8n {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  baseUrl: string;
  /** Where it keeps its data. */
  folder: string;
  /** The id of its process. */
  pid: number;
  api: N8nApi;
  /** All that it has printed. */
  logs(): string;
  /** Ends it; what is running is given five seconds. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut does; its data stay. */
  kill(): Promise<void>;
}

/**
 * Starts a real n8n on 127.0.0.1, offline, installing it first where it is missing, and waits until it is ready.
 * It ends with this process at the latest.
 * @throws PipewrightError when it cannot be installed; Error with its last lines when it does not start
 */
export async function startN8n({ folder, packages = [], env, port, log = console.log }: N8nOptions = {}): Promise<N8n> {
  const install = await installN8n(log);
  const userFolder = folder ?? (await mkdtemp(join(tmpdir(), 'pipewright-n8n-')));
  const forget = async () => {
    if (folder === undefined) await rm(userFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await installPackages(userFolder, packages);
    const chosenPort = port ?? (await findFreePort());
    const environment = { ...n8nEnvironment(userFolder, chosenPort, await findFreePort()), ...env };
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
