import type { IExecuteFunctions } from 'n8n-workflow';
import { exclusively } from '../../../n8n-nodes/adapter/exclusive.ts';

type Helpers = IExecuteFunctions['helpers'];

/** n8n's record of processed entries, with the race conditions of the real one: a read, and later an insert or an update. */
class Database {
  record: string[] | undefined;
  isBroken = false;

  /** Takes as long as a step of a busy database: usually a few milliseconds, sometimes much longer. */
  private async turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, -Math.log(1 - Math.random()) * 5));
  }

  /** The helpers of one execution. */
  helpers(): Helpers {
    const helpers: Partial<Helpers> = {
      checkProcessedAndRecord: async (items) => {
        await this.turn();
        if (this.isBroken) throw new Error('the database is down');
        const entries = items.map(String);
        const read = this.record && [...this.record];
        await this.turn();
        if (!read) {
          if (this.record) throw new Error('UNIQUE constraint failed');
          this.record = entries;
          return { new: items, processed: [] };
        }
        const added = entries.filter((entry) => !read.includes(entry));
        if (this.record) this.record = [...read, ...added];
        return { new: added, processed: entries.filter((entry) => read.includes(entry)) };
      },
      clearAllProcessedItems: async () => {
        await this.turn();
        if (this.isBroken) throw new Error('the database is down');
        this.record = undefined;
      },
    };
    return helpers as Helpers;
  }
}

let database: Database;
beforeEach(() => {
  jest.useFakeTimers();
  database = new Database();
});
afterEach(() => jest.useRealTimers());

/** Lets time pass until the work has ended. */
async function finish<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => void (isDone = true);
  work.then(end, end);
  while (!isDone) await jest.advanceTimersByTimeAsync(100);
  return work;
}

it('exclusively runs one work at a time, each once, and leaves nothing behind', async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 40));
    running -= 1;
    done += 1;
  };
  const begunAt = Date.now();
  const rounds = Array.from({ length: 20 }, async () => {
    for (let round = 0; round < 4; round += 1) await exclusively({ helpers: database.helpers() }, work);
  });
  await finish(Promise.all(rounds));
  expect([most, done]).toEqual([1, 80]);
  // No lock was left behind, which others would take over only after three minutes.
  expect(Date.now() - begunAt).toBeLessThan(3 * 60_000);
});

it('exclusively returns the result of the work if the lock cannot be released', async () => {
  const work = async (): Promise<string> => {
    database.isBroken = true;
    return 'started';
  };
  await expect(finish(exclusively({ helpers: database.helpers() }, work))).resolves.toBe('started');
});

it('exclusively releases the lock if the work fails', async () => {
  const failing = exclusively({ helpers: database.helpers() }, () => Promise.reject(new Error('refused')));
  await expect(finish(failing)).rejects.toThrow('refused');
  expect(database.record).toBeUndefined();
});

it('exclusively takes over the lock of a process that was killed, one execution at a time', async () => {
  void exclusively({ helpers: database.helpers() }, () => new Promise(() => undefined));
  await jest.advanceTimersByTimeAsync(1_000);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 40));
    running -= 1;
  };
  const waiting = Promise.all(Array.from({ length: 5 }, () => exclusively({ helpers: database.helpers() }, work)));
  await jest.advanceTimersByTimeAsync(2 * 60_000);
  expect(most).toBe(0);
  await finish(waiting);
  expect([most, database.record]).toEqual([1, undefined]);
});

it('exclusively reports the error of the database instead of starting without the lock', async () => {
  database.isBroken = true;
  const work = jest.fn();
  await expect(finish(exclusively({ helpers: database.helpers() }, work))).rejects.toThrow('the database is down');
  expect(work).not.toHaveBeenCalled();
});
