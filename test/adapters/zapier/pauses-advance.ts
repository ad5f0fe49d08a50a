import timers from 'node:timers/promises';
import type { ManualClock } from '../../doubles/server/clock.ts';

/**
 * For a file whose app runs in the test's own process: the app's pauses advance a clock instead of waiting, and the app reads
 * that clock. Its time limits of requests remain real.
 */
export function pausesAdvance(clock: ManualClock): void {
  let spies: jest.SpyInstance[] = [];
  beforeAll(() => {
    const pause = async <T>(milliseconds = 0, value?: T): Promise<T | undefined> => {
      clock.advance(milliseconds);
      return value;
    };
    spies = [
      jest.spyOn(Date, 'now').mockImplementation(() => clock.now()),
      jest.spyOn(timers, 'setTimeout').mockImplementation(pause as typeof timers.setTimeout),
    ];
  });
  afterAll(() => {
    for (const spy of spies) spy.mockRestore();
  });
}
