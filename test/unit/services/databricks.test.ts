import { databricks } from '../../../shared/src/services/databricks/service.ts';
import type { Host } from '../../../shared/src/host/host.ts';
import { fakeHost, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const workspace = 'https://adb-1.7.azuredatabricks.net';
const api = `${workspace}/api/2.2/jobs`;
const connection = { workspaceUrl: workspace, token: 'dapi-1' };
const long = '9007199254740993';
const state = (result: string | undefined, cycle = result ? 'TERMINATED' : 'RUNNING') => ({
  life_cycle_state: cycle,
  ...(result ? { result_state: result } : {}),
  state_message: '',
});
/** A run in the format of Databricks, with IDs beyond the precision of a number. */
const vendorRun = (result?: string, tasks: object[] = []) =>
  `{"run_id":${long},"job_id":910,"run_name":"Report","start_time":1763625604000,"end_time":${result ? 1763625752000 : 0},"state":${JSON.stringify(state(result))},"tasks":${JSON.stringify(tasks)}}`;
const run = (
  key: string,
  typed: Record<string, unknown>,
  host: FakeHost,
  values: Record<string, unknown> = connection,
) => operate(databricks, key, typed, host, values);

describe('Run Job (Databricks)', () => {
  it('sends IDs of any length and an idempotency token, and waits', async () => {
    const host = fakeHost()
      .on('GET', `${api}/get`, {
        json: {
          settings: {
            parameters: [
              { name: 'reportDate', default: '' },
              { name: 'rows', default: '1' },
            ],
          },
        },
      })
      .on('POST', `${api}/run-now`, { text: `{"run_id":${long},"number_in_job":1}` })
      .on('GET', `${api}/runs/get`, [{ text: vendorRun() }, { text: vendorRun('SUCCESS') }]);
    const result = await run(
      'runJob',
      { job: `${workspace}/jobs/${long}`, parameters: { reportDate: '2026-11-20', rows: 5 } },
      host,
    );
    expect(result).toMatchObject({ id: long, name: 'Report', status: 'succeeded', durationSeconds: 148 });
    const [sent] = host.sent('POST', 'run-now');
    expect(sent?.body).toContain(`"job_id":${long}`);
    expect(sent?.json).toMatchObject({
      job_parameters: { reportDate: '2026-11-20', rows: '5' },
      idempotency_token: expect.stringMatching(/^pipewright-[\w-]{10,50}$/),
    });
    expect(host.sent('GET', 'runs/get').every(({ query }) => query['run_id'] === long)).toBe(true);
  });

  it('resends the same token if the response is lost, which returns the same run', async () => {
    const host = fakeHost().on('POST', `${api}/run-now`, ['lost', { status: 503 }, { json: { run_id: 7 } }]);
    expect(await run('runJob', { job: '910', wait: false }, host)).toMatchObject({ id: '7', status: 'queued' });
    expect(
      new Set(host.sent('POST', 'run-now').map(({ json }) => (json as { idempotency_token: string }).idempotency_token))
        .size,
    ).toBe(1);
  });

  it('derives the token from the Start Key in any process', async () => {
    const token = async (startKey?: string) => {
      const host = fakeHost({ random: Math.random }).on('POST', `${api}/run-now`, { json: { run_id: 7 } });
      await run('runJob', { job: '910', wait: false, ...(startKey ? { startKey } : {}) }, host);
      return (host.sent('POST', 'run-now')[0]?.json as { idempotency_token: string }).idempotency_token;
    };
    expect(await token('wev_1')).toBe(await token('wev_1'));
    expect(await token('wev_1')).not.toBe(await token('wev_2'));
    expect(await token()).not.toBe(await token());
  });

  it('runs a failed run of an event again only if the user retries the execution, in any process', async () => {
    const started: { token: string; failed: boolean; at: number }[] = [];
    /** Databricks returns the existing run for a repeated token. */
    const open = (options: Partial<Host>): FakeHost => {
      const host: FakeHost = fakeHost({ eventKey: 'event-1', ...options })
        .on('POST', `${api}/run-now`, ({ json }) => {
          const { idempotency_token: token } = json as { idempotency_token: string };
          if (!started.some((one) => one.token === token)) started.push({ token, failed: false, at: host.now() });
          return { json: { run_id: 1 + started.findIndex((one) => one.token === token) } };
        })
        .on('GET', `${api}/runs/get`, ({ query }) => {
          const { failed, at } = started[Number(query['run_id']) - 1] ?? { failed: false, at: 0 };
          const over = { life_cycle_state: 'TERMINATED', result_state: 'FAILED' };
          return {
            json: {
              run_id: Number(query['run_id']),
              run_name: 'Report',
              start_time: at,
              state: failed ? over : { life_cycle_state: 'RUNNING' },
            },
          };
        });
      return host;
    };
    const start = async (options: Partial<Host>, laterMs = 0): Promise<unknown> => {
      const host = open(options);
      host.pass(laterMs);
      return (await run('runJob', { job: '910', wait: false }, host))['id'];
    };
    const fail = (): void => started.forEach((one) => (one.failed = true));
    expect(await start({ executionKey: '1' })).toBe('1');
    expect(await start({ executionKey: '2' })).toBe('1');
    fail();
    expect(await start({ executionKey: '3' }, 60_000)).toBe('1');
    expect(await start({ executionKey: '4', isRetry: true }, 60_000)).toBe('2');
    expect(await start({ executionKey: '5', isRetry: true }, 60_000)).toBe('2');
    fail();
    expect(await start({ executionKey: '6', isRetry: true }, 120_000)).toBe('3');
    // Retry On Fail of a copy that only got the failed run.
    const copy = open({ executionKey: '7' });
    copy.pass(180_000);
    const again = () => run('runJob', { job: '910', wait: false }, copy);
    expect([(await again())['id'], (await again())['id'], started.length]).toEqual(['1', '1', 3]);
  });

  it('reports the failed task with the error from its output', async () => {
    const tasks = [
      { task_key: 'extract', run_id: 8, state: state('SUCCESS') },
      { task_key: 'report', run_id: 9, state: state('FAILED', 'INTERNAL_ERROR') },
    ];
    const host = fakeHost()
      .on('POST', `${api}/run-now`, { text: `{"run_id":${long}}` })
      .on('GET', `${api}/runs/get`, { text: vendorRun('FAILED', tasks) })
      .on('GET', `${api}/runs/get-output`, { json: { error: 'The report date lies in the future.' } });
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of Report failed at “report”: The report date lies in the future.',
    });
    expect(host.sent('GET', 'get-output').map(({ query }) => query['run_id'])).toEqual(['9']);
  });

  it.each([
    ['SUCCESS', 'succeeded'],
    ['SUCCESS_WITH_FAILURES', 'succeeded'],
    ['FAILED', 'failed'],
    ['TIMEDOUT', 'timed-out'],
    ['CANCELED', 'cancelled'],
    ['UPSTREAM_FAILED', 'cancelled'],
    ['MAXIMUM_CONCURRENT_RUNS_REACHED', 'failed'],
    ['SOMETHING_NEW', 'unknown'],
  ])('maps the result %s to %s', async (result, status) => {
    const host = fakeHost().on('GET', `${api}/runs/get`, { text: vendorRun(result) });
    expect(await run('getRun', { run: long }, host)).toMatchObject({ status, vendorStatus: result });
  });

  it('reads and cancels a run whose ID was entered with leading zeros', async () => {
    const host = fakeHost()
      .on('GET', `${api}/runs/get`, [{ text: vendorRun(undefined) }, { text: vendorRun('CANCELED') }])
      .on('POST', `${api}/runs/cancel`, { json: {} });
    await run('cancelRun', { run: `00${long}` }, host);
    expect(host.sent('POST', 'cancel').map(({ body }) => body)).toEqual([`{"run_id":${long}}`]);
  });

  it('rejects invalid IDs before sending a request', async () => {
    const host = fakeHost();
    await expect(run('runJob', { job: '../910' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Job'),
    });
    await expect(run('getRun', { run: 'x' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('Run ID'),
    });
    expect(host.requests).toEqual([]);
  });

  it('reports a missing job as not-found, although Databricks responds with 400', async () => {
    const host = fakeHost().on('POST', `${api}/run-now`, {
      status: 400,
      json: { error_code: 'INVALID_PARAMETER_VALUE', message: 'Job 910 does not exist.' },
    });
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      code: 'not-found',
      hint: { n8n: expect.stringContaining('Check the ID') },
    });
  });
});

describe('Run Notebook (Databricks)', () => {
  it.each([
    ['on a cluster', { cluster: `${workspace}/compute/clusters/1120-abc` }, { existing_cluster_id: '1120-abc' }],
    ['on serverless compute', {}, {}],
  ])('submits the notebook %s', async (_where, typed, expected) => {
    const host = fakeHost().on('POST', `${api}/runs/submit`, { json: { run_id: 7 } });
    await run(
      'runNotebook',
      { notebook: '/Shared/monthly', parameters: { reportDate: '2026-11-20' }, wait: false, ...typed },
      host,
    );
    expect(host.sent('POST', 'submit')[0]?.json).toMatchObject({
      run_name: '/Shared/monthly',
      tasks: [
        {
          task_key: 'notebook',
          notebook_task: { notebook_path: '/Shared/monthly', base_parameters: { reportDate: '2026-11-20' } },
          ...expected,
        },
      ],
    });
  });
});

describe('Get Run Output (Databricks)', () => {
  const tasks = [
    { task_key: 'extract', run_id: 8 },
    { task_key: 'report', run_id: 9 },
  ];
  const host = () =>
    fakeHost()
      .on('GET', `${api}/runs/get`, { text: vendorRun('SUCCESS', tasks) })
      .on('GET', `${api}/runs/get-output`, ({ query }) => ({
        json: { notebook_output: { result: `of ${query['run_id']}`, truncated: false } },
      }));

  it('reads the last or the named task', async () => {
    expect(await run('getRunOutput', { run: '7' }, host())).toEqual({
      id: '9',
      runId: '7',
      task: 'report',
      result: 'of 9',
      truncated: false,
    });
    expect(await run('getRunOutput', { run: '7', task: 'Extract' }, host())).toMatchObject({ result: 'of 8' });
  });

  it('lists the tasks if the named task does not exist', async () => {
    await expect(run('getRunOutput', { run: '7', task: 'nope' }, host())).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('extract, report'),
    });
  });
});

describe('Find Job and Cancel Run (Databricks)', () => {
  it('finds jobs by part of the name on every page, exact matches first', async () => {
    const host = fakeHost().on('GET', `${api}/list`, ({ query }) =>
      query['page_token']
        ? { json: { jobs: [{ job_id: 2, settings: { name: 'report', parameters: [{ name: 'day', default: '1' }] } }] } }
        : {
            json: {
              jobs: [
                { job_id: 1, settings: { name: 'Monthly report' } },
                { job_id: 3, settings: { name: 'Load' } },
              ],
              next_page_token: 'p',
            },
          },
    );
    expect(await run('findJob', { name: 'REPORT' }, host)).toEqual([
      { id: '2', name: 'report', parameters: { day: '1' } },
      { id: '1', name: 'Monthly report', parameters: {} },
    ]);
  });

  it('leaves a finished run unchanged', async () => {
    const host = fakeHost().on('GET', `${api}/runs/get`, { text: vendorRun('SUCCESS') });
    expect(await run('cancelRun', { run: long }, host)).toMatchObject({ status: 'succeeded' });
    expect(host.sent('POST', 'cancel')).toEqual([]);
  });
});

describe('The Databricks connection', () => {
  it('logs in as a service principal once, and again when the token is refused', async () => {
    const host = fakeHost()
      .on('POST', `${workspace}/oidc/v1/token`, [
        { json: { access_token: 't1', expires_in: 3600 } },
        { json: { access_token: 't2', expires_in: 3600 } },
      ])
      .on('GET', `${api}/runs/get`, ({ headers }) =>
        headers['authorization'] === 'Bearer t2' ? { text: vendorRun('SUCCESS') } : { status: 401 },
      );
    const values = {
      workspaceUrl: `${workspace}/jobs/910?o=1`,
      authentication: 'databricks',
      clientId: 'c',
      clientSecret: 's',
    };
    await run('getRun', { run: long }, host, values);
    const [login] = host.sent('POST', 'token');
    expect([login?.headers['authorization'], login?.body]).toEqual([
      `Basic ${Buffer.from('c:s').toString('base64')}`,
      'grant_type=client_credentials&scope=all-apis',
    ]);
    expect(host.sent('POST', 'token')).toHaveLength(2);
  });

  it('reports missing values and returns the workspace name', async () => {
    await expect(
      databricks.connection.test(context(databricks, fakeHost(), { workspaceUrl: workspace })),
    ).rejects.toMatchObject({ code: 'not-connected', hint: { n8n: expect.stringContaining('Access Token') } });
    const host = fakeHost().on('GET', `${api}/list`, { json: {} });
    await expect(databricks.connection.test(context(databricks, host, connection))).resolves.toBe(
      'Databricks (adb-1.7.azuredatabricks.net)',
    );
  });
});

it.each([0, '0', -7, ' '])('a start that returns run ID %j is unconfirmed', async (odd) => {
  const host = fakeHost().on('POST', `${api}/run-now`, { json: { run_id: odd } });
  await expect(run('runJob', { job: '910', wait: false }, host)).rejects.toMatchObject({
    code: 'unexpected-response',
    retryable: false,
  });
  expect(host.sent('GET', 'runs/get')).toHaveLength(0);
});

it.each([
  { status: { state: 'TERMINATED', termination_details: { code: 'constructor' } } },
  {
    state: { life_cycle_state: 'TERMINATED' },
    status: { state: 'TERMINATED', termination_details: { code: 'constructor' } },
  },
])('an unknown termination code counts as failed: %j', async (changes) => {
  const host = fakeHost().on('GET', `${api}/runs/get`, { json: { run_id: 7, ...changes } });
  expect(await run('getRun', { run: '7' }, host)).toMatchObject({ status: 'failed', finished: true });
});

it('a run URL that is not http(s) is dropped', async () => {
  const host = fakeHost().on('GET', `${api}/runs/get`, {
    json: { run_id: 7, run_page_url: 'javascript:alert(1)', state: state('FAILED') },
  });
  expect(JSON.stringify(await run('getRun', { run: '7' }, host))).not.toContain('javascript');
});

it('out-of-range timestamps are dropped', async () => {
  const host = fakeHost().on('GET', `${api}/runs/get`, {
    json: { run_id: 7, start_time: 9e15, end_time: 1e308, state: state('SUCCESS') },
  });
  const read = await run('getRun', { run: '7' }, host);
  expect(read).toMatchObject({ status: 'succeeded' });
  expect(Object.keys(read)).not.toContain('startedAt');
});

it.each([
  ['https://adb-1.7.azuredatabricks.net', undefined, 'https://login.microsoftonline.com'],
  ['https://adb-1.7.databricks.azure.us', undefined, 'https://login.microsoftonline.us'],
  ['https://adb-1.7.databricks.azure.cn', undefined, 'https://login.partner.microsoftonline.cn'],
  ['https://adb.contoso.example', 'https://login.contoso.example/', 'https://login.contoso.example'],
])(
  'an Azure service principal logs in to %s with the authority of its cloud',
  async (workspaceUrl, authorityUrl, authority) => {
    const host = fakeHost()
      .on('POST', `${authority}/contoso/oauth2/v2.0/token`, { json: { access_token: 'entra-token', expires_in: 3600 } })
      .on('GET', `${workspaceUrl}/api/2.2/jobs/runs/get`, { text: vendorRun('SUCCESS') });
    await run('getRun', { run: long }, host, {
      workspaceUrl,
      authentication: 'entra',
      tenantId: 'contoso',
      clientId: 'c',
      clientSecret: 's',
      ...(authorityUrl ? { authorityUrl } : {}),
    });
    expect(host.sent('POST', 'token')[0]?.body).toContain(
      `scope=${encodeURIComponent('2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default')}`,
    );
    expect(host.sent('GET', 'runs/get')[0]?.headers['authorization']).toBe('Bearer entra-token');
  },
);
