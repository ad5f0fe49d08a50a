import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PipewrightError } from '../../../shared/src/host/error.ts';

/** The user and group that a server runs as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

const secondsToStart = 600;

/** The account for a server when this process is root: the first of the given ones that exists. Undefined for other users. */
export async function findAccount(names: readonly string[]): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [name, , uid, gid] = names.map((known) => accounts.find(([each]) => each === known)).find(Boolean) ?? [];
  return name === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

/** A server to start. */
export interface ServerProgram {
  /** Its display name. */
  product: string;
  program: string;
  flags: readonly string[];
  /** Its working directory. */
  folder: string;
  account?: Account | undefined;
  /** What it prints when it accepts connections. */
  ready: string;
  /** Kills it immediately. */
  killSignal: NodeJS.Signals;
}

/**
 * Starts a server and waits until it accepts connections.
 * @throws PipewrightError `unavailable` with the last lines of its output
 */
export async function launchServer({
  product,
  program,
  flags,
  folder,
  account,
  ready,
  killSignal,
}: ServerProgram): Promise<ChildProcess> {
  const server = spawn(program, flags, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  });
  let printed = '';
  let whenReady: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => (whenReady = resolve));
  server.stderr.setEncoding('utf8');
  server.stderr.on('data', (text: string) => {
    printed = (printed + text).slice(-4000);
    if (printed.includes(ready)) whenReady();
  });
  const stopWaiting = new AbortController();
  const failed = new Promise<never>((_, reject) => {
    const fail = (what: string) =>
      reject(
        new PipewrightError({
          code: 'unavailable',
          message: `${product} did not start: ${what}. ${printed.trim().split('\n').slice(-5).join(' ')}`,
          hint: 'Run the command again; if it fails again, what the server printed above says why.',
        }),
      );
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code, signal) => fail(`it ended with ${code ?? signal}`));
    const deadline = setTimeout(() => fail(`it was not ready after ${secondsToStart} s`), secondsToStart * 1000);
    stopWaiting.signal.addEventListener('abort', () => clearTimeout(deadline));
  });
  try {
    await Promise.race([isReady, failed]);
  } catch (error) {
    server.kill(killSignal);
    throw error;
  } finally {
    stopWaiting.abort();
    failed.catch(() => undefined);
  }
  return server;
}

/** Sends a server a termination signal and waits until it has exited. */
export async function endServer(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill(signal);
  await ended;
}
