import { powerBi } from '../../../shared/src/services/power-bi/service.ts';
import type { PollingTrigger } from '../../../shared/src/define/trigger.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'secret-1' };
const workspace = 'f089354e-8366-4e18-aea3-4cb4a3a50b48';
const model = 'cfafbeb1-8037-4d0c-896e-a46fb27ff229';
const id = '1344a272-7893-4afa-a4b3-3fb87222fdac';
const other = '474fc5a0-3d69-4c5d-adb4-8a846fa5580b';
const api = 'https://api.powerbi.com/v1.0/myorg';
const dataset = `${api}/groups/${workspace}/datasets/${model}`;
const refreshes = `${dataset}/refreshes`;
const login = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';
const input = { workspace, model };

const connected = (options = {}): FakeHost =>
  fakeHost(options)
    .on('POST', login, { json: { access_token: 'token-1', expires_in: 3599 } })
    .on('GET', dataset, { json: { id: model, name: 'Claims overview', webUrl: 'https://app.powerbi.com/claims' } });
const accepted: Answer = { status: 202, headers: { location: `${refreshes}/${id}`, 'x-ms-request-id': id } };
const busy: Answer = {
  status: 400,
  json: {
    error: {
      code: 'InvalidRequest',
      message: 'Invalid dataset refresh request. Another refresh request is already executing',
    },
  },
};
const details = (extendedStatus: string, more = {}): Answer => ({
  status: extendedStatus === 'InProgress' ? 202 : 200,
  json: { startTime: '2026-11-20T08:00:01.57', type: 'Full', status: 'Unknown', extendedStatus, ...more },
});
const entry = (requestId: string, status: string, more = {}) => ({
  requestId,
  status,
  refreshType: 'ViaEnhancedApi',
  startTime: '2026-11-20T08:00:01.57Z',
  ...more,
});
const history = (...entries: object[]): Answer => ({ json: { value: entries } });
const run = (key: string, typed: Record<string, unknown>, host: FakeHost) =>
  operate(powerBi, key, { ...input, ...typed }, host, connection);

describe('Refresh Semantic Model of Power BI', () => {
  it('logs in for Power BI and starts a transactional refresh of the whole model', async () => {
    const host = connected().on('POST', refreshes, accepted);
    expect(await run('refreshSemanticModel', { wait: false }, host)).toMatchObject({
      id,
      name: 'Claims overview',
      status: 'queued',
      finished: false,
      url: 'https://app.powerbi.com/claims',
    });
    expect(host.sent('POST', '/token')[0]?.body).toContain(
      `scope=${encodeURIComponent('https://analysis.windows.net/powerbi/api/.default')}`,
    );
    const [sent] = host.sent('POST', '/refreshes');
    expect(sent?.headers).toMatchObject({ authorization: 'Bearer token-1' });
    expect(sent?.json).toEqual({
      type: 'full',
      commitMode: 'transactional',
      applyRefreshPolicy: true,
      retryCount: 0,
      maxParallelism: 10,
    });
  });

  it('sends tables and partitions, and accepts URLs of the pages', async () => {
    const host = connected().on('POST', refreshes, accepted);
    const typed = {
      workspace: `https://app.powerbi.com/groups/${workspace}/list`,
      model: `https://app.powerbi.com/groups/${workspace}/datasets/${model}/details`,
      tables: 'Claims[2026]\nPolicies',
      type: 'Data Only',
      wait: false,
    };
    await run('refreshSemanticModel', typed, host);
    expect(host.sent('POST', '/refreshes')[0]?.json).toMatchObject({
      type: 'dataOnly',
      objects: [{ table: 'Claims', partition: '2026' }, { table: 'Policies' }],
    });
  });

  it('waits through status 202, an unknown refresh and an unknown status until extendedStatus is final', async () => {
    const host = connected()
      .on('POST', refreshes, accepted)
      .on('GET', refreshes, history())
      .on('GET', `${refreshes}/${id}`, [
        { status: 404, json: { error: { code: 'RefreshNotFound' } } },
        details('NotStarted'),
        details('InProgress'),
        details('Reticulating'),
        details('Completed', {
          endTime: '2026-11-20T08:04:13.57',
          objects: [{ table: 'Claims', partition: '2026', status: 'Completed' }],
        }),
      ]);
    expect(await run('refreshSemanticModel', {}, host)).toMatchObject({
      status: 'succeeded',
      startedAt: '2026-11-20T08:00:01.570Z',
      finishedAt: '2026-11-20T08:04:13.570Z',
      durationSeconds: 252,
      parameters: { type: 'full' },
      steps: [{ name: 'Claims[2026]', type: 'Partition', status: 'succeeded' }],
    });
  });

  it('names the table that failed, the message of Power BI and what to do', async () => {
    const host = connected()
      .on('POST', refreshes, accepted)
      .on(
        'GET',
        `${refreshes}/${id}`,
        details('Failed', {
          objects: [
            { table: 'Date', partition: 'Date', status: 'Completed' },
            { table: 'Claims', partition: 'Claims', status: 'Failed' },
          ],
          messages: [
            { code: '0xC11C0020', message: 'The model was evicted to free up memory.', type: 'Error' },
            { message: 'A measure is slow.', type: 'Warning' },
          ],
        }),
      );
    await expect(run('refreshSemanticModel', {}, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of Claims overview failed at “Claims”: The model was evicted to free up memory. (0xC11C0020).',
      hint: expect.stringContaining('Run the refresh again'),
    });
  });

  it.each([
    ['TimedOut', 'timed-out', 'incremental refresh'],
    ['Disabled', 'cancelled', 'turn the refresh on'],
  ])('reports %s as %s', async (word, status, advice) => {
    const host = connected().on('POST', refreshes, accepted).on('GET', `${refreshes}/${id}`, details(word));
    const result = await run('refreshSemanticModel', { onFailure: 'continue' }, host);
    expect(result).toMatchObject({ status, succeeded: false });
    expect(result['explanation']).toContain(advice);
  });

  it.each([busy, { ...busy, status: 409 }])('is refused while another refresh is active', async (answer) => {
    const host = connected()
      .on('POST', refreshes, answer)
      .on('GET', refreshes, history(entry(other, 'Unknown', { refreshType: 'Scheduled' }), entry(id, 'Completed')));
    await expect(run('refreshSemanticModel', {}, host)).rejects.toMatchObject({
      code: 'conflict',
      message: `Power BI did not start the refresh, because another refresh of semantic model Claims overview is active (${other}, Scheduled since 2026-11-20T08:00:01.570Z).`,
      hint: expect.stringContaining('Reuse Active Run'),
    });
    expect(host.sent('POST', '/refreshes')).toHaveLength(1);
  });

  describe('with Reuse Active Run', () => {
    const active = (more: object, host = connected()) =>
      host
        .on('POST', refreshes, busy)
        .on('GET', refreshes, history(entry(other, 'Unknown')))
        .on('GET', `${refreshes}/${other}`, details('InProgress', more));
    const claims = { objects: [{ table: 'Claims', partition: '2026', status: 'InProgress' }] };
    const reuse = { reuseActiveRun: true, wait: false };

    it('uses an active refresh of the same type that covers the tables', async () => {
      for (const tables of [undefined, 'Claims', 'Claims[2026]']) {
        const host = active(claims);
        const result = await run('refreshSemanticModel', { ...reuse, ...(tables ? { tables } : {}) }, host);
        expect(result).toMatchObject({ id: other, reused: true, finished: false });
        expect(host.sent('POST', '/refreshes')).toHaveLength(0);
      }
    });

    it.each([
      ['covers other tables', { tables: 'Policies' }],
      ['covers another partition', { tables: 'Claims[2025]' }],
      ['has another type', { type: 'calculate' }],
    ])('is refused if the active refresh %s', async (_what, typed) => {
      await expect(run('refreshSemanticModel', { ...reuse, ...typed }, active(claims))).rejects.toMatchObject({
        code: 'conflict',
        hint: expect.stringContaining('another type or covers other tables'),
      });
    });

    it('uses a scheduled refresh for tables, but not for a partition', async () => {
      const scheduled = () =>
        connected()
          .on('POST', refreshes, busy)
          .on('GET', refreshes, history(entry(other, 'Unknown', { refreshType: 'Scheduled' })));
      expect(await run('refreshSemanticModel', { ...reuse, tables: 'Claims' }, scheduled())).toMatchObject({
        id: other,
        reused: true,
      });
      await expect(
        run('refreshSemanticModel', { ...reuse, tables: 'Claims[2026]' }, scheduled()),
      ).rejects.toMatchObject({ code: 'conflict' });
    });

    it('uses the refresh that began between the check and the start', async () => {
      const host = active(claims).on('GET', refreshes, [history(), history(entry(other, 'Unknown'))]);
      expect(await run('refreshSemanticModel', reuse, host)).toMatchObject({ id: other, reused: true });
      expect(host.sent('POST', '/refreshes')).toHaveLength(1);
    });
  });

  it('finds the refresh in the history if Power BI returns no ID, as without a capacity', async () => {
    const host = connected()
      .on('POST', refreshes, { status: 202, headers: { 'x-ms-request-id': other } })
      .on(
        'GET',
        refreshes,
        history(entry('r9', 'Unknown', { refreshType: 'ViaApi', startTime: '2026-11-20T08:00:00Z' })),
      );
    expect(await run('refreshSemanticModel', { wait: false }, host)).toMatchObject({ id: 'r9' });
    expect(host.sent('POST', '/refreshes')).toHaveLength(1);
  });

  it('refreshes other tables, and with another type, also under the same Start Key', async () => {
    const ids = [id, other, 'dddddddd-0d7a-4ae6-9d6a-c7d2a9ff4f7c'];
    const host = connected().on(
      'POST',
      refreshes,
      ids.map((one): Answer => ({ status: 202, headers: { location: `${refreshes}/${one}` } })),
    );
    const typed = { startKey: 'event-1', wait: false };
    const parts = [{ tables: 'Claims' }, { tables: 'Policies' }, { tables: 'Policies', type: 'calculate' }];
    for (const [index, part] of parts.entries())
      expect(await run('refreshSemanticModel', { ...typed, ...part }, host)).toMatchObject({ id: ids[index] });
    expect(host.sent('POST', '/refreshes')).toHaveLength(3);
  });

  it('takes no refresh for its own while another step may have started it for other tables', async () => {
    const host = connected()
      .on('POST', refreshes, 'lost')
      .on('GET', refreshes, history(entry(other, 'Unknown')))
      .on(
        'GET',
        `${refreshes}/${other}`,
        details('InProgress', { objects: [{ table: 'Claims', status: 'InProgress' }] }),
      );
    const outcomes = await Promise.allSettled([
      run('refreshSemanticModel', { wait: false }, host),
      run('refreshSemanticModel', { wait: false, tables: 'Claims' }, host),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(host.sent('POST', '/refreshes')).toHaveLength(2);
  });

  it('does not take a scheduled refresh for its own when the answer to the start is lost', async () => {
    const host = connected()
      .on('POST', refreshes, 'lost')
      .on('GET', refreshes, history(entry(other, 'Unknown', { refreshType: 'Scheduled' })));
    await expect(run('refreshSemanticModel', {}, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
    });
    expect(host.sent('POST', '/refreshes')).toHaveLength(1);
  });

  it('is cancelled at the timeout if the user chose so', async () => {
    const host = connected()
      .on('POST', refreshes, accepted)
      .on('GET', `${refreshes}/${id}`, details('InProgress'))
      .on('GET', refreshes, history(entry(id, 'Unknown')))
      .on('DELETE', `${refreshes}/${id}`, { status: 200 });
    await expect(run('refreshSemanticModel', { timeoutMinutes: 1, onTimeout: 'cancel' }, host)).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    expect(host.sent('DELETE', id)).toHaveLength(1);
  });

  it('explains a missing permission', async () => {
    const host = connected().on('POST', refreshes, {
      status: 403,
      json: { error: { code: 'PowerBINotAuthorizedException' } },
    });
    await expect(run('refreshSemanticModel', {}, host)).rejects.toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('Contributor'),
    });
  });
});

describe('Get Refresh of Power BI', () => {
  it.each(['..', '.'])('refuses the Run ID %s, which would name another resource', async (dots) => {
    const host = connected().on('GET', refreshes, history());
    await expect(run('cancelRefresh', { run: dots }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'Power BI: an ID must not be “.” or “..”.',
    });
    expect(host.requests.every(({ address }) => [login, dataset, refreshes].includes(address))).toBe(true);
    expect(host.sent('DELETE', '')).toEqual([]);
  });

  it.each([404, 400])(
    'reads a scheduled refresh, which has no details (status %d), from the history',
    async (status) => {
      const exception = JSON.stringify({ errorCode: 'ModelRefreshFailed_CredentialsNotSpecified' });
      const host = connected()
        .on('GET', `${refreshes}/${other}`, { status, json: { error: { code: 'InvalidRequest' } } })
        .on(
          'GET',
          refreshes,
          history(entry(other, 'Failed', { refreshType: 'Scheduled', serviceExceptionJson: exception })),
        );
      expect(await run('getRefresh', { run: other }, host)).toMatchObject({
        id: other,
        status: 'failed',
        details: { refreshType: 'Scheduled' },
        message: 'ModelRefreshFailed_CredentialsNotSpecified',
        explanation: expect.stringContaining('edit the data source credentials'),
      });
    },
  );

  it('finds a refresh in the history by an ID in capitals and braces', async () => {
    const entered = `{${other.toUpperCase()}}`;
    const host = connected()
      .on('GET', /refreshes\/%7B/, { status: 400, json: { error: { code: 'InvalidRequest' } } })
      .on('GET', refreshes, history(entry(other, 'Completed', { refreshType: 'Scheduled' })));
    expect(await run('getRefresh', { run: entered }, host)).toMatchObject({ id: other, status: 'succeeded' });
  });

  it('reports a refresh that does not exist', async () => {
    const host = connected()
      .on('GET', `${refreshes}/${other}`, { status: 404, json: { error: { code: 'RefreshNotFound' } } })
      .on('GET', refreshes, history(entry(id, 'Completed')));
    await expect(run('getRefresh', { run: other }, host)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('Run ID'),
    });
  });
});

describe('Cancel Refresh of Power BI', () => {
  it('cancels an active refresh', async () => {
    const host = connected()
      .on('GET', `${refreshes}/${id}`, [details('InProgress'), details('Cancelled')])
      .on('DELETE', `${refreshes}/${id}`, { status: 200 });
    expect(await run('cancelRefresh', { run: id }, host)).toMatchObject({ status: 'cancelled', finished: true });
  });
});

describe('Find Semantic Model of Power BI', () => {
  it('returns exact matches first, with their pages', async () => {
    const host = connected().on('GET', `${api}/groups/${workspace}/datasets`, {
      json: {
        value: [
          { id: 'm1', name: 'Claims overview', configuredBy: 'ada@contoso.com', isRefreshable: true },
          { id: 'm2', name: 'claims', webUrl: 'https://app.powerbi.com/m2', isRefreshable: false },
          { id: 'm3', name: 'Ledger' },
        ],
      },
    });
    expect(await run('findSemanticModel', { name: 'Claims' }, host)).toEqual([
      { id: 'm2', name: 'claims', refreshable: false, url: 'https://app.powerbi.com/m2' },
      {
        id: 'm1',
        name: 'Claims overview',
        owner: 'ada@contoso.com',
        refreshable: true,
        url: `https://app.powerbi.com/groups/${workspace}/datasets/m1/details`,
      },
    ]);
  });
});

describe('The connection of Power BI', () => {
  const test = (host: FakeHost, values = connection) => powerBi.connection.test(context(powerBi, host, values));

  it('is named after the first workspace', async () => {
    const host = connected().on('GET', `${api}/groups`, { json: { value: [{ id: 'w1', name: 'Claims' }] } });
    expect(await test(host)).toBe('Power BI (Claims)');
  });

  it('fails without access to a workspace', async () => {
    const host = connected().on('GET', `${api}/groups`, { json: { value: [] } });
    await expect(test(host)).rejects.toMatchObject({ code: 'forbidden', hint: expect.stringContaining('Contributor') });
  });

  it('explains a refused login', async () => {
    const host = fakeHost().on('POST', login, {
      status: 401,
      json: { error: 'invalid_client', error_codes: [7000222], error_description: 'AADSTS7000222: Expired.' },
    });
    await expect(test(host)).rejects.toMatchObject({ code: 'unauthorized' });
  });
});

it('Refresh Finished reads the cause of a failed enhanced refresh from its details', async () => {
  const host = connected()
    .on(
      'GET',
      refreshes,
      history(
        entry(id, 'Failed', { endTime: '2026-11-20T08:01:00Z' }),
        entry(other, 'Completed', { refreshType: 'Scheduled', endTime: '2026-11-20T07:30:00Z' }),
        entry('r3', 'Unknown'),
      ),
    )
    .on(
      'GET',
      `${refreshes}/${id}`,
      details('Failed', {
        endTime: '2026-11-20T08:01:00',
        messages: [{ message: 'Cannot read the source.', type: 'Error' }],
      }),
    );
  const trigger = powerBi.triggers.find(({ key }) => key === 'refreshFinished') as PollingTrigger;
  const events = await trigger.poll(
    { ...input, outcome: 'any' },
    new Date('2026-11-20T07:00:00Z'),
    context(powerBi, host, connection),
  );
  expect(events).toMatchObject([
    { id, data: { status: 'failed', explanation: expect.stringContaining('Cannot read the source') } },
    { id: other, data: { status: 'succeeded' } },
  ]);
});

describe('Rerun Failed Run of Power BI', () => {
  const failed = (more: object): FakeHost =>
    connected()
      .on('GET', `${refreshes}/${id}`, details('Failed', { endTime: '2026-11-20T08:01:00', ...more }))
      .on('POST', refreshes, { status: 202, headers: { location: `${refreshes}/${other}` } });
  const rerun = (host: FakeHost, typed = {}) => run('rerunFailedRun', { run: id, wait: false, ...typed }, host);

  it('refreshes the same tables and partitions with the same type', async () => {
    const objects = [
      { table: 'Claims', partition: '2026', status: 'Failed' },
      { table: 'A[B]', partition: 'A[B]', status: 'Completed' },
      { table: 'A[B]', partition: 'x', status: 'Completed' },
    ];
    const host = failed({ type: 'DataOnly', objects });
    expect(await rerun(host, { applyRefreshPolicy: false, retryCount: 2 })).toMatchObject({
      id: other,
      rerunOf: id,
      started: true,
      stepsToRun: ['Claims[2026]', 'A[B]', 'A[B][x]'],
    });
    expect(host.sent('POST', '/refreshes').map(({ json }) => json)).toEqual([
      {
        type: 'dataOnly',
        commitMode: 'transactional',
        applyRefreshPolicy: false,
        retryCount: 2,
        maxParallelism: 10,
        objects: [{ table: 'Claims', partition: '2026' }, { table: 'A[B]' }, { table: 'A[B]', partition: 'x' }],
      },
    ]);
  });

  it('repeats a scheduled refresh as a full refresh of the whole model', async () => {
    const host = connected()
      .on('GET', `${refreshes}/${id}`, { status: 404, json: { error: { code: 'RefreshNotFound' } } })
      .on('GET', refreshes, history(entry(id, 'Failed', { refreshType: 'Scheduled', endTime: '2026-11-20T08:01:00Z' })))
      .on('POST', refreshes, { status: 202, headers: { location: `${refreshes}/${other}` } });
    expect(await rerun(host)).toMatchObject({ id: other, started: true, stepsToRun: [] });
    const [sent] = host.sent('POST', '/refreshes');
    expect(sent?.json).toMatchObject({ type: 'full' });
    expect(sent?.json).not.toHaveProperty('objects');
  });

  it.each([
    ['the tables', { type: 'Full', objects: [] }],
    ['the type', { type: 'Reticulate', objects: [{ table: 'Claims' }] }],
    ['the type', { type: undefined, objects: [{ table: 'Claims' }] }],
  ])('refuses a refresh of which Power BI does not report %s, and starts nothing', async (what, more) => {
    const host = failed(more);
    await expect(rerun(host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: `Power BI does not report ${what} of refresh ${id}, so it cannot be repeated.`,
    });
    expect(host.sent('POST', '/refreshes')).toEqual([]);
  });

  it('names the refresh that is active instead of starting another', async () => {
    const host = failed({ objects: [{ table: 'Claims' }] })
      .on('POST', refreshes, busy)
      .on('GET', refreshes, history(entry(other, 'Unknown', { refreshType: 'Scheduled' })));
    await expect(rerun(host)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(other),
      hint: 'Run this step again when it has finished.',
    });
  });

  it.each([['p[1]'], [' 2026'], ['2026 '], ['a]']])(
    'refuses the partition “%s”, whose name would become another one, and starts nothing',
    async (partition) => {
      const host = failed({ type: 'Full', objects: [{ table: 'Claims', partition, status: 'Failed' }] });
      await expect(rerun(host)).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(id) });
      expect(host.sent('POST', '/refreshes')).toEqual([]);
    },
  );
});
