import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { node24, projectRoot } from '../machine/paths.ts';

/** The role of an n8n process: everything, running executions, or receiving webhooks. */
export type N8nRole = 'start' | 'worker' | 'webhook';

/** A running n8n process. */
export interface N8nProcess {
  pid: number;
  /** Its whole output so far. */
  logs(): string;
  /** Stops it; running executions get a few seconds to finish. */
  stop(): Promise<void>;
  /** Kills it, as a power failure would. */
  kill(): Promise<void>;
}

const secondsToStart = 900;

/**
 * Starts an n8n process and waits until it reports that it is ready. It ends with this process at the latest.
 * @param install the folder with the node_modules that contains n8n
 * @param healthUrl URL of its server or its health check
 * @throws Error with the last lines of its output when it does not start
 */
export async function launchN8n(
  install: string,
  role: N8nRole,
  env: NodeJS.ProcessEnv,
  healthUrl: string,
): Promise<N8nProcess> {
  const server = fork(join(install, 'node_modules', 'n8n', 'bin', 'n8n'), [role], {
    env,
    execPath: node24(),
    execArgv: ['--import', join(projectRoot, 'test', 'support', 'n8n-server', 'end-with-parent.mjs')],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  server.once('error', (error) => (printed += `\n${error.message}\n`));
  const logs = (): string => printed;
  const started = {
    pid: server.pid ?? 0,
    logs,
    stop: () => endProcess(server, 'SIGTERM'),
    kill: () => endProcess(server, 'SIGKILL'),
  };
  try {
    await waitUntilReady(healthUrl, server, logs);
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function waitUntilReady(healthUrl: string, server: ChildProcess, logs: () => string): Promise<void> {
  const deadline = Date.now() + secondsToStart * 1000;
  while (Date.now() < deadline) {
    const { exitCode, signalCode } = server;
    if (exitCode !== null || signalCode !== null) throw notStarted(`it ended with ${exitCode ?? signalCode}`, logs());
    const ready = await fetch(`${healthUrl}/healthz/readiness`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await sleep(200);
  }
  throw notStarted(`it was not ready after ${secondsToStart} s`, logs());
}

function notStarted(what: string, printed: string): Error {
  return new Error(`n8n did not start: ${what}.\n${printed.trim().split('\n').slice(-15).join('\n')}`);
}

/** Stops a process, and kills it if that takes too long. */
async function endProcess(server: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  const forceKill = setTimeout(() => server.kill('SIGKILL'), 15_000);
  await ended;
  clearTimeout(forceKill);
}
