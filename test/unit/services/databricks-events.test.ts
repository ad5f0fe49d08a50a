import { databricks } from '../../../shared/src/services/databricks/service.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { context, deliver, deliverAndLookUp, delivery } from '../operate.ts';

const workspace = 'https://adb-1.7.azuredatabricks.net';
const connection = { workspaceUrl: `${workspace}/?o=1`, token: 'dapi-1', webhookSecret: 'a-long-secret-of-our-own' };
const headers = { authorization: `Basic ${Buffer.from('pipewright:a-long-secret-of-our-own').toString('base64')}` };
const run = `${workspace}/api/2.2/jobs/runs/get`;
const notification = (event = 'jobs.on_success', more: Record<string, unknown> = {}) =>
  `{"event_type":"${event}","workspace_id":1,"run":{"run_id":9007199254740993},"job":{"job_id":910,"name":"Monthly report"}${Object.entries(
    more,
  )
    .map(([name, value]) => `,"${name}":${JSON.stringify(value)}`)
    .join('')}}`;
const vendorRun = {
  run_id: 1,
  job_id: 910,
  run_name: 'Monthly report',
  state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' },
  start_time: 1_763_625_604_000,
  end_time: 1_763_625_752_000,
  run_page_url: `${workspace}/jobs/910/runs/1`,
  job_parameters: [{ name: 'reportDate', default: '2026-11-19', value: '2026-11-20' }],
  tasks: [
    {
      run_id: 2,
      task_key: 'refresh',
      state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' },
      start_time: 1_763_625_604_000,
      end_time: 1_763_625_700_000,
    },
  ],
};
/** The ID is beyond the precision of a number. */
const vendorText = JSON.stringify(vendorRun).replace('"run_id":1,', '"run_id":9007199254740993,');
const connected = (): FakeHost => fakeHost().on('GET', run, { text: vendorText });
const start = (body: string, typed: Record<string, unknown> = {}, host = connected()) =>
  deliverAndLookUp(databricks, 'jobNotification', typed, delivery(body, headers), { host, connection });
const take = (body: string, typed: Record<string, unknown> = {}) =>
  deliver(databricks, 'jobNotification', typed, delivery(body, headers), { host: connected(), connection });

describe('Job Notification (Databricks)', () => {
  it('reads the run, whose ID exceeds 2^53', async () => {
    const host = connected();
    const [event] = await start(notification(), {}, host);
    expect(host.requests[0]?.query).toEqual({ run_id: '9007199254740993' });
    expect(host.requests[0]?.headers['authorization']).toBe('Bearer dapi-1');
    expect(event).toEqual({
      id: '9007199254740993:jobs.on_success',
      data: expect.objectContaining({
        name: 'Monthly report',
        status: 'succeeded',
        finished: true,
        succeeded: true,
        durationSeconds: 148,
        parameters: { reportDate: '2026-11-20' },
        steps: [expect.objectContaining({ name: 'refresh', status: 'succeeded', durationSeconds: 96 })],
        eventType: 'jobs.on_success',
        jobId: '910',
        verified: true,
        matchedSecret: 'current',
      }),
    });
  });

  it('emits the notification with the problem if the run cannot be read', async () => {
    const [event] = await start(
      notification('jobs.on_failure'),
      {},
      fakeHost().on('GET', run, { status: 403, json: { error_code: 'PERMISSION_DENIED', message: 'no' } }),
    );
    expect(event?.data).toMatchObject({
      id: '9007199254740993',
      status: 'failed',
      finished: true,
      succeeded: false,
      name: 'Monthly report',
      problem: expect.stringContaining('permission on the job'),
    });
  });

  it.each([
    ['finished', ['jobs.on_success', 'jobs.on_failure']],
    ['succeeded', ['jobs.on_success']],
    ['failed', ['jobs.on_failure']],
    ['started', ['jobs.on_start']],
    ['slow', ['jobs.on_duration_warning_threshold_exceeded']],
  ])('with event “%s” triggers on %j only', async (when, wanted) => {
    const started = [];
    for (const kind of [
      'jobs.on_start',
      'jobs.on_success',
      'jobs.on_failure',
      'jobs.on_duration_warning_threshold_exceeded',
    ])
      if ((await take(notification(kind), { when })).outcome === 'events') started.push(kind);
    expect(started).toEqual(wanted);
  });

  it('filters by job and includes the task', async () => {
    expect(await take(notification(), { jobs: ['911'] })).toEqual({ outcome: 'ignored', why: 'filtered' });
    const [event] = await start(notification('jobs.on_failure', { task: { task_key: 'refresh' } }), {
      jobs: [`${workspace}/jobs/910?o=1`],
    });
    expect(event?.data).toMatchObject({ taskKey: 'refresh' });
  });

  it('lists jobs by name and tests its connection', async () => {
    const host = fakeHost().on('GET', `${workspace}/api/2.2/jobs/list`, {
      json: {
        jobs: [
          { job_id: 910, settings: { name: 'Monthly report' } },
          { job_id: 911, settings: { name: 'Other' } },
        ],
        next_page_token: 'p2',
      },
    });
    const { describeField } = await import('../../../shared/src/define/fields.ts');
    const list = describeField(databricks.triggers[0]?.input['jobs'] as never).choices;
    expect(await list?.load({ input: {}, search: 'month' }, context(databricks, host, connection))).toEqual({
      choices: [{ value: '910', label: 'Monthly report (910)' }],
      nextPage: 'p2',
    });
    await expect(databricks.connection.test(context(databricks, host, connection))).resolves.toBe(
      'Databricks (adb-1.7.azuredatabricks.net)',
    );
  });

  it('rejects deliveries without the secret', async () => {
    expect(
      await deliver(databricks, 'jobNotification', {}, delivery(notification()), { host: connected(), connection }),
    ).toMatchObject({ outcome: 'rejected', status: 401 });
  });
});
