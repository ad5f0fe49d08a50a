import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../machine/command.ts';
import { findFreePort } from '../machine/free-port.ts';
import { installN8n } from '../machine/n8n.ts';
import { node24, projectRoot } from '../machine/paths.ts';
import { installPackages } from './install-packages.ts';
import { N8nApi } from './n8n-api.ts';
import { n8nEnvironment } from './n8n-environment.ts';

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
}

const secondsToStart = 180;

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
    const server = launch(join(install.folder, 'node_modules', 'n8n', 'bin', 'n8n'), environment);
    try {
      const api = new N8nApi(`http://127.0.0.1:${chosenPort}`);
      await waitUntilReady(api.baseUrl, server);
      await api.signIn();
      return {
        baseUrl: api.baseUrl,
        folder: userFolder,
        pid: server.process.pid ?? 0,
        api,
        logs: server.logs,
        stop: () => endProcess(server.process).then(forget),
      };
    } catch (error) {
      await endProcess(server.process);
      throw error;
    }
  } catch (error) {
    await forget();
    throw error;
  }
}

interface Server {
  process: ChildProcess;
  logs(): string;
}

function launch(script: string, env: NodeJS.ProcessEnv): Server {
  const child = fork(script, ['start'], {
    env,
    execPath: node24(),
    execArgv: ['--import', join(projectRoot, 'test', 'n8n-server', 'end-with-parent.mjs')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  child.once('error', (error) => (printed += `\n${error.message}\n`));
  return { process: child, logs: () => printed };
}

async function waitUntilReady(baseUrl: string, server: Server): Promise<void> {
  const deadline = Date.now() + secondsToStart * 1000;
  while (Date.now() < deadline) {
    const { exitCode, signalCode } = server.process;
    if (exitCode !== null || signalCode !== null) throw notStarted(`it ended with ${exitCode ?? signalCode}`, server);
    const ready = await fetch(`${baseUrl}/healthz/readiness`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  throw notStarted(`it was not ready after ${secondsToStart} s`, server);
}

function notStarted(what: string, server: Server): Error {
  return new Error(`n8n did not start: ${what}.\n${server.logs().trim().split('\n').slice(-15).join('\n')}`);
}

/** Asks n8n to end, and makes it end when it takes long. */
async function endProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const patience = setTimeout(() => server.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(patience);
}
