import { randomUUID } from 'node:crypto';
import { sleep, type IExecuteFunctions } from 'n8n-workflow';

/** The parts of n8n that this needs. */
export type ExclusiveContext = Pick<IExecuteFunctions, 'helpers'>;

/** The entry that every lock contains. */
const lockEntry = 'pipewright: a run is being started';

/** How long to wait between two attempts to get the lock. */
const pauseMs = 250;

/** After this time, the process that holds a lock counts as dead: a start takes less, including its searches. */
const longestHoldMs = 3 * 60_000;

/** How long after taking over a lock another process may still take it over too. */
const takeoverPauseMs = 1_000;

/** How many errors of n8n's database in a row are taken for a simultaneous attempt of another process. */
const maxErrors = 5;

const scope = 'node';
const options = { mode: 'entries' } as const;

/**
 * Runs work while no other execution of the same node runs such work, in any process of n8n. The lock is the record in which n8n
 * keeps the processed entries of the node: it exists only while the lock is held. n8n inserts a missing record atomically, but
 * does not update one atomically, so the entries themselves could not serve as a memory of keys.
 * @throws the error of n8n's database if it fails repeatedly
 */
export async function exclusively<T>({ helpers }: ExclusiveContext, work: () => Promise<T>): Promise<T> {
  const own = randomUUID();
  const record = async (...entries: string[]): Promise<string[]> =>
    (await helpers.checkProcessedAndRecord(entries, scope, options)).new.map(String);
  const isOwn = async (): Promise<boolean> => (await record(lockEntry, own)).length === 0;
  await acquire();
  const acquiredAt = Date.now();
  try {
    return await work();
  } finally {
    await release(acquiredAt);
  }

  /** Whether or not our entry is still there: a simultaneous attempt to get the lock may have overwritten it. */
  async function release(since: number): Promise<void> {
    // After too long a time another process may hold the lock.
    if (Date.now() - since >= longestHoldMs) return;
    try {
      await helpers.clearAllProcessedItems(scope, options);
    } catch {
      // The work is done, and others take over the lock in time.
    }
  }

  async function acquire(): Promise<void> {
    let errors = 0;
    let heldSince = Date.now();
    let hasTakenOver = false;
    for (;;) {
      try {
        const added = await record(lockEntry, own);
        errors = 0;
        if (added.includes(lockEntry)) {
          if (!hasTakenOver) return;
          await sleep(takeoverPauseMs);
          if (await isOwn()) return;
          hasTakenOver = false;
        }
        // Our entry is gone if another process holds the lock now.
        if (added.includes(own)) heldSince = Date.now();
        else if (Date.now() - heldSince > longestHoldMs) {
          await helpers.clearAllProcessedItems(scope, options);
          hasTakenOver = true;
          continue;
        }
      } catch (error) {
        errors += 1;
        if (errors >= maxErrors) throw error;
      }
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  }
}
