import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Host } from '../../../shared/src/host/host.ts';
import type { HttpRequest } from '../../../shared/src/host/http.ts';
import { anyResponse } from '../../../shared/src/http/response-schema.ts';
import { openApi } from '../../../shared/src/http/api.ts';
import type { RunProvider } from '../../../shared/src/runs/provider.ts';
import type { Run } from '../../../shared/src/runs/run.ts';
import type { WaitChoices } from '../../../shared/src/runs/wait-fields.ts';
import { waitForRun } from '../../../shared/src/runs/wait-for-run.ts';
import { fakeHost, fakeStart } from '../fake-host.ts';

const choices: WaitChoices = { wait: true, onFailure: 'continue', timeoutMinutes: 30, onTimeout: 'keepRunning' };
const run = (status: Run['status']): Run => ({
  id: '1',
  service: 'Vendor',
  name: 'load',
  status,
  vendorStatus: status,
  parameters: {},
  steps: [],
});

/** A provider of one run whose status depends on its age in seconds. */
function provide(
  host: Host,
  statusAt: (seconds: number) => Run['status'] | PipewrightError,
  limits: (number | undefined)[] = [],
): RunProvider {
  return {
    service: 'Vendor',
    namespace: 'https://vendor.example',
    displayName: 'job load',
    async get(_id, { endsAt } = {}) {
      limits.push(endsAt);
      const status = statusAt((host.now() - fakeStart) / 1000);
      if (status instanceof PipewrightError) throw status;
      return run(status);
    },
    async cancel() {},
  };
}

const odd = new PipewrightError({ code: 'unexpected-response', message: 'Vendor sent an answer that is not JSON.' });
const refused = new PipewrightError({
  code: 'unauthorized',
  message: 'Vendor answered: the token was revoked.',
  status: 401,
});

describe('waitForRun', () => {
  it('continues after an unreadable response', async () => {
    const host = fakeHost();
    expect(
      await waitForRun(
        host,
        provide(host, (age) => (age < 600 ? odd : 'succeeded')),
        '1',
        choices,
      ),
    ).toMatchObject({ succeeded: true });
  });

  it('reports at the timeout that the status could not be read and the run may still be active', async () => {
    const host = fakeHost();
    await expect(
      waitForRun(
        host,
        provide(host, (age) => (age < 60 ? 'running' : odd)),
        '1',
        choices,
      ),
    ).rejects.toMatchObject({ code: 'timed-out', hint: expect.stringMatching(/not JSON.*may still be active/) });
    expect(host.now()).toBe(fakeStart + 30 * 60_000);
  });

  it('continues if the login is refused for some minutes', async () => {
    const host = fakeHost();
    expect(
      await waitForRun(
        host,
        provide(host, (age) => (age > 60 && age < 300 ? refused : age < 600 ? 'running' : 'succeeded')),
        '1',
        choices,
      ),
    ).toMatchObject({ succeeded: true });
  });

  it('throws if the login is refused for longer, and reports that the run may still be active', async () => {
    const host = fakeHost();
    await expect(
      waitForRun(
        host,
        provide(host, (age) => (age < 60 ? 'running' : refused)),
        '1',
        choices,
      ),
    ).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/run 1 .*may still be active.*revoked/),
    });
    expect(host.now() - fakeStart).toBeLessThan(15 * 60_000);
  });

  it('limits each request by its timeout', async () => {
    const host = fakeHost();
    const limits: (number | undefined)[] = [];
    await waitForRun(
      host,
      provide(host, (age) => (age < 60 ? 'running' : 'succeeded'), limits),
      '1',
      choices,
    );
    expect(new Set(limits)).toEqual(new Set([fakeStart + 30 * 60_000]));
  });

  it('limits each request by the platform’s time limit', async () => {
    const host = fakeHost({ maxWaitSeconds: 25 });
    const limits: (number | undefined)[] = [];
    await expect(
      waitForRun(
        host,
        provide(host, () => 'running', limits),
        '1',
        choices,
      ),
    ).rejects.toMatchObject({ code: 'still-running' });
    expect(new Set(limits)).toEqual(new Set([fakeStart + 25_000]));
  });
});

describe('A request with a deadline', () => {
  function open(answer: (request: HttpRequest, pass: (milliseconds: number) => void) => number) {
    let clock = fakeStart;
    const timeouts: (number | undefined)[] = [];
    const host = {
      ...fakeHost(),
      now: () => clock,
      sleep: async (milliseconds: number) => void (clock += milliseconds),
      async http(request: HttpRequest) {
        timeouts.push(request.timeout);
        return { status: answer(request, (milliseconds) => (clock += milliseconds)), headers: {}, text: '{}' };
      },
    };
    return {
      timeouts,
      host,
      api: openApi({ service: 'Vendor', baseUrl: 'https://api.example', host, authorize: async () => ({}) }),
      age: () => clock - fakeStart,
    };
  }

  it('times out each attempt at the deadline', async () => {
    const { api, timeouts } = open((_request, pass) => {
      pass(8_000);
      return 503;
    });
    await expect(api.json('GET', '/a', anyResponse, { endsAt: fakeStart + 20_000 })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(timeouts.every((timeout, index) => (timeout ?? Infinity) <= 20_000 - 8_000 * index)).toBe(true);
    expect(timeouts.length).toBeLessThan(4);
  });

  it('does not sleep beyond the deadline, whatever Retry-After is', async () => {
    const { api, age } = open(() => 429);
    await expect(api.json('GET', '/a', anyResponse, { endsAt: fakeStart + 300 })).rejects.toMatchObject({
      code: 'throttled',
    });
    expect(age()).toBe(0);
  });

  it('times out after 30 seconds by default', async () => {
    const { api, timeouts } = open(() => 200);
    await api.json('GET', '/a', anyResponse);
    expect(timeouts).toEqual([30_000]);
  });
});
