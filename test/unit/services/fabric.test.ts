import type { PollingTrigger } from '../../../shared/src/define/trigger.ts';
import { fabric } from '../../../shared/src/services/fabric/service.ts';
import { fakeHost, type Answer, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'secret-1' };
const workspace = '4b218778-e7a5-4d73-8187-f10824047715';
const item = '431e8d7b-4a95-4c02-8ccd-6faef5ba1bd7';
const id = '5eb5b4d6-0d7a-4ae6-9d6a-c7d2a9ff4f7c';
const api = 'https://api.fabric.microsoft.com/v1';
const items = `${api}/workspaces/${workspace}/items`;
const jobs = `${items}/${item}/jobs`;
const instances = `${jobs}/instances`;
const activities = `${api}/workspaces/${workspace}/datapipelines/pipelineruns/${id}/queryactivityruns`;
const login = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';

const connected = (type = 'DataPipeline'): FakeHost =>
  fakeHost()
    .on('POST', login, { json: { access_token: 'token-1', expires_in: 3599 } })
    .on('GET', `${items}/${item}`, { json: { id: item, displayName: 'Load claims', type } })
    .on('POST', activities, { json: [] });
const accepted = (headers: Record<string, string> = { location: `${instances}/${id}` }): Answer => ({
  status: 202,
  headers: { 'retry-after': '60', ...headers },
});
const job = (status: string, more = {}) => ({
  id,
  jobType: 'Pipeline',
  invokeType: 'Manual',
  status,
  startTimeUtc: '2026-11-20T08:00:01.0000000',
  endTimeUtc: null,
  ...more,
});
const run = (key: string, typed: Record<string, unknown>, host: FakeHost) =>
  operate(fabric, key, { workspace, item, ...typed }, host, connection);

describe('Run Pipeline of Microsoft Fabric', () => {
  it('logs in for Fabric and starts a pipeline with its parameters', async () => {
    const host = connected().on('POST', `${jobs}/Pipeline/instances`, accepted());
    const parameters = { DatasetID: '007', rows: 5 };
    expect(await run('runPipeline', { parameters, wait: false }, host)).toMatchObject({
      id,
      name: 'Load claims',
      status: 'queued',
      finished: false,
    });
    expect(host.sent('POST', '/token')[0]?.body).toContain(
      `scope=${encodeURIComponent('https://api.fabric.microsoft.com/.default')}`,
    );
    const [sent] = host.sent('POST', '/instances');
    expect(sent?.headers).toMatchObject({ authorization: 'Bearer token-1' });
    expect(sent?.json).toEqual({ executionData: { parameters } });
  });

  it('sends an empty body without parameters, and accepts URLs of the pages', async () => {
    const host = connected().on('POST', `${jobs}/Pipeline/instances`, accepted());
    const page = `https://app.fabric.microsoft.com/groups/${workspace}`;
    const typed = { workspace: `${page}/list`, item: `${page}/pipelines/${item}?experience=fabric`, wait: false };
    expect(await run('runPipeline', typed, host)).toMatchObject({ id });
    expect(host.sent('POST', '/instances')[0]?.json).toEqual({});
  });

  it.each([
    ['of the header x-ms-job-id if Location has none', { location: `${instances}`, 'x-ms-job-id': id }],
    ['of Location, of which only the ID is used', { location: `https://evil.example/jobs/instances/${id}?x=1` }],
  ])('reads the run with the ID %s', async (_what, headers) => {
    const host = connected()
      .on('POST', `${jobs}/Pipeline/instances`, accepted(headers))
      .on('GET', `${instances}/${id}`, { json: job('Completed', { endTimeUtc: '2026-11-20T08:02:01.5000000' }) });
    expect(await run('runPipeline', {}, host)).toMatchObject({
      id,
      succeeded: true,
      startedAt: '2026-11-20T08:00:01.000Z',
      durationSeconds: 120.5,
    });
  });

  it('waits while the status is NotStarted, InProgress or unknown', async () => {
    const host = connected()
      .on('POST', `${jobs}/Pipeline/instances`, accepted())
      .on('GET', `${instances}/${id}`, [
        { status: 404, json: { errorCode: 'JobInstanceNotFound', message: 'Not found.' } },
        { json: job('NotStarted', { startTimeUtc: '0001-01-01T00:00:00' }) },
        { json: job('InProgress') },
        { json: job('Reticulating') },
        { json: job('Completed') },
      ]);
    expect(await run('runPipeline', {}, host)).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['a list', (entries: object[]) => entries],
    ['a list in value, as in Data Factory', (value: object[]) => ({ value })],
  ])('names the failed activity from %s, of its last attempt', async (_what, wrap) => {
    const activity = (name: string, status: string, more = {}) => ({
      activityName: name,
      activityType: 'Copy',
      status,
      activityRunStart: '2026-11-20T08:00:05.0000000',
      iterationHash: '',
      ...more,
    });
    const host = connected()
      .on('POST', `${jobs}/Pipeline/instances`, accepted())
      .on('GET', `${instances}/${id}`, {
        json: job('Failed', { failureReason: { errorCode: 'X', message: 'Job instance failed without detail error' } }),
      })
      .on('POST', activities, {
        json: wrap([
          activity('Check rows', 'Failed', {
            retryAttempt: 1,
            error: { errorCode: '2200', message: 'The table does not exist.' },
          }),
          activity('Check rows', 'Failed', { error: { errorCode: '1', message: 'First attempt.' } }),
          activity('Copy claims', 'Succeeded', { durationInMs: 1500 }),
        ]),
      });
    const result = await run('runPipeline', { onFailure: 'continue' }, host);
    expect(result).toMatchObject({
      failedStep: 'Check rows',
      failedMessage: 'The table does not exist.',
      explanation: expect.stringContaining('(code 2200)'),
    });
    expect(result['steps']).toHaveLength(2);
  });

  it('reports a run that Fabric skipped as skipped, not as a success', async () => {
    const host = connected()
      .on('POST', `${jobs}/Pipeline/instances`, accepted())
      .on('GET', `${instances}/${id}`, { json: job('Deduped') });
    expect(await run('runPipeline', { onFailure: 'continue' }, host)).toMatchObject({
      status: 'cancelled',
      succeeded: false,
      explanation: expect.stringMatching(/was skipped.*Reuse Active Run/),
    });
  });

  it('finds its run after a lost answer, if it has no parameters and is the only new one', async () => {
    const host = connected()
      .on('POST', `${jobs}/Pipeline/instances`, 'lost')
      .on('GET', instances, { json: { value: [job('InProgress', { id: 'only-one' })] } });
    expect(await run('runPipeline', { wait: false }, host)).toMatchObject({ id: 'only-one' });
    expect(host.sent('POST', '/instances')).toHaveLength(1);
  });

  it.each([
    ['it has parameters', { parameters: { a: 1 } }, [job('InProgress', { id: 'two' })]],
    ['a schedule started the run', {}, [job('InProgress', { id: 'three', invokeType: 'Scheduled' })]],
    ['two runs began', {}, [job('InProgress', { id: 'four' }), job('InProgress', { id: 'five' })]],
  ])('does not guess its run after a lost answer if %s', async (_what, typed, value) => {
    const host = connected().on('POST', `${jobs}/Pipeline/instances`, 'lost').on('GET', instances, { json: { value } });
    await expect(run('runPipeline', typed, host)).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    expect(host.sent('POST', '/instances')).toHaveLength(1);
  });

  it('uses an active run with Reuse Active Run, but not in place of one with parameters', async () => {
    const list = { json: { value: [job('InProgress', { id: 'active' })] } };
    const host = connected().on('GET', instances, list).on('POST', `${jobs}/Pipeline/instances`, accepted());
    const typed = { reuseActiveRun: true, wait: false };
    expect(await run('runPipeline', typed, host)).toMatchObject({ id: 'active', reused: true });
    expect(await run('runPipeline', { ...typed, parameters: { a: 1 } }, host)).toMatchObject({ id });
  });

  it('is refused for an item of another type', async () => {
    await expect(run('runPipeline', {}, connected('Notebook'))).rejects.toMatchObject({
      code: 'invalid-input',
      message: '“Load claims” is not a pipeline; its type is Notebook.',
    });
  });

  it('explains a missing permission with the message of Fabric', async () => {
    const host = connected().on('POST', `${jobs}/Pipeline/instances`, {
      status: 403,
      json: { errorCode: 'InsufficientPrivileges', message: 'The caller does not have sufficient permissions.' },
    });
    await expect(run('runPipeline', {}, host)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('sufficient permissions'),
      hint: expect.stringContaining('Contributor'),
    });
  });
});

describe('Run Notebook of Microsoft Fabric', () => {
  it('sends each parameter with its type: text stays text', async () => {
    const host = connected('Notebook').on('POST', `${jobs}/RunNotebook/instances`, accepted());
    const parameters = { code: '007', rows: 5, share: 0.5, full: true };
    await run('runNotebook', { parameters, configuration: { useStarterPool: true }, wait: false }, host);
    expect(host.sent('POST', '/instances')[0]?.json).toEqual({
      executionData: {
        parameters: {
          code: { value: '007', type: 'string' },
          rows: { value: 5, type: 'int' },
          share: { value: 0.5, type: 'float' },
          full: { value: true, type: 'bool' },
        },
        configuration: { useStarterPool: true },
      },
    });
  });

  it.each([[[1, 2]], [{ a: 1 }], [null]])('refuses %j as a parameter', async (value) => {
    await expect(run('runNotebook', { parameters: { x: value } }, connected('Notebook'))).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“x”'),
    });
  });

  it('waits and tries again if the capacity is full, and then says so', async () => {
    const full = { status: 430, json: { errorCode: 'TooManyRequestsForCapacity', message: 'Capacity is full.' } };
    const host = connected('Notebook').on('POST', `${jobs}/RunNotebook/instances`, [full, accepted()]);
    expect(await run('runNotebook', { wait: false }, host)).toMatchObject({ id });
    const busy = connected('Notebook').on('POST', `${jobs}/RunNotebook/instances`, full);
    await expect(run('runNotebook', {}, busy)).rejects.toMatchObject({
      code: 'throttled',
      hint: expect.stringContaining('capacity'),
    });
  });
});

it('Run Spark Job of Microsoft Fabric passes the arguments of this run', async () => {
  const host = connected('SparkJobDefinition').on('POST', `${jobs}/sparkjob/instances`, accepted());
  await run('runSparkJob', { arguments: '--date 2026-11-20', wait: false }, host);
  expect(host.sent('POST', '/instances')[0]?.json).toEqual({
    executionData: { commandLineArguments: '--date 2026-11-20' },
  });
});

describe('Cancel Job Run of Microsoft Fabric', () => {
  it('cancels an active run, also if it finishes in the meantime', async () => {
    for (const answer of [
      { status: 202 },
      { status: 400, json: { errorCode: 'JobAlreadyCompleted', message: 'No.' } },
    ]) {
      const host = connected()
        .on('GET', `${instances}/${id}`, [{ json: job('InProgress') }, { json: job('Cancelled') }])
        .on('POST', `${instances}/${id}/cancel`, answer);
      expect(await run('cancelJobRun', { run: id }, host)).toMatchObject({ status: 'cancelled', finished: true });
    }
  });
});

describe('Find Item of Microsoft Fabric', () => {
  it('reads all pages by their tokens and returns exact matches first', async () => {
    const one = (name: string) => ({ id: name, displayName: name, type: 'Notebook', description: '' });
    const host = connected().on('GET', items, ({ query }) =>
      query['continuationToken'] === 'b'
        ? { json: { value: [one('claims')] } }
        : { json: { value: [one('Claims report'), one('Ledger')], continuationToken: 'b', continuationUri: 'x' } },
    );
    expect(await run('findItem', { name: 'Claims', type: 'Notebook' }, host)).toEqual([
      { id: 'claims', name: 'claims', type: 'Notebook' },
      { id: 'Claims report', name: 'Claims report', type: 'Notebook' },
    ]);
    expect(host.sent('GET', '/items').map(({ query }) => query['type'])).toEqual(['Notebook', 'Notebook']);
  });
});

describe('The connection of Microsoft Fabric', () => {
  const test = (host: FakeHost) => fabric.connection.test(context(fabric, host, connection));

  it('is named after the first workspace', async () => {
    const value = [
      { id: 'w1', displayName: 'Claims' },
      { id: 'w2', displayName: 'Finance' },
    ];
    expect(await test(connected().on('GET', `${api}/workspaces`, { json: { value } }))).toBe(
      'Fabric (Claims and others)',
    );
  });

  it('fails without access to a workspace', async () => {
    const host = connected().on('GET', `${api}/workspaces`, { json: { value: [] } });
    await expect(test(host)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

it('Job Run Finished reads the activities of a failed pipeline run, which has no cause itself', async () => {
  const host = connected()
    .on('GET', instances, {
      json: {
        value: [job('Failed', { endTimeUtc: '2026-11-20T08:01:00.0000000' }), job('InProgress', { id: 'active' })],
      },
    })
    .on('POST', activities, {
      json: [{ activityName: 'Copy claims', status: 'Failed', error: { errorCode: '2200', message: 'No such file.' } }],
    });
  const trigger = fabric.triggers.find(({ key }) => key === 'jobRunFinished') as PollingTrigger;
  const events = await trigger.poll(
    { workspace, item, outcome: 'any' },
    new Date('2026-11-20T07:00:00Z'),
    context(fabric, host, connection),
  );
  expect(events).toMatchObject([{ id, data: { failedStep: 'Copy claims', failedMessage: 'No such file.' } }]);
});

describe('Rerun Failed Run of Microsoft Fabric', () => {
  const next = '0d1e2f3a-0d7a-4ae6-9d6a-c7d2a9ff4f7c';
  const failed = (type: string, jobType: string): FakeHost =>
    connected(type)
      .on('GET', `${instances}/${id}`, { json: job('Failed', { jobType, endTimeUtc: '2026-11-20T08:01:00.0000000' }) })
      .on('POST', `${jobs}/${jobType}/instances`, accepted({ location: `${instances}/${next}` }));
  const rerun = (host: FakeHost, typed: Record<string, unknown>) =>
    run('rerunFailedRun', { run: id, wait: false, ...typed }, host);
  const entered = { parametersOfRun: 'parameters' };
  const withArguments = { parametersOfRun: 'arguments' };

  it.each<[string, string, string, Record<string, unknown>, object]>([
    ['a pipeline without parameters', 'DataPipeline', 'Pipeline', { parametersOfRun: 'none' }, {}],
    [
      'a pipeline with the parameters that are entered',
      'DataPipeline',
      'Pipeline',
      { ...entered, parameters: { rows: 5 } },
      { executionData: { parameters: { rows: 5 } } },
    ],
    [
      'a notebook with typed parameters and its session',
      'Notebook',
      'RunNotebook',
      { ...entered, parameters: { day: '007', rows: 5 }, configuration: { useStarterPool: true } },
      {
        executionData: {
          parameters: { day: { value: '007', type: 'string' }, rows: { value: 5, type: 'int' } },
          configuration: { useStarterPool: true },
        },
      },
    ],
    [
      'a Spark job with its arguments',
      'SparkJobDefinition',
      'sparkjob',
      { ...withArguments, arguments: '--date 2026-11-20' },
      { executionData: { commandLineArguments: '--date 2026-11-20' } },
    ],
  ])('runs %s again', async (_what, type, jobType, typed, body) => {
    const host = failed(type, jobType);
    expect(await rerun(host, typed)).toMatchObject({ id: next, rerunOf: id, started: true });
    expect(host.sent('POST', `/${jobType}/instances`).map(({ json }) => json)).toEqual([body]);
  });

  it.each<[string, string, string, Record<string, unknown>, string]>([
    ['the question is not answered', 'DataPipeline', 'Pipeline', {}, 'Parameters of Failed Run'],
    ['nothing is entered', 'DataPipeline', 'Pipeline', { ...entered, parameters: {} }, '“Parameters” is empty'],
    [
      'a pipeline gets arguments',
      'DataPipeline',
      'Pipeline',
      { ...withArguments, arguments: 'x' },
      'has parameters, not arguments',
    ],
    [
      'a Spark job gets parameters',
      'SparkJobDefinition',
      'sparkjob',
      { ...entered, parameters: { a: 1 } },
      'has arguments, not parameters',
    ],
    ['a Spark job gets none', 'SparkJobDefinition', 'sparkjob', withArguments, '“Arguments” is empty'],
    [
      'a pipeline gets a session',
      'DataPipeline',
      'Pipeline',
      { ...entered, configuration: { a: 1 } },
      '“Session Configuration”',
    ],
    ['a notebook gets a list', 'Notebook', 'RunNotebook', { ...entered, parameters: { a: [1] } }, '“a” must be text'],
    ['the item is a dataflow', 'Dataflow', 'Execute', { parametersOfRun: 'none' }, 'its type is Dataflow'],
    [
      'the job is of another type',
      'Notebook',
      'SparkSession',
      { parametersOfRun: 'none' },
      'a job of type SparkSession',
    ],
  ])('starts nothing if %s', async (_what, type, jobType, typed, message) => {
    const host = failed(type, jobType);
    await expect(rerun(host, typed)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(message),
    });
    expect(host.sent('POST', '/instances')).toEqual([]);
  });

  it('never takes another run for one with parameters whose start was not confirmed', async () => {
    const host = failed('DataPipeline', 'Pipeline')
      .on('POST', `${jobs}/Pipeline/instances`, 'lost')
      .on('GET', instances, {
        json: { value: [job('InProgress', { id: next, startTimeUtc: '2026-11-20T08:00:30.0000000' })] },
      });
    await expect(rerun(host, { ...entered, parameters: { rows: 5 } })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
    });
  });
});
