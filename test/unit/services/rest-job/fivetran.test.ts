import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../../fake-host.ts';
import { operate } from '../../operate.ts';

const base = 'https://api.fivetran.com/v1';
const connection = { baseUrl: base, authentication: 'basic', user: 'api-key', password: 'very-secret' };
const input = { tool: 'fivetran', job: 'iodize_impressive' };
const url = `${base}/connections/iodize_impressive`;
const before = '2026-11-19T23:00:00.123456Z';
const after = '2026-11-20T08:07:30.500000Z';

const state = (sync: string, succeeded: string | null, failed: string | null = null): Answer => ({
  json: {
    code: 'Success',
    data: { id: 'iodize_impressive', succeeded_at: succeeded, failed_at: failed, status: { sync_state: sync } },
  },
});
const accepted: Answer = { json: { code: 'Success', message: 'Sync has been successfully triggered' } };
const run = (host: FakeHost, typed: Record<string, unknown> = {}) =>
  operate(restJob, 'runJob', { ...input, ...typed }, host, connection);
const syncs = (host: FakeHost): number => host.sent('POST', '/sync').length;

describe('Run Job of Fivetran, which returns no run IDs', () => {
  it('waits until the connection has ended later than before the start', async () => {
    const host = fakeHost()
      .on('POST', `${url}/sync`, accepted)
      .on('GET', url, [
        state('scheduled', before),
        state('scheduled', before),
        state('syncing', before),
        state('rescheduled', before),
        state('scheduled', after),
      ]);
    expect(await run(host)).toMatchObject({
      id: '2026-11-19T23:00:00.123Z',
      service: 'Fivetran',
      name: 'connection iodize_impressive',
      status: 'succeeded',
      finishedAt: '2026-11-20T08:07:30.500Z',
      readAs: expect.stringContaining('“succeeded_at” was read as Succeeded.'),
    });
    const [sent] = host.sent('POST', '/sync');
    expect(sent?.json).toEqual({ force: false });
    expect(sent?.headers).toMatchObject({
      accept: 'application/json;version=2',
      authorization: `Basic ${Buffer.from('api-key:very-secret').toString('base64')}`,
    });
  });

  it('reports a sync that failed, also the first one of a connection', async () => {
    const host = fakeHost()
      .on('POST', `${url}/sync`, accepted)
      .on('GET', url, [state('scheduled', null), state('syncing', null), state('scheduled', null, after)]);
    expect(await run(host, { onFailure: 'continue' })).toMatchObject({ id: 'never', status: 'failed' });
  });

  it('reports the first end after the start, if the connection has succeeded and failed since', async () => {
    const later = '2026-11-20T09:00:00Z';
    const host = fakeHost()
      .on('POST', `${url}/sync`, accepted)
      .on('GET', url, [state('scheduled', before), state('scheduled', later, after)]);
    expect(await run(host, { onFailure: 'continue' })).toMatchObject({ status: 'failed' });
  });

  it('starts nothing while a sync is active, because their ends cannot be told apart', async () => {
    const host = fakeHost().on('GET', url, state('syncing', before));
    await expect(run(host)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already runs'),
    });
    expect(syncs(host)).toBe(0);
  });

  it('does not claim that a sync may have started if the state before could not be read', async () => {
    const host = fakeHost().on('GET', url, { status: 503 });
    await expect(run(host)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('may have started'),
    });
    expect(syncs(host)).toBe(0);
  });

  it('finds the sync of a start that was not confirmed, and never starts a second one', async () => {
    const host = fakeHost()
      .on('POST', `${url}/sync`, 'lost')
      .on('GET', url, [state('scheduled', before), state('syncing', before), state('scheduled', after)]);
    expect(await run(host)).toMatchObject({ status: 'succeeded' });
    expect(syncs(host)).toBe(1);
    const idle = fakeHost().on('POST', `${url}/sync`, 'lost').on('GET', url, state('scheduled', before));
    await expect(run(idle)).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    expect(syncs(idle)).toBe(1);
  });

  it('starts one sync per Start Key', async () => {
    const host = fakeHost()
      .on('POST', `${url}/sync`, accepted)
      .on('GET', url, [state('scheduled', before), state('scheduled', after)]);
    await run(host, { startKey: 'event-1' });
    expect(await run(host, { startKey: 'event-1' })).toMatchObject({ reused: true, status: 'succeeded' });
    expect(syncs(host)).toBe(1);
  });

  it.each(['8841', 'yesterday', '0'])('refuses the Run ID %j, after which no end could come', async (id) => {
    const typed = { tool: 'fivetran', job: 'c1', run: id, wait: true };
    const host = fakeHost().on('GET', /\/connections\/c1$/, state('scheduled', after));
    await expect(operate(restJob, 'getJobRun', typed, host, connection)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“Run ID” is not a Run ID of Fivetran'),
    });
    expect(host.requests).toHaveLength(1);
  });

  it('counts as active in a state that is not known, such as paused', async () => {
    const host = fakeHost()
      .on('POST', `${url}/sync`, accepted)
      .on('GET', url, [state('scheduled', before), state('paused', before)]);
    await expect(run(host, { timeoutMinutes: 1 })).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('“paused”'),
    });
  });
});
