import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dirname } from 'node:path';
import type { Log } from './command.ts';

/**
 * Does `work` while no other process on this machine does the same; waits for another process to finish first.
 * A process that died does not block others.
 * @param file the lock file; it contains the process ID of its owner
 */
export async function withLock<T>(file: string, log: Log, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  let hasLogged = false;
  while (!(await take(file))) {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    // If the file is empty, its owner is about to write to it.
    if (owner > 0 && !isRunning(owner)) await rm(file, { force: true });
    else if (!hasLogged) log(`Waiting for process ${owner}, which does the same.`);
    hasLogged = true;
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
