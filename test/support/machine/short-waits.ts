import { mainRealm } from './main-realm.ts';

/** The waits between two readings of the status of a run, in milliseconds: longer than pauses before a repeated request, shorter than time limits. */
const statusWaits = { from: 4_000, to: 25_000 };

/** Part of its time that such a wait takes. */
const part = 1 / 50;

/**
 * For a file whose runs end in less than a second: lets real timers between two readings of the status of a run end at once.
 * Only timers of this process outside jest's sandbox change, which n8n's engine and the packages in it use.
 */
export function shortenWaits(): void {
  const original = mainRealm.setTimeout;
  const shortened = (
    action: (...values: unknown[]) => void,
    milliseconds = 0,
    ...values: unknown[]
  ): NodeJS.Timeout => {
    const isStatusWait = milliseconds >= statusWaits.from && milliseconds <= statusWaits.to;
    return original(action, isStatusWait ? milliseconds * part : milliseconds, ...values);
  };
  beforeAll(() => {
    mainRealm.setTimeout = Object.assign(shortened, original);
  });
  afterAll(() => {
    mainRealm.setTimeout = original;
  });
}
