import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Host } from '../../../shared/src/host/host.ts';
import { memoryCache } from '../../../shared/src/host/memory-cache.ts';
import type { RunProvider } from '../../../shared/src/runs/provider.ts';
import type { Run, RunStatus } from '../../../shared/src/runs/run.ts';
import type { WaitChoices } from '../../../shared/src/runs/wait-fields.ts';
import { waitForRun } from '../../../shared/src/runs/wait-for-run.ts';

const choices: WaitChoices = { wait: true, onFailure: 'stop', timeoutMinutes: 90, onTimeout: 'keepRunning' };

const lastRun: Run = {
  id: '0',
  service: 'Test Service',
  name: 'load',
  status: 'succeeded',
  vendorStatus: '',
  parameters: {},
  steps: [],
};

/** A fake clock that advances only during sleeps, and a run whose status depends on its age in seconds. */
function world(statusAt: (seconds: number) => RunStatus | PipewrightError, options: Partial<Host> = {}) {
  let clock = 1_000_000;
  const calls = { get: 0, cancel: 0, steps: 0 };
  const host = {
    now: () => clock,
    random: () => 0.5,
    sleep: async (milliseconds: number) => {
      clock += milliseconds;
      if (host.signal?.aborted) throw new PipewrightError({ code: 'cancelled', message: 'stopped' });
    },
    log: { info: () => undefined, warn: () => undefined },
    ...options,
  } as Host;
  const provider: RunProvider = {
    service: 'Test Service',
    namespace: 'https://vendor.example',
    displayName: 'pipeline load',
    async get(id): Promise<Run> {
      calls.get += 1;
      const status = statusAt((clock - 1_000_000) / 1000);
      if (status instanceof PipewrightError) throw status;
      return { id, service: 'Test Service', name: 'load', status, vendorStatus: status, parameters: {}, steps: [] };
    },
    async cancel() {
      calls.cancel += 1;
    },
    async steps() {
      calls.steps += 1;
      return [
        { name: 'Fetch', status: 'succeeded' },
        { name: 'Copy', status: 'failed', message: 'The table is locked.' },
      ];
    },
  };
  return { host, provider, calls, age: () => (clock - 1_000_000) / 1000 };
}

const fault = (code: 'throttled' | 'unavailable' | 'not-found' | 'forbidden', retryAfterSeconds?: number) =>
  new PipewrightError({
    code,
    message: code,
    retryable: code === 'throttled' || code === 'unavailable',
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

describe('waitForRun', () => {
  it('polls at once and does not sleep if the run has finished', async () => {
    const { host, provider, calls, age } = world(() => 'succeeded');
    await expect(waitForRun(host, provider, '1', choices)).resolves.toMatchObject({ finished: true, succeeded: true });
    expect([calls.get, age()]).toEqual([1, 0]);
  });

  it('treats queued and unknown statuses as active', async () => {
    const { host, provider } = world((age) =>
      age < 10 ? 'queued' : age < 20 ? 'unknown' : age < 30 ? 'running' : 'succeeded',
    );
    expect((await waitForRun(host, provider, '1', choices)).succeeded).toBe(true);
  });

  it.each([60, 300, 600, 1800, 3600])(
    'notices the end of a run of usual duration (%d s) within 5 seconds or 5 %%, with at most 40 requests',
    async (length) => {
      for (const usual of [0.95 * length, length, 1.05 * length]) {
        const { host, provider, age, calls } = world((now) => (now < length ? 'running' : 'succeeded'));
        let asked = 0;
        provider.recent = async () =>
          [(asked += 1), usual].slice(1).map((durationSeconds) => ({ ...lastRun, durationSeconds }));
        await waitForRun(host, provider, '1', choices);
        expect(age() - length).toBeLessThanOrEqual(Math.max(5, length * 0.05) + 0.001);
        expect(asked).toBe(1);
        expect(calls.get + asked).toBeLessThanOrEqual(40);
      }
    },
  );

  it.each([60, 300, 600, 1800, 3600, 4 * 3600])(
    'notices the end of a run of unknown duration (%d s) within 20 %% and five minutes',
    async (length) => {
      const { host, provider, age, calls } = world((now) => (now < length ? 'running' : 'succeeded'));
      await waitForRun(host, provider, '1', { ...choices, timeoutMinutes: 600 });
      expect(age() - length).toBeLessThanOrEqual(Math.min(300, Math.max(5, length * 0.2)) + 0.001);
      if (length <= 3600) expect(calls.get).toBeLessThanOrEqual(40);
    },
  );

  it('keeps waiting if the service does not return recent runs', async () => {
    const { host, provider } = world((now) => (now < 600 ? 'running' : 'succeeded'));
    provider.recent = () => Promise.reject(fault('forbidden'));
    expect((await waitForRun(host, provider, '1', choices)).succeeded).toBe(true);
  });

  it('continues through throttling, server errors and a run that is not visible yet', async () => {
    const { host, provider } = world((age) =>
      age < 8 ? fault('not-found') : age < 20 ? fault('unavailable') : age < 40 ? fault('throttled', 12) : 'succeeded',
    );
    expect((await waitForRun(host, provider, '1', choices)).succeeded).toBe(true);
  });

  it('respects Retry-After', async () => {
    const { host, provider, calls } = world((age) => (age < 299 ? fault('throttled', 300) : 'succeeded'));
    await waitForRun(host, provider, '1', choices);
    expect(calls.get).toBe(2);
  });

  it('throws if access is denied, or if the run is still missing after 30 seconds', async () => {
    await expect(waitForRun(...args(world(() => fault('forbidden'))))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(waitForRun(...args(world(() => fault('not-found'))))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('throws run-failed with the failed step and its message', async () => {
    await expect(waitForRun(...args(world(() => 'failed')))).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of load failed at “Copy”: The table is locked.',
      hint: expect.stringContaining('run 1 in Test Service'),
      output: { id: '1', status: 'failed', finished: true, succeeded: false, failedStep: 'Copy' },
    });
  });

  it('returns a cancelled run if onFailure is continue', async () => {
    const { host, provider } = world(() => 'cancelled');
    await expect(waitForRun(host, provider, '1', { ...choices, onFailure: 'continue' })).resolves.toMatchObject({
      finished: true,
      succeeded: false,
      status: 'cancelled',
      failedStep: 'Copy',
    });
  });

  it('stops at the timeout and keeps the run running, or cancels it', async () => {
    const left = world(() => 'running');
    await expect(waitForRun(left.host, left.provider, '1', { ...choices, timeoutMinutes: 2 })).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('The run is still active.'),
      output: {
        id: '1',
        status: 'unknown',
        vendorStatus: 'running',
        finished: false,
        explanation: expect.stringMatching(
          /^Run 1 of pipeline load did not finish within 2 minutes\. The run is still active\./,
        ),
      },
    });
    expect([left.age(), left.calls.cancel]).toEqual([120, 0]);
    const cancelled = world(() => 'running');
    await expect(
      waitForRun(cancelled.host, cancelled.provider, '1', { ...choices, timeoutMinutes: 2, onTimeout: 'cancel' }),
    ).rejects.toMatchObject({ code: 'timed-out' });
    expect(cancelled.calls.cancel).toBe(1);
  });

  it('reports the timeout even if cancelling fails', async () => {
    const { host, provider } = world(() => 'running');
    provider.cancel = () => Promise.reject(fault('unavailable'));
    await expect(
      waitForRun(host, provider, '1', { ...choices, timeoutMinutes: 1, onTimeout: 'cancel' }),
    ).rejects.toMatchObject({ code: 'timed-out', hint: expect.stringContaining('could not be canceled') });
  });

  it('stops at once when the execution is stopped', async () => {
    const stop = new AbortController();
    const { host, provider, age } = world((now) => (now > 60 && stop.abort(), 'running'), { signal: stop.signal });
    await expect(waitForRun(host, provider, '1', choices)).rejects.toMatchObject({ code: 'cancelled' });
    expect(age()).toBeLessThan(80);
  });

  it('never returns an unfinished run at the platform’s time limit: it stops and says how to wait longer', async () => {
    const { host, provider, age } = world(() => 'running', { maxWaitSeconds: 25 });
    await expect(waitForRun(host, provider, '1', choices)).rejects.toMatchObject({
      code: 'still-running',
      retryable: false,
      hint: { zapier: expect.stringContaining('map the ID of the trigger to Start Key') },
    });
    expect(age()).toBeLessThanOrEqual(25);
    expect(age()).toBeGreaterThan(20);
  });

  it('asks the platform to run the step again if it then finds the same run', async () => {
    const { host, provider } = world(() => 'running', { maxWaitSeconds: 25, cache: memoryCache(() => 0) });
    await expect(waitForRun(host, provider, '1', choices, { repeatable: true })).rejects.toMatchObject({
      code: 'still-running',
      retryable: true,
      retryAfterSeconds: 30,
    });
  });

  it('counts the timeout from the first time that a step waits for the run, and cancels the run then', async () => {
    const { host, provider, calls, age } = world(() => 'running', { maxWaitSeconds: 25, cache: memoryCache(() => 0) });
    const repeated = (): Promise<unknown> =>
      waitForRun(host, provider, '1', { ...choices, timeoutMinutes: 2, onTimeout: 'cancel' }, { repeatable: true });
    const codes: unknown[] = [];
    while (codes.at(-1) !== 'timed-out') {
      codes.push(await repeated().catch(({ code }: PipewrightError) => code));
      await host.sleep(10_000);
    }
    expect(codes).toEqual(['still-running', 'still-running', 'still-running', 'timed-out']);
    expect([calls.cancel, age()]).toEqual([1, 130]);
  });

  it('counts the timeout of a step with other settings from its own first time', async () => {
    const { host, provider, calls } = world(() => 'running', { maxWaitSeconds: 25, cache: memoryCache(() => 0) });
    const waits = (settings: Partial<WaitChoices>): Promise<unknown> =>
      waitForRun(host, provider, '1', { ...choices, ...settings }, { repeatable: true }).catch(
        ({ code }: PipewrightError) => code,
      );
    expect(await waits({ timeoutMinutes: 60 })).toBe('still-running');
    await host.sleep(30 * 60_000);
    expect(await waits({ timeoutMinutes: 10, onTimeout: 'cancel' })).toBe('still-running');
    expect(calls.cancel).toBe(0);
  });

  it.each([
    ['it can be continued', { repeatable: true }, {}],
    ['a callback ends it', { repeatable: false }, { completionMethod: 'callback' as const }],
  ])('returns the unfinished run in the test of a step if %s outside tests', async (_reason, how, more) => {
    const { host, provider } = world(() => 'running', {
      maxWaitSeconds: 25,
      isTest: true,
      cache: memoryCache(() => 0),
    });
    await expect(waitForRun(host, provider, '1', { ...choices, ...more }, how)).resolves.toMatchObject({
      finished: false,
      status: 'running',
    });
  });
});

function args({ host, provider }: ReturnType<typeof world>): [Host, RunProvider, string, WaitChoices] {
  return [host, provider, '1', choices];
}
