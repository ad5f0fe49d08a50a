import { createHmac } from 'node:crypto';
import { artifactsMilliseconds } from './dbt/runs.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { sandboxAccounts, startSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const { accountId, token, jobId } = sandboxAccounts.dbt;

interface Envelope<T> {
  data: T;
  status: { code: number };
  extra?: { pagination: { count: number; total_count: number } };
}
interface Run {
  id: number;
  status: number;
  [name: string]: unknown;
}

describe('dbt in the sandbox', () => {
  let sandbox: Sandbox;
  let receiver: Receiver;
  /** The clock of the sandbox; undefined if it is the clock of this machine. */
  let clock: ManualClock | undefined;
  const open = async (options: SandboxOptions): Promise<void> => {
    sandbox = await startSandbox(options);
    sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 100 });
  };
  beforeAll(() => open({ clock: (clock = new ManualClock(Date.now())) }));
  afterAll(async () => {
    await sandbox.stop();
  });

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    authorization = `Token ${token}`,
  ): Promise<Envelope<T> & { http: number }> {
    const response = await fetch(`${sandbox.addresses.dbt}/api/${path.replace('ACCOUNT', `accounts/${accountId}`)}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { http: response.status, ...((await response.json()) as Envelope<T>) };
  }
  const start = async (job: number, cause = 'Started by a test') =>
    (await call<Run>('POST', `v2/ACCOUNT/jobs/${job}/run/`, { cause })).data;
  const finished = async (id: number) =>
    (
      await until(
        () => call<Run>('GET', `v2/ACCOUNT/runs/${id}/?include_related=["run_steps","trigger"]`),
        ({ data }) => data.status >= 10,
        clock,
      )
    ).data;

  it('accepts the schemes Token and Bearer only', async () => {
    expect((await call('GET', 'v2/ACCOUNT/')).http).toBe(200);
    expect((await call('GET', 'v2/ACCOUNT/', undefined, `Bearer ${token}`)).http).toBe(200);
    expect(await call('GET', 'v2/ACCOUNT/', undefined, 'Token wrong')).toMatchObject({
      http: 401,
      status: { code: 401, is_success: false, user_message: 'Invalid token.' },
    });
    expect((await call('GET', 'v2/accounts/1/')).http).toBe(404);
  });

  it('requires the trailing slash in v2 paths', async () => {
    expect((await call('GET', 'v2/ACCOUNT/jobs')).http).toBe(404);
  });

  it('lists jobs in pages and filters them by name', async () => {
    const page = await call<Run[]>('GET', 'v2/ACCOUNT/jobs/?limit=10&offset=20&order_by=id');
    expect(page.extra?.pagination).toEqual({ count: 5, total_count: 25 });
    const found = await call<{ name: string }[]>('GET', 'v2/ACCOUNT/jobs/?name__icontains=daily');
    expect(found.data.map(({ name }) => name)).toEqual(['Daily Job (dbt build)']);
  });

  it('runs a job and returns its artifacts when they are ready', async () => {
    const run = await start(jobId);
    expect(run).toMatchObject({
      status: 1,
      job_definition_id: jobId,
      is_complete: false,
      in_progress: true,
      finished_at: null,
    });
    expect(run['created_at']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    const done = await finished(run.id);
    expect(done).toMatchObject({
      status: 10,
      status_humanized: 'Success',
      is_success: true,
      trigger: { cause: 'Started by a test' },
      run_duration: '00:00:00',
    });
    expect(done['run_steps']).toMatchObject([
      { status: 10 },
      { status: 10 },
      { status: 10, name: 'Invoke dbt with `dbt deps`' },
      { status: 10, name: 'Invoke dbt with `dbt build`' },
    ]);
    expect((await call('GET', `v2/ACCOUNT/runs/${run.id}/artifacts/`)).http).toBe(404);
    const { data } = await until(
      () => call<string[]>('GET', `v2/ACCOUNT/runs/${run.id}/artifacts/`),
      ({ http }) => http === 200,
      clock,
    );
    expect(data).toContain('run_results.json');
    const results = (await call('GET', `v2/ACCOUNT/runs/${run.id}/artifacts/run_results.json`)) as unknown as {
      results: { status: string }[];
    };
    expect(results.results.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
  });

  it('requires a cause', async () => {
    expect((await call('POST', `v2/ACCOUNT/jobs/${jobId}/run/`, {})).http).toBe(400);
  });

  it('fails a run at a step and retries it', async () => {
    sandbox.control.planRun({
      service: 'dbt',
      name: String(jobId),
      failure: { step: 'dbt deps', message: 'Package not found.' },
    });
    const failed = await finished((await start(jobId)).id);
    expect(failed).toMatchObject({ status: 20, is_error: true, can_retry: true, status_message: 'Package not found.' });
    expect((failed['run_steps'] as Run[]).map(({ status }) => status)).toEqual([10, 10, 20]);
    const retry = await call<Run>('POST', `v2/ACCOUNT/runs/${failed.id}/retry/`);
    expect(await finished(retry.data.id)).toMatchObject({ status: 10, retrying_run_id: failed.id });
    expect((await call('POST', `v2/ACCOUNT/runs/${retry.data.id}/retry/`)).http).toBe(400);
  });

  it('cancels a run, and lists runs by job and status', async () => {
    const run = await start(200);
    expect((await call<Run>('POST', `v2/ACCOUNT/runs/${run.id}/cancel/`)).data).toMatchObject({
      status: 30,
      is_cancelled: true,
    });
    const list = await call<Run[]>('GET', 'v2/ACCOUNT/runs/?job_definition_id=200&status__in=[30]&order_by=-id');
    expect(list.data.map(({ id }) => id)).toEqual([run.id]);
  });

  describe('webhooks of dbt in the sandbox', () => {
    const events = ['job.run.started', 'job.run.completed', 'job.run.errored'];
    let subscription: { id: string; hmac_secret: string };
    /** Waits for the events of earlier runs; the last one is sent with the artifacts. */
    const earlierRunsAreTold = async () => {
      await until(
        async () => sandbox.world.dbt.runs.all,
        (runs) => runs.every((run) => run.finishedAt !== undefined),
      );
      await new Promise((resolve) => setTimeout(resolve, artifactsMilliseconds + 50));
    };
    const path = () => `v3/ACCOUNT/webhooks/subscription/${subscription.id}`;
    const subscribe = async (change: Record<string, unknown> = {}) => {
      const body = {
        name: 'test',
        client_url: receiver.url,
        active: true,
        event_types: events,
        job_ids: [jobId, 124],
        ...change,
      };
      return (await call<typeof subscription>('POST', 'v3/ACCOUNT/webhooks/subscriptions', body)).data;
    };
    // Deliveries take real time, so that the clock must not run ahead of them.
    beforeAll(async () => {
      await sandbox.stop();
      clock = undefined;
      await open({ dbtDelivery: { timeoutMilliseconds: 2_000, retryMilliseconds: [20, 20, 20, 20, 20] } });
    });
    beforeEach(async () => {
      await earlierRunsAreTold();
      // One receiver per test: under load, a delivery that is repeated after a timeout can arrive after its test.
      receiver = await startReceiver();
      subscription = await subscribe();
    });
    afterEach(async () => {
      await call('DELETE', path());
      await receiver.stop();
    });
    const gets = (count: number) =>
      until(
        async () => receiver.received,
        (received) => received.length >= count,
      );

    it('are signed with the secret that is returned once', async () => {
      const run = await start(jobId);
      const received = await gets(2);
      expect(received.map(({ body }) => body['eventType'])).toEqual(['job.run.started', 'job.run.completed']);
      for (const { raw, headers } of received) {
        expect(headers['authorization']).toBe(createHmac('sha256', subscription.hmac_secret).update(raw).digest('hex'));
      }
      expect(received[1]?.body).toMatchObject({
        accountId,
        webhookId: subscription.id,
        eventId: expect.stringMatching(/^wev_/),
        timestamp: expect.stringMatching(/\.\d{9}Z$/),
        data: {
          jobId: String(jobId),
          runId: String(run.id),
          runStatus: 'Success',
          runStatusCode: 10,
          runFinishedAt: expect.stringMatching(/:\d\dZ$/),
        },
      });
      expect((await call<object>('GET', path())).data).not.toHaveProperty('hmac_secret');
      expect((await call<object[]>('GET', 'v3/ACCOUNT/webhooks/subscriptions')).data).toMatchObject([
        { id: subscription.id, http_status_code: '200', job_ids: [String(jobId), '124'] },
      ]);
    });

    it('report a failed run as errored immediately and as completed later', async () => {
      await start(124);
      const received = await gets(3);
      expect(received.map(({ body }) => [body['eventType'], (body['data'] as Run)['runStatusCode']])).toEqual([
        ['job.run.started', 3],
        ['job.run.errored', 20],
        ['job.run.completed', 20],
      ]);
      expect(received[1]?.body['data']).toHaveProperty('runErroredAt');
    });

    it('are sent only for the jobs of the subscription', async () => {
      await finished((await start(200)).id);
      await finished((await start(jobId)).id);
      const received = await gets(2);
      expect(new Set(received.map(({ body }) => (body['data'] as Run)['jobId']))).toEqual(new Set([String(jobId)]));
    });

    it('are retried with the same event ID after a failure and after a timeout', async () => {
      await call('PUT', path(), {
        name: 'test',
        client_url: receiver.url,
        active: true,
        event_types: ['job.run.completed'],
      });
      receiver.answers.push({ status: 500 }, { status: 200, afterMilliseconds: 4_000 }, { status: 204 });
      await start(jobId);
      const received = await gets(3);
      expect(new Set(received.map(({ body }) => body['eventId'])).size).toBe(1);
      const eventId = received[0]?.body['eventId'];
      const log = await until(
        async () => sandbox.world.dbt.webhooks.deliveries.filter((delivery) => delivery.eventId === eventId),
        ({ length }) => length === 3,
      );
      expect(log).toMatchObject([
        { attempt: 1, status: 500 },
        { attempt: 2, error: 'No answer within 2 seconds.' },
        { attempt: 3, status: 204 },
      ]);
    });

    it('are attempted six times, and stop after five failed events in a row', async () => {
      await call('PUT', path(), {
        name: 'test',
        client_url: receiver.url,
        active: true,
        event_types: ['job.run.started'],
      });
      for (let lost = 0; lost < 5; lost += 1) {
        receiver.answers.push(...Array.from({ length: 6 }, () => ({ status: 503 })));
        await start(jobId);
        await gets((lost + 1) * 6);
        await new Promise((resolve) => setTimeout(resolve, 60));
        expect(receiver.received).toHaveLength((lost + 1) * 6);
      }
      expect((await call<object>('GET', path())).data).toMatchObject({
        active: false,
        deactivate_reason: '5 deliveries in a row failed.',
        http_status_code: '503',
      });
      await finished((await start(jobId)).id);
      expect(receiver.received).toHaveLength(30);
      expect(
        (
          await call<object>('PUT', path(), {
            name: 'test',
            client_url: receiver.url,
            active: true,
            event_types: events,
          })
        ).data,
      ).toMatchObject({ active: true, deactivate_reason: '' });
    });

    it('are delivered twice on demand', async () => {
      sandbox.world.dbt.webhooks.deliverNextTwice();
      await start(jobId);
      // The next event may arrive between the two deliveries.
      const bodies = (await gets(3)).map(({ raw }) => raw.toString());
      expect(new Set(bodies).size).toBe(2);
    });

    it('can be tested with sample values, and return the outcome', async () => {
      expect(await call('GET', `${path()}/test`)).toMatchObject({
        data: { verification_error: null, verification_status_code: '200' },
        status: { code: 200 },
      });
      expect(receiver.received[0]?.body).toMatchObject({ data: { jobId: '123' } });
      receiver.answers.push({ status: 401 });
      expect(await call('GET', `${path()}/test`)).toMatchObject({ data: { verification_status_code: '401' } });
    });

    it('reject a subscription without events or with an unknown event', async () => {
      expect(
        (
          await call('POST', 'v3/ACCOUNT/webhooks/subscriptions', {
            name: 'x',
            client_url: receiver.url,
            active: true,
            event_types: [],
          })
        ).http,
      ).toBe(400);
      expect(
        (
          await call('POST', 'v3/ACCOUNT/webhooks/subscriptions', {
            name: 'x',
            client_url: receiver.url,
            active: true,
            event_types: ['job.run.exploded'],
          })
        ).http,
      ).toBe(400);
      expect((await call('GET', 'v3/ACCOUNT/webhooks/subscription/wsu_nowhere')).http).toBe(404);
    });
  });
});
