import { createHmac } from 'node:crypto';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import type { Subscription } from '../../../shared/src/define/trigger.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { fakeHost } from '../fake-host.ts';
import { context, deliver, delivery, webhookTrigger } from '../operate.ts';

const connection = { accessUrl: 'https://ab123.us1.dbt.com', accountId: '12345', apiToken: 'dbtc_secret-token' };
const subscription: Subscription = { id: 'wsu_1', secret: '12345abcde' };
const v3 = 'https://ab123.us1.dbt.com/api/v3/accounts/12345/webhooks';
const address = 'https://hooks.example/1';

const sign = (body: string, secret = '12345abcde') => ({
  authorization: createHmac('sha256', secret).update(body).digest('hex'),
});

/** A notification as dbt sends it: IDs are strings, timestamps have nanoseconds. */
function notification(
  kind: 'started' | 'completed' | 'errored',
  data: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
) {
  return JSON.stringify({
    accountId: 12345,
    webhookId: 'wsu_1',
    eventId: `wev_${kind}`,
    timestamp: '2026-11-20T08:02:35.789265936Z',
    eventType: `job.run.${kind}`,
    webhookName: 'Pipewright',
    data: {
      jobId: '910',
      jobName: 'Daily Job',
      runId: '777',
      environmentId: '1234',
      environmentName: 'Production',
      dbtVersion: 'latest',
      projectName: 'Claims',
      projectId: '678',
      runStatus: 'Success',
      runStatusCode: 10,
      runStatusMessage: 'None',
      runReason: 'Scheduled',
      runStartedAt: '2026-11-20T08:00:04Z',
      runFinishedAt: '2026-11-20T08:02:32Z',
      ...data,
    },
    ...more,
  });
}

const failed = {
  runStatus: 'Errored',
  runStatusCode: 20,
  runFinishedAt: undefined,
  runErroredAt: '2026-11-20T08:02:32Z',
};

const take = (
  key: string,
  body: string,
  typed: Record<string, unknown> = {},
  headers = sign(body) as Record<string, string | string[]>,
  host = fakeHost(),
) => deliver(dbt, key, typed, delivery(body, headers), { host, connection, subscription });

describe('Job Run Completed (dbt)', () => {
  it('emits the run without “None” values', async () => {
    expect(await take('jobRunCompleted', notification('completed'))).toEqual({
      outcome: 'events',
      events: [
        {
          id: '777:completed',
          data: {
            eventId: 'wev_completed',
            runId: '777',
            jobId: '910',
            jobName: 'Daily Job',
            status: 'succeeded',
            vendorStatus: 'Success',
            statusCode: 10,
            succeeded: true,
            reason: 'Scheduled',
            startedAt: '2026-11-20T08:00:04.000Z',
            finishedAt: '2026-11-20T08:02:32.000Z',
            environmentId: '1234',
            environmentName: 'Production',
            projectId: '678',
            projectName: 'Claims',
            dbtVersion: 'latest',
            isTest: false,
            verified: true,
            matchedSecret: 'current',
          },
        },
      ],
    });
  });

  it.each([
    [10, 'any word at all', ['any', 'succeeded']],
    [20, 'Errored', ['any', 'failed']],
    [30, 'Cancelled', ['any', 'cancelled']],
    ['30', 'Canceled', ['any', 'cancelled']],
  ])('maps the code %s to its outcomes, regardless of the status name %s', async (runStatusCode, runStatus, passes) => {
    for (const outcome of ['any', 'succeeded', 'failed', 'cancelled']) {
      const taken = await take('jobRunCompleted', notification('completed', { runStatusCode, runStatus }), {
        outcome,
      });
      expect([outcome, taken.outcome]).toEqual([
        outcome,
        (passes as string[]).includes(outcome) ? 'events' : 'ignored',
      ]);
    }
  });

  it.each([
    ['Success', 'succeeded'],
    ['Errored', 'failed'],
    ['Cancelled', 'cancelled'],
    ['Canceled', 'cancelled'],
  ])(
    'reads the status name %s of an early notification without code, webhook and project',
    async (runStatus, status) => {
      const body = notification(
        'completed',
        { runStatus, runStatusCode: undefined, projectId: undefined, dbtVersion: '', runReason: '' },
        { webhookId: undefined },
      );
      expect(await take('jobRunCompleted', body)).toMatchObject({
        events: [{ data: { status, vendorStatus: runStatus } }],
      });
    },
  );

  it('emits only the chosen jobs and environments', async () => {
    const body = notification('completed');
    expect(
      await take('jobRunCompleted', body, {
        jobs: ['909', 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910/settings'],
      }),
    ).toMatchObject({ outcome: 'events' });
    expect(await take('jobRunCompleted', body, { jobs: '91' })).toEqual({ outcome: 'ignored', why: 'filtered' });
    expect(await take('jobRunCompleted', body, { environments: '1234' })).toMatchObject({ outcome: 'events' });
    expect(await take('jobRunCompleted', body, { environments: '12' })).toMatchObject({ outcome: 'ignored' });
    expect(
      await take('jobRunCompleted', notification('completed', { environmentId: undefined }), { environments: '1234' }),
    ).toMatchObject({ outcome: 'ignored' });
  });

  it('ignores other event types and other bodies', async () => {
    for (const body of [
      notification('started'),
      notification('errored', failed),
      '{}',
      '[]',
      '{"eventType":"job.run.completed","data":null}',
      notification('completed', { runId: { a: 1 } }),
      notification('completed', { jobId: undefined }),
    ]) {
      expect(await take('jobRunCompleted', body)).toEqual({ outcome: 'ignored', why: 'filtered' });
    }
  });

  it('accepts test events: marked as such, subject to filters, and never treated as repeats', async () => {
    const host = fakeHost();
    const test = (eventId: string) => notification('completed', { jobId: '123', runId: '12345' }, { eventId });
    for (const id of ['wev_1', 'wev_2'])
      expect(await take('jobRunCompleted', test(id), {}, sign(test(id)), host)).toMatchObject({
        events: [{ data: { isTest: true } }],
      });
    expect(await take('jobRunCompleted', test('wev_3'), { jobs: '910' }, sign(test('wev_3')), host)).toEqual({
      outcome: 'ignored',
      why: 'filtered',
    });
  });

  it.each([
    ['without a signature', {}],
    ['with an empty signature', { authorization: '' }],
    [
      'with two signatures',
      { authorization: [sign(notification('completed')).authorization, sign(notification('completed')).authorization] },
    ],
    ['signed with another secret', sign(notification('completed'), 'other')],
    ['signed for another body', sign('{}')],
  ])('rejects a notification %s', async (_case, headers) => {
    expect(await take('jobRunCompleted', notification('completed'), {}, headers as never)).toMatchObject({
      outcome: 'rejected',
    });
  });

  it('rejects deliveries without a subscription secret', async () => {
    const body = notification('completed');
    expect(
      await deliver(dbt, 'jobRunCompleted', {}, delivery(body, sign(body, '')), { host: fakeHost(), connection }),
    ).toMatchObject({ outcome: 'rejected' });
  });
});

describe('A failed dbt run with two notifications', () => {
  const errored = notification('errored', failed);
  const completed = notification('completed', { ...failed, runStatus: 'Error' });

  it.each([
    ['jobRunErrored', [errored, completed], [1, 0]],
    ['jobRunErrored', [completed, errored], [1, 0]],
    ['jobRunCompleted', [errored, completed], [0, 1]],
    ['jobRunCompleted', [completed, errored, completed], [1, 0, 0]],
  ])('triggers %s once', async (key, bodies, expected) => {
    const host = fakeHost();
    const fired: number[] = [];
    for (const body of bodies) {
      const taken = await take(key, body, {}, sign(body), host);
      fired.push(taken.outcome === 'events' ? taken.events.length : 0);
    }
    expect(fired).toEqual(expected);
  });

  it('triggers Job Run Errored for failed runs only', async () => {
    expect(await take('jobRunErrored', errored)).toMatchObject({
      events: [
        { id: '777:errored', data: { status: 'failed', statusCode: 20, finishedAt: '2026-11-20T08:02:32.000Z' } },
      ],
    });
    expect(
      await take('jobRunErrored', notification('errored', { runStatus: 'Oops', runStatusCode: undefined })),
    ).toMatchObject({ events: [{ data: { status: 'failed' } }] });
    for (const runStatusCode of [10, 30])
      expect(await take('jobRunErrored', notification('completed', { runStatusCode }))).toMatchObject({
        outcome: 'ignored',
      });
  });

  it('triggers Job Run Started only when it starts', async () => {
    const started = notification('started', { runStatus: 'Running', runStatusCode: 3, runFinishedAt: undefined });
    expect(await take('jobRunStarted', started)).toMatchObject({
      events: [{ id: '777:started', data: { status: 'running' } }],
    });
    expect(await take('jobRunStarted', completed)).toMatchObject({ outcome: 'ignored' });
  });
});

describe('The dbt webhook of a trigger', () => {
  const { subscriber } = webhookTrigger(dbt, 'jobRunErrored');
  const made = { id: 'wsu_1', hmac_secret: '12345abcde', client_url: address, active: true, job_ids: ['910'] };
  const host = () => fakeHost().on('GET', `${v3}/subscriptions`, { json: { data: [] } });
  const at = (fake: ReturnType<typeof fakeHost>) => context(dbt, fake, connection);
  const input = (typed: Record<string, unknown>) =>
    checkInput(webhookTrigger(dbt, 'jobRunErrored').input, typed) as never;

  it('subscribes to the chosen jobs and stores the secret', async () => {
    const fake = host().on('POST', `${v3}/subscriptions`, { status: 201, json: { data: made, status: { code: 201 } } });
    expect(await subscriber?.subscribe(input({ jobs: ['910', '911'] }), address, at(fake))).toEqual({
      id: 'wsu_1',
      secret: '12345abcde',
    });
    expect(fake.sent('POST', 'subscriptions')[0]).toMatchObject({
      headers: { authorization: 'Token dbtc_secret-token' },
      json: { event_types: ['job.run.errored'], client_url: address, active: true, job_ids: [910, 911] },
    });
  });

  it('deletes its own stale webhooks with the same URL and no others', async () => {
    const others = [
      { id: 'wsu_mine', name: 'Pipewright: job.run.errored', client_url: address, active: false },
      { id: 'wsu_by_hand', name: 'Ours', client_url: address },
      { id: 'wsu_elsewhere', name: 'Pipewright: job.run.errored', client_url: 'https://hooks.example/2' },
    ];
    const fake = fakeHost()
      .on('GET', `${v3}/subscriptions`, { json: { data: others } })
      .on('DELETE', /subscription\//, { json: { data: {}, status: { code: 200 } } })
      .on('POST', `${v3}/subscriptions`, { status: 201, json: { data: made } });
    await subscriber?.subscribe(input({}), address, at(fake));
    expect(fake.sent('DELETE', '').map((request) => request.address)).toEqual([`${v3}/subscription/wsu_mine`]);
  });

  it('is not created twice if the response is lost', async () => {
    const fake = host().on('POST', `${v3}/subscriptions`, 'lost');
    await expect(subscriber?.subscribe(input({}), address, at(fake))).rejects.toMatchObject({ code: 'unavailable' });
    expect(fake.sent('POST', 'subscriptions')).toHaveLength(1);
  });

  it('is deleted if dbt does not return the secret', async () => {
    const fake = host()
      .on('POST', `${v3}/subscriptions`, { status: 201, json: { data: { ...made, hmac_secret: undefined } } })
      .on('DELETE', `${v3}/subscription/wsu_1`, {});
    await expect(subscriber?.subscribe(input({}), address, at(fake))).rejects.toMatchObject({
      code: 'unexpected-response',
    });
    expect(fake.sent('DELETE', 'wsu_1')).toHaveLength(1);
  });

  it('reports a missing permission', async () => {
    const fake = host().on('POST', `${v3}/subscriptions`, {
      status: 403,
      json: { status: { code: 403, user_message: 'You do not have permission.', developer_message: '' }, data: null },
    });
    await expect(subscriber?.subscribe(input({}), address, at(fake))).rejects.toMatchObject({
      code: 'forbidden',
      message: 'dbt returned an error: You do not have permission.',
      hint: expect.stringContaining('Webhooks also require a plan'),
    });
  });

  it('rejects a job ID that is not a number before sending a request', async () => {
    await expect(subscriber?.subscribe(input({ jobs: 'Daily' }), address, at(host()))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Daily'),
    });
  });

  it.each([
    ['active at this address', { json: { data: made } }, true],
    ['switched off after failures', { json: { data: { ...made, active: false } } }, false],
    ['at another address', { json: { data: { ...made, client_url: 'https://other.example' } } }, false],
    ['gone', { status: 404, json: { status: { code: 404, user_message: 'Not found' }, data: null } }, false],
  ])('isSubscribed depends on whether it is %s', async (_case, answer, expected) => {
    const fake = fakeHost().on('GET', `${v3}/subscription/wsu_1`, answer);
    expect(await subscriber?.isSubscribed(subscription, address, at(fake))).toBe(expected);
  });

  it('does not count as subscribed without its secret', async () => {
    expect(await subscriber?.isSubscribed({ id: 'wsu_1' }, address, at(fakeHost()))).toBe(false);
  });

  it('may already be deleted on unsubscribe; other errors are thrown', async () => {
    await expect(
      subscriber?.unsubscribe(
        subscription,
        at(fakeHost().on('DELETE', `${v3}/subscription/wsu_1`, { status: 404, text: '' })),
      ),
    ).resolves.toBeUndefined();
    await expect(
      subscriber?.unsubscribe(
        subscription,
        at(fakeHost().on('DELETE', `${v3}/subscription/wsu_1`, { status: 403, text: '' })),
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('Forms of the dbt triggers', () => {
  const v2 = 'https://ab123.us1.dbt.com/api/v2/accounts/12345';
  const vendorRun = (id: number, status: number, more = {}) => ({
    id,
    status,
    job_definition_id: 910,
    project_id: 678,
    environment_id: 1234,
    job: { name: 'Daily Job' },
    trigger: { cause: 'Scheduled' },
    started_at: '2026-11-20 08:00:04.653171+00:00',
    finished_at: '2026-11-20 08:02:32.653171+00:00',
    ...more,
  });

  it.each([
    ['jobRunCompleted', {}, ['5:completed', '4:completed', '3:completed']],
    ['jobRunCompleted', { outcome: 'succeeded' }, ['4:completed']],
    ['jobRunErrored', {}, ['5:errored']],
    ['jobRunStarted', { jobs: '910' }, ['6:started', '5:started', '4:started', '3:started']],
  ])('show recent runs for %s with %j', async (key, typed, expected) => {
    const host = fakeHost().on('GET', `${v2}/runs/`, {
      json: { data: [vendorRun(6, 3), vendorRun(5, 20), vendorRun(4, 10), vendorRun(3, 30)] },
    });
    const trigger = webhookTrigger(dbt, key);
    const recent =
      (await trigger.recent?.(checkInput(trigger.input, typed) as never, context(dbt, host, connection))) ?? [];
    expect(recent.map(({ id }) => id)).toEqual(expected);
    expect(recent[0]?.data).toMatchObject({
      jobName: 'Daily Job',
      reason: 'Scheduled',
      startedAt: '2026-11-20T08:00:04.653Z',
      isTest: false,
    });
    expect(host.requests[0]?.query).toMatchObject({
      order_by: '-id',
      ...('jobs' in typed ? { job_definition_id: '910' } : {}),
    });
  });

  it.each([
    ['jobRunCompleted', {}, ['12:completed', '13:completed']],
    ['jobRunCompleted', { outcome: 'failed' }, ['13:completed']],
    ['jobRunErrored', {}, ['13:errored']],
    ['jobRunStarted', {}, ['12:started', '13:started', '14:started']],
    ['jobRunCompleted', { jobs: ['911'] }, []],
  ])('%s with %j finds missed runs page by page, oldest first', async (key, typed, expected) => {
    const run = (id: number, status: number, hour: number, ends = true) => ({
      id,
      status,
      job_definition_id: 910,
      created_at: `2026-11-20 0${hour}:00:00.000000+00:00`,
      started_at: `2026-11-20 0${hour}:00:01.000000+00:00`,
      finished_at: ends ? `2026-11-20 0${hour}:30:00.000000+00:00` : null,
    });
    const pages: Record<string, object[]> = {
      0: [run(14, 3, 7, false), run(13, 20, 6)],
      2: [run(12, 10, 5), run(11, 10, 1)],
      4: [{ ...run(1, 10, 1), created_at: '2026-11-01 00:00:00.000000+00:00' }],
    };
    const host = fakeHost().on('GET', `${v2}/runs/`, ({ query }) => ({
      json: { data: pages[String(query['offset'])] ?? [], extra: { pagination: { total_count: 999 } } },
    }));
    const trigger = webhookTrigger(dbt, key);
    const missed = await trigger.missed?.(
      checkInput(trigger.input, typed) as never,
      new Date('2026-11-20T04:00:00Z'),
      context(dbt, host, connection),
    );
    expect(missed?.map(({ id }) => id)).toEqual(expected);
    expect(host.requests).toHaveLength(3);
  });

  it('list the jobs and environments of the account page by page, searched by name', async () => {
    const host = fakeHost()
      .on('GET', `${v2}/jobs/`, ({ query }) => ({
        json: {
          data: [{ id: Number(query['offset']) + 1, name: 'Daily' }],
          extra: { pagination: { count: 1, total_count: 2 } },
        },
      }))
      .on('GET', `${v2}/environments/`, {
        json: {
          data: [
            { id: 1234, name: 'Production' },
            { id: 5, name: 'Staging' },
          ],
        },
      });
    const fields = webhookTrigger(dbt, 'jobRunCompleted').input;
    const list = (field: string, query: object) =>
      describeField(fields[field] as never).choices?.load({ input: {}, ...query }, context(dbt, host, connection));
    expect(await list('jobs', { search: 'dai' })).toEqual({
      choices: [{ value: '1', label: 'Daily (1)' }],
      nextPage: '1',
    });
    expect(await list('jobs', { page: '1' })).toEqual({ choices: [{ value: '2', label: 'Daily (2)' }] });
    expect(host.requests[0]?.query).toMatchObject({ name__icontains: 'dai' });
    expect(await list('environments', { search: 'prod' })).toEqual({
      choices: [{ value: '1234', label: 'Production (1234)' }],
    });
  });
});
