import { setTimeout as sleep } from 'node:timers/promises';
import { PipewrightError } from '../../host/error.ts';
import { inSqlite } from './sqlite-error.ts';

const lockTimeoutMs = 30_000;
const pauseMs = 100;

/**
 * Runs work once no other connection has locked the file, retrying for 30 seconds. It pauses here and not in SQLite's
 * busy handler, which would block this process.
 * @throws PipewrightError `busy`
 */
export async function whenUnlocked<T>(work: () => T): Promise<T> {
  const deadline = performance.now() + lockTimeoutMs;
  for (;;) {
    try {
      return inSqlite(work);
    } catch (error) {
      if (!(error instanceof PipewrightError) || error.code !== 'busy' || performance.now() > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
