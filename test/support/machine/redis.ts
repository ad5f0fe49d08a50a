import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from './command.ts';
import { findFreePort } from './free-port.ts';
import { findOrInstall } from './tools.ts';

/** A running Redis. */
export interface Redis {
  host: string;
  port: number;
  /** Stops it and discards its data. */
  stop(): Promise<void>;
}

const secondsToStart = 300;

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.end());
  });

/**
 * Starts a real Redis on its own port of 127.0.0.1, without persistence. Installs it with apt if it is missing.
 * @throws PipewrightError `not-found` with what to install; Error when it does not start
 */
export async function startRedis(log: Log = console.log): Promise<Redis> {
  const program = await findOrInstall('redis-server', 'redis-server', 'to run n8n in queue mode', log);
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-redis-'));
  const port = await findFreePort();
  const server = spawn(
    program,
    ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: 'ignore' },
  );
  const abandon = (): void => void server.kill('SIGKILL');
  process.once('exit', abandon);
  const stop = async (): Promise<void> => {
    process.removeListener('exit', abandon);
    const ended = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null && server.kill('SIGTERM')) await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + secondsToStart * 1000; Date.now() < deadline; await sleep(50)) {
    if (server.exitCode !== null) break;
    if (await answers(port)) return { host: '127.0.0.1', port, stop };
  }
  await stop();
  throw new Error(`Redis did not start within ${secondsToStart} s.`);
}
