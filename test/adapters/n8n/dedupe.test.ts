import { claimEvent, settleEvent } from '../../../n8n-nodes/adapter/dedupe.ts';
import { forgetConnection, cachedConnection } from '../../../n8n-nodes/adapter/connection-cache.ts';

/** The current state of a promise. */
async function stateOf(promise: Promise<boolean>): Promise<boolean | 'waiting'> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return Promise.race([promise, Promise.resolve('waiting' as const)]);
}

describe('claimEvent', () => {
  it('makes a repeat wait for the first delivery and reports it as a repeat once that one has started', async () => {
    expect(await claimEvent('started')).toBe(true);
    const repeat = claimEvent('started');
    expect(await stateOf(repeat)).toBe('waiting');
    settleEvent('started', true);
    expect(await repeat).toBe(false);
    expect(await claimEvent('started')).toBe(false);
  });

  it('lets one waiting repeat claim the event when the first delivery fails', async () => {
    expect(await claimEvent('failed')).toBe(true);
    const repeats = [claimEvent('failed'), claimEvent('failed'), claimEvent('failed')];
    settleEvent('failed', false);
    expect(await Promise.all(repeats.map(stateOf))).toEqual([true, 'waiting', 'waiting']);
    settleEvent('failed', true);
    expect(await Promise.all(repeats)).toEqual([true, false, false]);
  });

  it('releases an event that was settled too early', async () => {
    expect(await claimEvent('early')).toBe(true);
    settleEvent('early', true);
    settleEvent('early', false);
    expect(await claimEvent('early')).toBe(true);
    settleEvent('early', true);
  });

  it('detects a repeat after 199,999 other events and then drops the oldest', async () => {
    const see = async (key: string): Promise<void> => {
      await claimEvent(key);
      settleEvent(key, true);
    };
    await see('among many');
    for (let event = 1; event < 200_000; event += 1) await see(`other ${event}`);
    expect(await claimEvent('among many')).toBe(false);
    await see('one more');
    expect(await claimEvent('among many')).toBe(true);
    settleEvent('among many', false);
  });
});

describe('cachedConnection', () => {
  const clock = { wall: 1_000_000, monotonic: 1_000 };
  let secret = 'old';
  let readings = 0;
  const read = async () => {
    readings += 1;
    return { secret };
  };
  const known = async (): Promise<unknown> =>
    (await cachedConnection('w:n', read, false, () => ({ ...clock })))['secret'];
  beforeEach(() => {
    forgetConnection('w:n');
    readings = 0;
    secret = 'old';
  });

  it('does not keep a replaced secret when the clock is set back', async () => {
    expect(await known()).toBe('old');
    secret = 'new';
    clock.monotonic += 61_000;
    clock.wall -= 3_600_000;
    expect(await known()).toBe('new');
    expect(readings).toBe(2);
  });

  it('does not keep it when the clock is set back to just after the last read', async () => {
    expect(await known()).toBe('old');
    secret = 'new';
    clock.monotonic += 300_000;
    clock.wall += 10;
    expect(await known()).toBe('new');
  });

  it('keeps a secret for a minute, and drops it when the credential cannot be read', async () => {
    expect(await known()).toBe('old');
    clock.monotonic += 59_000;
    expect(await known()).toBe('old');
    expect(readings).toBe(1);
    clock.monotonic += 2_000;
    const gone = () =>
      cachedConnection(
        'w:n',
        () => Promise.reject(new Error('deleted')),
        false,
        () => ({ ...clock }),
      );
    await expect(gone()).rejects.toThrow('deleted');
    await expect(gone()).rejects.toThrow('deleted');
  });
});
