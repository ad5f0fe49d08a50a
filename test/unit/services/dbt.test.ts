import { describeError } from '../../../shared/src/host/error.ts';
import nock from 'nock';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { readFailure } from '../../../shared/src/services/dbt/step-failure.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { accessUrl: 'ab123.us1.dbt.com', accountId: '12345', apiToken: 'dbtc_secret-token' };
const account = 'https://ab123.us1.dbt.com/api/v2/accounts/12345';

const vendorRun = (status: number, more = {}) => ({
  id: 777,
  status,
  job_definition_id: 910,
  project_id: 678,
  environment_id: 1234,
  job: { name: 'Daily Job' },
  trigger: { cause: 'x' },
  ...more,
});
const data = (content: unknown): Answer => ({ json: { data: content, status: { code: 200, is_success: true } } });
const refusal = (status: number, message: string, more: object | null = null): Answer => ({
  status,
  json: { status: { code: status, is_success: false, user_message: message, developer_message: '' }, data: more },
});
const run = (
  key: string,
  typed: Record<string, unknown>,
  host: FakeHost,
  values: Record<string, unknown> = connection,
) => operate(dbt, key, typed, host, values);
const started = () => fakeHost().on('POST', `${account}/jobs/910/run/`, data(vendorRun(1)));

describe('The dbt client', () => {
  beforeAll(() => nock.disableNetConnect());
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('sends the token, and paths with the right trailing slashes', async () => {
    nock('https://ab123.us1.dbt.com')
      .get('/api/v2/accounts/12345/')
      .matchHeader('authorization', 'Token dbtc_secret-token')
      .reply(200, { data: { name: 'Contoso' }, status: { code: 200 } });
    expect(await dbt.connection.test({ host: nodeHost(), connection } as never)).toBe('Contoso');
    nock('https://ab123.us1.dbt.com')
      .post(
        '/api/v2/accounts/12345/jobs/910/run/',
        (body: { cause?: string }) => body.cause?.startsWith('Pipewright: new data [') === true,
      )
      .reply(200, { data: vendorRun(1), status: { code: 200 } });
    expect(
      await operate(dbt, 'runJob', { job: 910, cause: 'new data', wait: false }, nodeHost(), connection),
    ).toMatchObject({ id: '777', status: 'queued' });
    expect(nock.isDone()).toBe(true);
  });
});

describe('The connection to dbt', () => {
  it.each(['https://ab123.us1.dbt.com/', 'https://ab123.us1.dbt.com/deploy/12345/projects/1', 'ab123.us1.dbt.com'])(
    'accepts the access URL %s',
    async (accessUrl) => {
      const host = fakeHost().on('GET', `${account}/`, data({ name: 'Contoso' }));
      expect(
        await dbt.connection.test(
          context(dbt, host, {
            ...connection,
            accessUrl,
            accountId: 'https://ab123.us1.dbt.com/settings/accounts/12345',
          }),
        ),
      ).toBe('Contoso');
    },
  );

  it('accepts any host, because every region has its own', async () => {
    const host = fakeHost().on('GET', 'https://dbt.contoso.example/api/v2/accounts/12345/', data({}));
    expect(
      await dbt.connection.test(context(dbt, host, { ...connection, accessUrl: 'https://dbt.contoso.example' })),
    ).toBe('12345');
    await expect(
      (async () =>
        dbt.connection.test(context(dbt, host, { ...connection, accessUrl: 'http://dbt.contoso.example' })))(),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it.each([
    [401, 'unauthorized', 'Access URL'],
    [403, 'forbidden', 'permission'],
    [404, 'not-found', 'Account ID'],
  ])('explains status %d without showing the token', async (status, code, hint) => {
    const host = fakeHost().on('GET', `${account}/`, refusal(status, 'Refused for Token dbtc_secret-token.'));
    const error: unknown = await Promise.resolve(dbt.connection.test(context(dbt, host, connection))).catch(
      (caught: unknown) => caught,
    );
    expect(describeError(error, 'n8n')).toContain(hint);
    expect(error).toMatchObject({
      code,
      service: 'dbt',
      message: expect.not.stringContaining('secret-token'),
    });
  });

  it('rejects web pages and empty responses', async () => {
    for (const answer of [{ text: '<html></html>' }, { status: 204 }, { json: { data: null } }]) {
      await expect(
        dbt.connection.test(context(dbt, fakeHost().on('GET', `${account}/`, answer), connection)),
      ).rejects.toMatchObject({ code: 'unexpected-response' });
    }
  });
});

describe('Run Job (dbt)', () => {
  it('sends only the fields that are filled in', async () => {
    const host = started();
    await run('runJob', { job: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/jobs/910', wait: false }, host);
    expect(host.requests[0]?.json).toEqual({ cause: expect.stringMatching(/^Pipewright \[[0-9a-z]+-[0-9a-z]{6}\]$/) });
    await run(
      'runJob',
      {
        job: '910',
        wait: false,
        gitBranch: 'release',
        gitSha: 'abc',
        schema: 's',
        dbtVersion: 'latest',
        threads: '8',
        target: 'prod',
        steps: 'dbt seed\n\ndbt build',
        generateDocs: false,
        timeoutSeconds: 60,
      },
      host,
    );
    expect(host.requests[1]?.json).toEqual({
      cause: expect.any(String),
      git_branch: 'release',
      git_sha: 'abc',
      schema_override: 's',
      dbt_version_override: 'latest',
      threads_override: 8,
      target_name_override: 'prod',
      steps_override: ['dbt seed', 'dbt build'],
      generate_docs_override: false,
      timeout_seconds_override: 60,
    });
  });

  it('waits through all active statuses, throttling and server errors until success', async () => {
    const steps = [
      { index: 2, name: 'dbt build', status: 10 },
      { index: 1, name: 'Clone git repository', status: 10 },
    ];
    const waiting: Answer[] = [
      data(vendorRun(1)),
      data(vendorRun(2)),
      refusal(429, 'slow down'),
      refusal(500, ''),
      'lost',
      data(vendorRun(3)),
      data(vendorRun(77)),
    ];
    const success = vendorRun(10, {
      status_humanized: 'Success',
      started_at: '2026-11-20 08:00:04.653171+00:00',
      finished_at: '2026-11-20 08:02:34.653171+00:00',
      git_branch: 'main',
    });
    let looks = 0;
    const host = started().on('GET', `${account}/runs/777/`, ({ query }) =>
      query['include_related'] === 'run_steps'
        ? data({ ...success, run_steps: steps })
        : (waiting[looks++] ?? data(success)),
    );
    const result = await run('runJob', { job: '910' }, host);
    expect(result).toMatchObject({
      id: '777',
      name: 'Daily Job',
      status: 'succeeded',
      vendorStatus: 'Success',
      succeeded: true,
      durationSeconds: 150,
      startedAt: '2026-11-20T08:00:04.653Z',
      url: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/777',
      details: { jobId: '910', gitBranch: 'main' },
    });
    expect((result['steps'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'Clone git repository',
      'dbt build',
    ]);
    expect(host.requests.filter(({ query }) => query['include_related'] === 'run_steps')).toHaveLength(1);
  });

  it('reports the failed step and its error', async () => {
    const logs =
      '08:01:00  Running with dbt=1.9\n08:01:03  \u001b[31mCompleted with 1 error\u001b[0m\n08:01:03  \n08:01:03    Database Error in model stg_claims (models/stg_claims.sql)\n08:01:03    relation "raw.claims" does not exist\n08:01:03  \n08:01:03  Done.';
    const host = started().on(
      'GET',
      `${account}/runs/777/`,
      data(
        vendorRun(20, {
          status_message: 'None',
          run_steps: [{ index: 1, name: 'Invoke dbt with `dbt build`', status: 20, logs }],
        }),
      ),
    );
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      code: 'run-failed',
      message:
        'The run of Daily Job failed at “Invoke dbt with `dbt build`”: Database Error in model stg_claims (models/stg_claims.sql) relation "raw.claims" does not exist.',
      hint: expect.stringContaining('https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/777'),
    });
  });

  it.each([
    [30, 'Cancelled'],
    [undefined, 'Canceled'],
    [undefined, 'Cancelled'],
  ])('treats the status %s %s as finished', async (status, status_humanized) => {
    const host = started().on('GET', `${account}/runs/777/`, data(vendorRun(0, { status, status_humanized })));
    expect(await run('runJob', { job: '910', onFailure: 'continue' }, host)).toMatchObject({
      status: 'cancelled',
      vendorStatus: status_humanized,
      finished: true,
      succeeded: false,
    });
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      message: 'The run of Daily Job was canceled.',
    });
  });

  it('cancels the run at the timeout if onTimeout is cancel', async () => {
    const host = started()
      .on('GET', `${account}/runs/777/`, data(vendorRun(3)))
      .on('POST', `${account}/runs/777/cancel/`, data(vendorRun(3)));
    await expect(run('runJob', { job: '910', timeoutMinutes: 5, onTimeout: 'cancel' }, host)).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    expect(host.sent('POST', '/cancel/')).toHaveLength(1);
  });

  it('does not return an unfinished run at the platform’s time limit, and continues to wait under its Start Key', async () => {
    const host = fakeHost({ maxWaitSeconds: 25 })
      .on('POST', `${account}/jobs/910/run/`, data(vendorRun(1)))
      .on('GET', `${account}/runs/`, data([]))
      .on('GET', `${account}/runs/777/`, data(vendorRun(3)));
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      code: 'still-running',
      retryable: false,
      hint: { zapier: expect.stringContaining('Wait for Callback') },
    });
    const input = { job: '910', startKey: 'event-1' };
    await expect(run('runJob', input, host)).rejects.toMatchObject({ code: 'still-running', retryable: true });
    host.on('GET', `${account}/runs/777/`, data(vendorRun(10)));
    expect(await run('runJob', input, host)).toMatchObject({ id: '777', succeeded: true });
    expect(host.sent('POST', '/run/')).toHaveLength(2);
  });

  it.each([
    ['is lost', 'lost' as const],
    ['is an error of the server', { status: 502, text: '<html>' }],
    ['says nothing', { status: 200, text: '' }],
  ])('finds the started run although the response %s, and does not start another', async (_case, answer) => {
    let cause: unknown;
    const host = fakeHost()
      .on('POST', `${account}/jobs/910/run/`, ({ json }) => ((cause = (json as { cause: string }).cause), answer))
      .on('GET', `${account}/runs/`, () =>
        data([
          vendorRun(3, { id: 779, trigger: { cause: 'somebody else' } }),
          vendorRun(3, { id: 778, trigger: { cause } }),
        ]),
      );
    expect(await run('runJob', { job: '910', wait: false }, host)).toMatchObject({ id: '778' });
    expect([host.sent('POST', '/run/').length, host.sent('GET', '/runs/')[0]?.query['job_definition_id']]).toEqual([
      1,
      '910',
    ]);
  });

  it('reports an unconfirmed start if the run cannot be found, and does not start another', async () => {
    const host = fakeHost()
      .on('POST', `${account}/jobs/910/run/`, 'lost')
      .on('GET', `${account}/runs/`, ['lost', data([])]);
    await expect(run('runJob', { job: '910' }, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: 'dbt did not confirm the start of job 910, so the run may have started.',
      hint: expect.stringContaining('whether the run is active'),
    });
    expect(host.sent('POST', '/run/')).toHaveLength(1);
  });

  it('shows dbt’s error messages', async () => {
    const host = fakeHost().on(
      'POST',
      `${account}/jobs/910/run/`,
      refusal(400, 'The request was invalid.', { reason: 'The branch does not exist.' }),
    );
    await expect(run('runJob', { job: '910', gitBranch: 'nope' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'dbt returned an error: The request was invalid. The branch does not exist.',
    });
  });

  it('rejects a job ID that is not a number before sending a request', async () => {
    const host = fakeHost();
    await expect(run('runJob', { job: '../910' }, host)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(host.requests).toHaveLength(0);
  });
});

describe('dbt runs and jobs', () => {
  it('list failed models and tests of a run, but no skipped ones', async () => {
    const results = [
      { unique_id: 'model.contoso.stg_claims', status: 'success', message: 'OK' },
      {
        unique_id: 'model.contoso.fct_claims',
        status: 'error',
        message: 'Database Error\n  relation "raw.claims" does not exist',
        execution_time: 0.25,
      },
      {
        unique_id: 'test.contoso.not_null_id.5fb22912f5',
        status: 'fail',
        message: 'Got 3 results, configured to fail if != 0',
        failures: 3,
      },
      { unique_id: 'model.contoso.report', status: 'skipped', message: null },
    ];
    const host = fakeHost()
      .on('GET', `${account}/runs/777/`, ({ query }) =>
        data(
          vendorRun(
            20,
            query['include_related'] === 'run_steps'
              ? { run_steps: [{ index: 1, name: 'dbt build', status: 20 }] }
              : {},
          ),
        ),
      )
      .on('GET', `${account}/runs/777/artifacts/run_results.json`, { json: { results } });
    const { steps } = await run('getJobRun', { run: '777' }, host);
    expect(steps).toEqual([
      {
        name: 'fct_claims',
        type: 'Model',
        status: 'failed',
        durationSeconds: 0.25,
        message: 'Database Error relation "raw.claims" does not exist',
      },
      { name: 'not_null_id', type: 'Test', status: 'failed', message: 'Got 3 results, configured to fail if != 0' },
      { name: 'dbt build', status: 'failed' },
    ]);
  });

  it('include the steps of a failed run without artifacts', async () => {
    const host = fakeHost()
      .on('GET', `${account}/runs/777/`, ({ query }) =>
        data(
          vendorRun(
            20,
            query['include_related'] === 'run_steps'
              ? { run_steps: [{ index: 1, name: 'dbt build', status: 20 }] }
              : {},
          ),
        ),
      )
      .on('GET', `${account}/runs/777/artifacts/run_results.json`, refusal(404, 'not found'));
    expect(await run('getJobRun', { run: '777' }, host)).toMatchObject({
      failedStep: 'dbt build',
      steps: [{ name: 'dbt build' }],
    });
  });

  it('are returned without steps if the steps cannot be read', async () => {
    const host = fakeHost().on('GET', `${account}/runs/777/`, ({ query }) =>
      query['include_related'] === 'run_steps'
        ? refusal(403, 'no')
        : data(vendorRun(3, { href: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/777/' })),
    );
    expect(
      await run('getJobRun', { run: 'https://ab123.us1.dbt.com/deploy/12345/projects/678/runs/777' }, host),
    ).toMatchObject({ id: '777', status: 'running', steps: [], url: expect.stringMatching(/777\/$/) });
  });

  it('are cancelled while active and unchanged once finished', async () => {
    const going = fakeHost()
      .on('GET', `${account}/runs/777/`, [data(vendorRun(3)), data(vendorRun(30))])
      .on('POST', `${account}/runs/777/cancel/`, data(vendorRun(30)));
    expect(await run('cancelJobRun', { run: '777' }, going)).toMatchObject({ status: 'cancelled', finished: true });
    const ended = fakeHost().on('GET', `${account}/runs/777/`, data(vendorRun(10)));
    expect(await run('cancelJobRun', { run: '777' }, ended)).toMatchObject({ status: 'succeeded' });
  });

  it('may finish just before they are cancelled; other errors are thrown', async () => {
    const late = fakeHost()
      .on('GET', `${account}/runs/777/`, [data(vendorRun(3)), data(vendorRun(10))])
      .on('POST', `${account}/runs/777/cancel/`, refusal(400, 'The run is complete.'));
    expect(await run('cancelJobRun', { run: '777' }, late)).toMatchObject({ status: 'succeeded' });
    const refused = fakeHost()
      .on('GET', `${account}/runs/777/`, data(vendorRun(3)))
      .on('POST', `${account}/runs/777/cancel/`, refusal(400, 'Not now.'));
    await expect(run('cancelJobRun', { run: '777' }, refused)).rejects.toMatchObject({ code: 'invalid-input' });
    const unreadable = fakeHost()
      .on('GET', `${account}/runs/777/`, [data(vendorRun(3)), refusal(404, 'Gone.')])
      .on('POST', `${account}/runs/777/cancel/`, refusal(403, 'No.'));
    await expect(run('cancelJobRun', { run: '777' }, unreadable)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are found by name, exact matches first', async () => {
    const job = (id: number, name: string) => ({
      id,
      name,
      project_id: 678,
      environment_id: 1234,
      environment: { name: 'Production' },
      execute_steps: ['dbt build'],
      triggers: { schedule: true },
    });
    const host = fakeHost().on('GET', `${account}/jobs/`, data([job(1, 'Daily full'), job(2, 'daily')]));
    const search = dbt.operations.find(({ key }) => key === 'findJob');
    const found = await search?.run({ name: 'Daily' } as never, context(dbt, host, connection));
    expect(found).toEqual([
      {
        id: '2',
        name: 'daily',
        projectId: '678',
        environmentId: '1234',
        environmentName: 'Production',
        scheduled: true,
        steps: ['dbt build'],
      },
      expect.objectContaining({ id: '1' }),
    ]);
    expect(host.requests[0]?.query).toMatchObject({ name__icontains: 'Daily' });
  });
});

describe('The log of a failed dbt step', () => {
  it.each([
    [
      '12:00:00  Compilation Error in model a (models/a.sql)\n12:00:00    x is undefined\n12:00:00    > in macro y\n',
      'Compilation Error in model a (models/a.sql) x is undefined > in macro y',
    ],
    [
      '12:00:00  Failure in test not_null_id (models/a.yml)\n12:00:00    Got 3 results, configured to fail if != 0\n\n12:00:00  compiled code at x',
      'Failure in test not_null_id (models/a.yml) Got 3 results, configured to fail if != 0',
    ],
    ['Cloning…\nfatal: repository not found\n', 'Cloning… fatal: repository not found'],
    ['a\nb\nc\nd\n', 'b c d'],
    ['', undefined],
    [null, undefined],
  ])('is summarized: %j', (logs, message) => expect(readFailure(logs)).toBe(message));

  it('is shortened and redacted', () => {
    expect(readFailure(`Runtime Error\n${'x'.repeat(5000)}`)?.length).toBe(500);
    expect(readFailure('Runtime Error\n  sent Bearer abcdefghijkl')).toBe('Runtime Error sent Bearer ***');
  });
});
