import { PipewrightError } from '../../../shared/src/host/error.ts';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import type { PollingTrigger } from '../../../shared/src/define/trigger.ts';
import { tableau } from '../../../shared/src/services/tableau/service.ts';
import { fakeHost, type Answer, type FakeHost, type SentRequest } from '../fake-host.ts';
import { context, deliver, deliverAndLookUp, delivery, operate, webhookTrigger } from '../operate.ts';

const server = 'https://10ax.online.tableau.com';
const connection = { address: server, site: 'contoso', patName: 'pipewright', patSecret: 'secret-1' };
const workbook = '1f951daf-4061-451a-9df1-69a8062664f2';
const dataSource = '9dbd2263-16b5-46e1-9c43-a76bb8ab65fb';
const flow = '92967d2d-c7e2-46d0-8847-4802df58f484';
const id = '4a62c3d1-0e0d-4f4b-8d4d-6a3d4a3f5f10';
const other = '777bf7c4-421d-4b2c-a518-11b90187c545';
const site = `${server}/api/3.27/sites/site-1`;
const signIn = `${server}/api/3.27/auth/signin`;
const refresh = `${site}/workbooks/${workbook}/refresh`;
const job = `${site}/jobs/${id}`;

const info = (version: string): Answer => ({ json: { serverInfo: { restApiVersion: version } } });
const credentials = (token: string): Answer => ({
  json: { credentials: { token, site: { id: 'site-1', contentUrl: 'contoso' }, user: { id: 'user-1' } } },
});
const problem = (code: string, detail: string, headers = {}): Answer => ({
  status: Number(code.slice(0, 3)),
  headers,
  json: { error: { code, summary: 'Summary', detail } },
});
const rejected = problem('401002', 'Invalid authentication credentials were provided.');

/** A host that signs in with token-1, token-2, … */
const connected = (options = {}): FakeHost => {
  let count = 0;
  return fakeHost(options)
    .on('GET', `${server}/api/2.4/serverinfo`, info('3.28'))
    .on('POST', signIn, () => credentials(`token-${(count += 1)}`))
    .on('GET', `${site}/workbooks/${workbook}`, {
      json: { workbook: { id: workbook, name: 'Claims overview', webpageUrl: `${server}/#/site/contoso/workbooks/1` } },
    });
};
const detailsOf = (more: object = {}, jobId = id) => ({
  id: jobId,
  mode: 'Asynchronous',
  type: 'RefreshExtract',
  progress: '0',
  createdAt: '2026-11-20T08:00:00Z',
  finishCode: '1',
  extractRefreshJob: { workbook: { id: workbook, name: 'Claims overview' } },
  ...more,
});
const details = (more: object = {}, jobId = id): Answer => ({ json: { job: detailsOf(more, jobId) } });
const ended = (finishCode: unknown, more: object = {}): Answer =>
  details({
    progress: '100',
    startedAt: '2026-11-20T08:00:10Z',
    completedAt: '2026-11-20T08:01:10Z',
    finishCode,
    ...more,
  });
const started: Answer = { status: 202, json: { job: { ...detailsOf(), finishCode: undefined, progress: undefined } } };
const busy = problem('409093', 'Job for \\"Claims overview\\" is already queued. Not queuing a duplicate.');
const listed = (jobId: string, more: object = {}) => ({
  id: jobId,
  status: 'Pending',
  jobType: 'refresh_extracts',
  title: 'Claims overview',
  createdAt: '2026-11-20T08:00:00Z',
  priority: '50',
  ...more,
});
const pageOf = (list: string, entry: string, entries: object[], total = entries.length, page = 1): Answer => ({
  json: {
    pagination: { pageNumber: String(page), pageSize: '1000', totalAvailable: String(total) },
    [list]: entries.length === 0 ? {} : { [entry]: entries },
  },
});
const jobList = (...entries: object[]): Answer => pageOf('backgroundJobs', 'backgroundJob', entries);
const run = (key: string, typed: Record<string, unknown>, host: FakeHost, values: object = connection) =>
  operate(tableau, key, typed, host, { ...values });
const tokensOf = (host: FakeHost, part: string): (string | undefined)[] =>
  host.requests.filter(({ address }) => address.includes(part)).map(({ headers }) => headers['x-tableau-auth']);

describe('A session of Tableau', () => {
  it('signs in with the personal access token and the site, in the documented version of the API', async () => {
    const host = connected().on('POST', refresh, started);
    await run('refreshWorkbook', { workbook, wait: false }, host);
    expect(host.sent('POST', '/auth/signin')[0]?.json).toEqual({
      credentials: {
        personalAccessTokenName: 'pipewright',
        personalAccessTokenSecret: 'secret-1',
        site: { contentUrl: 'contoso' },
      },
    });
    expect(host.sent('POST', '/auth/signin')[0]?.headers).toMatchObject({ accept: 'application/json' });
    expect(tokensOf(host, '/refresh')).toEqual(['token-1']);
  });

  it('uses the version of an older server', async () => {
    const old = `${server}/api/3.21`;
    const host = fakeHost()
      .on('GET', `${server}/api/2.4/serverinfo`, info('3.21'))
      .on('POST', `${old}/auth/signin`, credentials('token-1'))
      .on('GET', `${old}/sites/site-1/jobs/${id}`, ended('0'));
    expect(await run('getJob', { run: id }, host)).toMatchObject({ status: 'succeeded' });
    await expect(run('refreshWorkbook', { workbook, refreshType: 'Incremental' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'Refresh Type “Incremental” requires version 3.25 of the Tableau REST API; this server has 3.21.',
    });
  });

  it('is shared by calls that start at the same time and by later ones, and is never signed out', async () => {
    const host = connected().on('GET', job, ended('0'));
    await Promise.all([1, 2, 3].map(async () => run('getJob', { run: id }, host)));
    await run('getJob', { run: id }, host);
    expect(tokensOf(host, '/jobs/')).toEqual(['token-1', 'token-1', 'token-1', 'token-1']);
    expect(host.sent('POST', '/auth/')).toHaveLength(1);
  });

  it('is renewed once for all calls when Tableau has ended it', async () => {
    const answer = ({ headers }: SentRequest): Answer =>
      headers['x-tableau-auth'] === 'token-1' ? rejected : ended('0');
    const host = connected().on('GET', job, answer);
    await Promise.all([1, 2, 3].map(async () => run('getJob', { run: id }, host)));
    expect(host.sent('POST', '/auth/')).toHaveLength(2);
    expect(tokensOf(host, '/jobs/').filter((token) => token === 'token-2')).toHaveLength(3);
  });

  it('survives another process that signs in with the same token, after a pause', async () => {
    const host = connected().on('POST', refresh, [rejected, rejected, started]);
    expect(await run('refreshWorkbook', { workbook, wait: false }, host)).toMatchObject({ id });
    expect(host.sent('POST', '/auth/')).toHaveLength(3);
    expect(host.sleeps).toHaveLength(1);
  });

  it('uses the session that another process has stored, instead of signing in', async () => {
    const host = connected();
    host.on('GET', job, ({ headers }) => {
      if (headers['x-tableau-auth'] === 'stored') return ended('0');
      const { get } = host.cache;
      host.cache.get = async (key) => ({ ...((await get(key)) as object), token: 'stored' });
      return rejected;
    });
    expect(await run('getJob', { run: id }, host)).toMatchObject({ status: 'succeeded' });
    expect(host.sent('POST', '/auth/')).toHaveLength(1);
  });

  it('gives up when the session is ended again and again, without calling the token wrong', async () => {
    const host = connected().on('POST', refresh, rejected);
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('something else signs in with the same personal access token'),
      hint: { n8n: expect.stringContaining('only this credential uses') },
    });
    expect(host.sent('POST', '/auth/')).toHaveLength(3);
  });

  it('reports a wrong token after one sign-in', async () => {
    const host = connected().on('POST', signIn, problem('401001', 'Error signing in to Tableau.'));
    await expect(run('getJob', { run: id }, host)).rejects.toMatchObject({
      code: 'unauthorized',
      message: 'Tableau sign-in returned an error: Error signing in to Tableau.',
      hint: { n8n: expect.stringContaining('personal access token in the credential') },
    });
    expect(host.sent('POST', '/auth/')).toHaveLength(1);
  });

  it.each([
    ['a wrong token', problem('401001', 'Error signing in to Tableau.'), 1],
    ['a user who may not sign in', problem('403004', 'Forbidden'), 1],
    ['a server that is down', { status: 503 } as Answer, 4],
  ])('is asked for once by calls that start at the same time, also with %s', async (_what, answer, requests) => {
    const host = connected().on('POST', signIn, answer);
    const calls = await Promise.allSettled([1, 2, 3].map(async () => run('getJob', { run: id }, host)));
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(host.sent('POST', '/auth/')).toHaveLength(requests);
  });

  it('is asked for once more, for all other calls, when the call that asked for it is stopped', async () => {
    const stopped = new PipewrightError({ code: 'cancelled', message: 'The operation was canceled.' });
    let count = 0;
    const host = connected()
      .on('GET', job, ended('0'))
      .on('POST', signIn, () => {
        count += 1;
        if (count === 1) throw stopped;
        return credentials(`token-${count}`);
      });
    const calls = await Promise.allSettled([1, 2, 3].map(async () => run('getJob', { run: id }, host)));
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(tokensOf(host, '/jobs/')).toEqual(['token-2', 'token-2']);
  });

  it('names Server URL if nothing there answers like Tableau', async () => {
    const address = 'https://tableau.example.com/t/contoso/views/Claims';
    const host = connected().on('GET', `${address}/api/2.4/serverinfo`, { status: 404, text: '<html></html>' });
    await expect(run('getJob', { run: id }, host, { ...connection, address })).rejects.toMatchObject({
      code: 'not-found',
      hint: { n8n: expect.stringContaining('Server URL'), zapier: expect.stringContaining('Server URL') },
    });
  });

  it('follows the redirect of online.tableau.com to the pod', async () => {
    const global = 'https://online.tableau.com';
    const location = `${server}/api/3.27/auth/signin`;
    const host = connected()
      .on('GET', `${global}/api/2.4/serverinfo`, info('3.28'))
      .on('POST', `${global}/api/3.27/auth/signin`, { status: 302, headers: { location } })
      .on('GET', job, ended('0'));
    const values = { ...connection, address: `${global}/` };
    expect(await run('getJob', { run: id }, host, values)).toMatchObject({ status: 'succeeded' });
    expect(host.sent('POST', '10ax')).toHaveLength(1);
  });

  it.each([
    ['https://online.tableau.com', 'https://online.tableau.com.example.com/api/3.27/auth/signin'],
    ['https://online.tableau.com', 'http://10ax.online.tableau.com/api/3.27/auth/signin'],
    ['https://tableau.example.com', 'https://10ax.online.tableau.com/api/3.27/auth/signin'],
  ])('does not send the token from %s to %s', async (address, location) => {
    const host = connected()
      .on('GET', `${address}/api/2.4/serverinfo`, info('3.28'))
      .on('POST', `${address}/api/3.27/auth/signin`, { status: 302, headers: { location } });
    await expect(run('getJob', { run: id }, host, { ...connection, address })).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('redirect'),
    });
    expect(host.requests.filter(({ body }) => body.includes('secret-1'))).toHaveLength(1);
  });
});

describe('Refresh Workbook of Tableau', () => {
  it('waits until the job has a completion time, although the finish code is 1 before', async () => {
    const host = connected()
      .on('POST', refresh, started)
      .on('GET', job, [
        problem('404031', 'The job could not be found.'),
        details(),
        details({ startedAt: '2026-11-20T08:00:10Z', completedAt: '' }),
        ended('0', { extractRefreshJob: { workbook: { id: workbook }, notes: 'Finished.' } }),
      ]);
    expect(await run('refreshWorkbook', { workbook }, host)).toMatchObject({
      id,
      name: 'Claims overview',
      status: 'succeeded',
      vendorStatus: 'Success',
      durationSeconds: 60,
      url: `${server}/#/site/contoso/workbooks/1`,
      parameters: { refreshType: 'full' },
    });
    expect(host.sent('POST', '/refresh')[0]?.json).toEqual({});
    expect(host.sent('GET', '/jobs').every(({ address }) => address === job)).toBe(true);
  });

  it('requests an incremental refresh', async () => {
    const host = connected().on('POST', refresh, started);
    await run('refreshWorkbook', { workbook, refreshType: 'Incremental', wait: false }, host);
    expect(host.sent('POST', '/refresh')[0]?.json).toEqual({ extractRefresh: { incremental: true } });
  });

  it('explains a failed refresh by its notes', async () => {
    const notes = '[Microsoft][ODBC Driver 17 for SQL Server][SQL Server]Login failed for user.';
    const host = connected()
      .on('POST', refresh, started)
      .on('GET', job, ended('1', { extractRefreshJob: { workbook: { id: workbook }, notes } }));
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: expect.stringContaining('Login failed for user'),
      hint: expect.stringContaining('edit the connection'),
    });
  });

  it.each([
    ['2', 'cancelled', 'Cancelled'],
    [2, 'cancelled', 'Cancelled'],
    ['3', 'succeeded', 'Success'],
    ['7', 'unknown', 'finish code 7'],
    ['', 'unknown', 'finish code missing'],
    [undefined, 'unknown', 'finish code missing'],
  ])('reads finish code %j of a completed job as %s', async (code, status, vendorStatus) => {
    const host = connected().on('GET', job, ended(code));
    expect(await run('getJob', { run: id }, host)).toMatchObject({ status, vendorStatus });
  });

  it('is canceled at the timeout if the user chose so', async () => {
    const host = connected()
      .on('POST', refresh, started)
      .on('GET', job, details({ startedAt: '2026-11-20T08:00:10Z' }))
      .on('PUT', job, { status: 200 });
    const typed = { workbook, timeoutMinutes: 1, onTimeout: 'cancel' };
    await expect(run('refreshWorkbook', typed, host)).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    expect(host.sent('PUT', id)).toHaveLength(1);
  });

  it('names the active job while one is queued, and does not start another', async () => {
    const host = connected()
      .on('POST', refresh, busy)
      .on('GET', `${site}/jobs`, jobList(listed(other), listed(id, { title: 'Ledger' })))
      .on('GET', `${site}/jobs/${other}`, details({}, other));
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'conflict',
      message: `Tableau did not start the job, because another one for the workbook Claims overview is queued or running (${other}, queued at 2026-11-20T08:00:00.000Z).`,
      hint: expect.stringContaining('turn on Reuse Active Run'),
    });
    expect(host.sent('POST', '/refresh')).toHaveLength(1);
  });

  it('is refused without a job ID if the user may not list jobs', async () => {
    const host = connected().on('POST', refresh, busy).on('GET', `${site}/jobs`, problem('403004', 'Forbidden'));
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is queued or running.'),
    });
    await expect(run('refreshWorkbook', { workbook, reuseActiveRun: true }, host)).rejects.toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('Only site administrators can list jobs'),
    });
  });

  describe('with Reuse Active Run', () => {
    const reuse = { workbook, reuseActiveRun: true, wait: false };

    it('uses the active job, found by its details', async () => {
      const host = connected()
        .on('GET', `${site}/jobs`, jobList(listed(id, { title: 'Claims overview 2' }), listed(other)))
        .on('GET', job, details({ extractRefreshJob: { workbook: { id: 'another-workbook' } } }))
        .on('GET', `${site}/jobs/${other}`, details({}, other));
      expect(await run('refreshWorkbook', reuse, host)).toMatchObject({ id: other, reused: true });
      expect(host.sent('POST', '/refresh')).toHaveLength(0);
    });

    it('finds the active job although the list has no titles', async () => {
      const host = connected()
        .on('GET', `${site}/jobs`, jobList(listed(other, { title: undefined })))
        .on('GET', `${site}/jobs/${other}`, details({}, other));
      expect(await run('refreshWorkbook', reuse, host)).toMatchObject({ id: other, reused: true });
    });

    it('uses the job that was queued between the check and the start', async () => {
      const none = jobList();
      const host = connected()
        .on('POST', refresh, busy)
        .on('GET', `${site}/jobs`, [none, none, none, jobList(listed(other))])
        .on('GET', `${site}/jobs/${other}`, details({}, other));
      expect(await run('refreshWorkbook', reuse, host)).toMatchObject({ id: other, reused: true });
      expect(host.sent('POST', '/refresh')).toHaveLength(1);
    });

    it('does not use an incremental job for a full refresh', async () => {
      const host = connected()
        .on('POST', refresh, busy)
        .on('GET', `${site}/jobs`, jobList(listed(other, { jobType: 'increment_extracts' })))
        .on('GET', `${site}/jobs/${other}`, details({ type: 'IncrementExtract' }, other));
      await expect(run('refreshWorkbook', reuse, host)).rejects.toMatchObject({
        code: 'conflict',
        hint: expect.stringContaining('another refresh type'),
      });
    });
  });

  it('finds its job when the answer to the start is lost', async () => {
    const lost = 'bb1aab79-db54-4e96-9dd3-461d8f081d08';
    const host = connected()
      .on('POST', refresh, 'lost')
      .on('GET', `${site}/jobs`, jobList(listed(lost)))
      .on('GET', `${site}/jobs/${lost}`, details({}, lost));
    expect(await run('refreshWorkbook', { workbook, wait: false }, host)).toMatchObject({ id: lost });
    expect(host.sent('POST', '/refresh')).toHaveLength(1);
  });

  it('says that the start is unconfirmed if the answer is lost and the user may not list jobs', async () => {
    const host = connected().on('POST', refresh, 'lost').on('GET', `${site}/jobs`, problem('403004', 'Forbidden'));
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      hint: expect.stringContaining('before you run this step again'),
    });
    expect(host.sent('POST', '/refresh')).toHaveLength(1);
  });

  it('starts one refresh per Start Key', async () => {
    const host = connected().on('POST', refresh, started).on('GET', job, ended('0'));
    const typed = { workbook, startKey: 'event-1' };
    await run('refreshWorkbook', typed, host);
    expect(await run('refreshWorkbook', typed, host)).toMatchObject({ id, reused: true });
    expect(host.sent('POST', '/refresh')).toHaveLength(1);
  });

  it('starts one refresh of each of two workbooks with the same name under the same Start Key', async () => {
    const path = `${site}/workbooks/${other}`;
    const host = connected()
      .on('GET', path, { json: { workbook: { id: other, name: 'Claims overview' } } })
      .on('POST', refresh, started)
      .on('POST', `${path}/refresh`, { json: { job: { id: 'job-2' } } });
    const typed = { startKey: 'event-1', wait: false };
    expect(await run('refreshWorkbook', { ...typed, workbook }, host)).toMatchObject({ id });
    expect(await run('refreshWorkbook', { ...typed, workbook: other }, host)).toMatchObject({ id: 'job-2' });
  });

  it('recognizes an active job although the code of the error is a number', async () => {
    const host = connected()
      .on('POST', refresh, { status: 409, json: { error: { code: 409_093, detail: 'Already queued.' } } })
      .on('GET', `${site}/jobs`, jobList());
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('explains content without an extract, which Tableau also answers with 409', async () => {
    const host = connected().on('POST', refresh, problem('409090', 'Extract operation is not allowed.'));
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'invalid-input',
      hint: expect.stringContaining('live connection'),
    });
  });

  it('reports the limit of a site', async () => {
    const limit = problem('429000', 'Too many requests. Try again in 600 seconds.', { 'retry-after': '600' });
    const host = connected().on('POST', refresh, limit);
    await expect(run('refreshWorkbook', { workbook }, host)).rejects.toMatchObject({
      code: 'throttled',
      message: expect.stringContaining('Try again in 600 seconds'),
      hint: expect.stringContaining('60 refreshes per hour'),
    });
    expect(host.sent('POST', '/refresh')).toHaveLength(1);
  });

  it.each(['..', '.'])('refuses the workbook %s, which would name another resource', async (dots) => {
    const host = connected();
    await expect(run('refreshWorkbook', { workbook: dots }, host)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(host.sent('POST', '/refresh')).toEqual([]);
  });
});

it('Refresh Data Source starts a refresh of the data source', async () => {
  const path = `${site}/datasources/${dataSource}`;
  const host = connected()
    .on('GET', path, { json: { datasource: { id: dataSource, name: 'Claims' } } })
    .on('POST', `${path}/refresh`, started)
    .on('GET', job, ended('0', { extractRefreshJob: { datasource: { id: dataSource, name: 'Claims' } } }));
  expect(await run('refreshDataSource', { dataSource }, host)).toMatchObject({
    name: 'Claims',
    status: 'succeeded',
    details: { contentType: 'dataSource', contentId: dataSource },
  });
});

it('Run Flow names the flow in the body and returns the flow run', async () => {
  const path = `${site}/flows/${flow}`;
  const runFlowJobType = { flowRunId: 'run-1', flow: { id: flow, name: 'Clean claims' } };
  const host = connected()
    .on('GET', path, { json: { flow: { id: flow, name: 'Clean claims' } } })
    .on('POST', `${path}/run`, { json: { job: { id, type: 'RunFlow', runFlowJobType } } })
    .on('GET', job, ended('0', { type: 'RunFlow', extractRefreshJob: undefined, runFlowJobType }));
  expect(await run('runFlow', { flow }, host)).toMatchObject({
    name: 'Clean claims',
    status: 'succeeded',
    details: { contentType: 'flow', flowRunId: 'run-1' },
  });
  expect(host.sent('POST', '/run')[0]?.json).toEqual({ flowRunSpec: { flowId: flow } });
});

/** Jobs as in the tests of Tableau's own Python client, written as JSON. @see https://github.com/tableau/server-client-python */
describe.each([
  [
    'a completed job with finish code 3',
    { type: 'extractRefreshJob', finishCode: '3', extractRefreshJob: { notes: 'Job detail notes' } },
    { status: 'succeeded', message: 'Job detail notes', name: 'extractRefreshJob' },
  ],
  [
    'a failed refresh of a workbook',
    {
      finishCode: '1',
      extractRefreshJob: {
        workbook: { id: '5998aaaf-1abe-4d38-b4d9-bc53e85bdd13', name: 'Superstore' },
        notes: 'java.lang.RuntimeException: Integrated authentication failed.',
      },
    },
    { status: 'failed', name: 'Superstore', explanation: expect.stringContaining('edit the connection') },
  ],
  [
    'a job of another type that is running',
    {
      type: 'UpdateUploadedFile',
      completedAt: undefined,
      finishCode: undefined,
      extractRefreshJob: undefined,
      updateUploadedFileJob: { datasource: { id: '03b9fbec-81f6-4160-ae49-5f9f6d412758', name: 'World Indicators' } },
    },
    { status: 'running', finished: false, name: 'UpdateUploadedFile' },
  ],
])('Get Job of Tableau reads %s', (_what, answer, expected) => {
  it('as Tableau means it', async () => {
    const host = connected().on('GET', job, ended('0', answer));
    expect(await run('getJob', { run: id }, host)).toMatchObject(expected);
  });
});

it('Cancel Job of Tableau cancels an active job and returns its new status', async () => {
  const host = connected()
    .on('GET', job, [details(), ended('2')])
    .on('PUT', job, { status: 200 });
  expect(await run('cancelJob', { run: id }, host)).toMatchObject({ status: 'cancelled', finished: true });
});

it('Cancel Job of Tableau returns a job that finished before its cancellation, which Tableau then refuses', async () => {
  const host = connected()
    .on('GET', job, [details(), ended('0')])
    .on('PUT', job, problem('400031', 'The job cannot be canceled.'));
  expect(await run('cancelJob', { run: id }, host)).toMatchObject({ status: 'succeeded', finished: true });
  host.on('GET', job, details());
  await expect(run('cancelJob', { run: id }, host)).rejects.toMatchObject({ code: 'invalid-input' });
});

describe('The lists of Tableau', () => {
  const entry = (name: string) => ({ id: `id-${name}`, name, project: { name: 'Claims' }, webpageUrl: '' });

  it('are read to the last page, although Tableau writes numbers as text', async () => {
    const host = connected().on('GET', `${site}/workbooks`, ({ query }) =>
      query['pageNumber'] === '1'
        ? pageOf('workbooks', 'workbook', [entry('Claims overview'), entry('Ledger')], 1001)
        : pageOf('workbooks', 'workbook', [entry('claims')], 1001, 2),
    );
    expect(await run('findWorkbook', { name: 'Claims' }, host)).toEqual([
      { id: 'id-claims', name: 'claims', project: 'Claims' },
      { id: 'id-Claims overview', name: 'Claims overview', project: 'Claims' },
    ]);
  });

  it('may be empty or have one entry that is not in a list', async () => {
    const host = connected()
      .on('GET', `${site}/flows`, pageOf('flows', 'flow', []))
      .on('GET', `${site}/datasources`, {
        json: { pagination: { totalAvailable: '1' }, datasources: { datasource: entry('Claims') } },
      });
    expect(await run('findFlow', { name: 'claims' }, host)).toEqual([]);
    expect(await run('findDataSource', { name: 'claims' }, host)).toHaveLength(1);
  });

  it('are read to the last page although the server returns smaller pages and no total', async () => {
    const host = connected().on('GET', `${site}/workbooks`, ({ query }) => ({
      json: {
        pagination: { pageNumber: query['pageNumber'], pageSize: '1' },
        workbooks:
          { '1': { workbook: [entry('a1')] }, '2': { workbook: [entry('a2')] } }[query['pageNumber'] ?? ''] ?? {},
      },
    }));
    expect(await run('findWorkbook', { name: 'a' }, host)).toMatchObject([{ name: 'a1' }, { name: 'a2' }]);
  });

  it('load one page at a time in a dropdown', async () => {
    const host = connected().on('GET', `${site}/workbooks`, {
      json: {
        pagination: { pageNumber: '1', pageSize: '100', totalAvailable: '101' },
        workbooks: { workbook: [entry('Ledger')] },
      },
    });
    const field = tableau.operations.find(({ key }) => key === 'refreshWorkbook')?.input['workbook'];
    const { choices } = describeField(field as Field);
    expect(await choices?.load({ input: {} }, context(tableau, host, connection))).toEqual({
      choices: [{ value: 'id-Ledger', label: 'Ledger (Claims)' }],
      nextPage: '2',
    });
  });
});

describe('Job Finished of Tableau', () => {
  const trigger = tableau.triggers.find(({ key }) => key === 'jobFinished') as PollingTrigger;
  const poll = (input: Record<string, unknown>, host: FakeHost) =>
    trigger.poll(
      { contentType: 'any', outcome: 'any', ...input },
      new Date('2026-11-20T07:00:00Z'),
      context(tableau, host, connection),
    );
  const finished = (jobId: string, more: object = {}) =>
    listed(jobId, { status: 'Success', endedAt: '2026-11-20T08:01:10Z', ...more });
  const host = () =>
    connected()
      .on(
        'GET',
        `${site}/jobs`,
        jobList(
          finished(id),
          finished(other, { jobType: 'run_flow' }),
          finished('notified', { jobType: 'single_subscription_notify' }),
          finished('encrypted', { jobType: 'encrypt_extracts' }),
          finished('earlier', { endedAt: '2026-11-20T06:59:00Z' }),
          listed('active', { status: 'InProgress' }),
        ),
      )
      .on('GET', job, ended('0'))
      .on('GET', `${site}/jobs/${other}`, {
        json: {
          job: {
            ...detailsOf({}, other),
            type: 'RunFlow',
            startedAt: '2026-11-20T08:00:10Z',
            completedAt: '2026-11-20T08:01:10Z',
            extractRefreshJob: undefined,
            runFlowJobType: { flow: { id: flow, name: 'Clean claims' } },
          },
        },
      });

  it('reads only refreshes and flow runs that have finished since the last poll', async () => {
    const asked = host();
    const events = await poll({}, asked);
    expect(events).toMatchObject([
      { id, data: { name: 'Claims overview', status: 'succeeded' } },
      { id: other, data: { name: 'Clean claims', status: 'failed' } },
    ]);
    expect(asked.sent('GET', '/jobs/')).toHaveLength(2);
    expect(asked.sent('GET', '/jobs')[0]?.query['filter']).toBe('createdAt:gte:2026-11-18T07:00:00Z');
  });

  it.each([
    [{ contentType: 'flow' }, [other]],
    [{ contentType: 'workbook', workbook }, [id]],
    [{ contentType: 'workbook', workbook: 'another' }, []],
    [{ workbook }, [id]],
    [{ workbook, flow }, [id, other]],
    [{ contentType: 'dataSource' }, []],
  ])('filters by %j', async (input, ids) => {
    expect((await poll(input, host())).map((event) => event.id)).toEqual(ids);
  });

  it.each([
    { contentType: 'flow', workbook },
    { contentType: 'flow', flow, workbook },
  ])('refuses %j, of which it would ignore the workbook', async (input) => {
    await expect(poll(input, host())).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'Content is “Flow”, but Workbook is filled in as well.',
    });
  });

  it.each(['RefreshExtractsViaBridge', 'IncrementExtractsViaBridge', 'increment_extracts', 'RunFlow'])(
    'reads jobs of the type %s',
    async (jobType) => {
      const asked = host().on('GET', `${site}/jobs`, jobList(finished(id, { jobType })));
      expect((await poll({}, asked)).map((event) => event.id)).toEqual([id]);
    },
  );

  it('reads each finished job once, and one that has not finished again', async () => {
    const asked = host().on('GET', `${site}/jobs/${other}`, details({}, other));
    for (const _poll of [1, 2]) await poll({}, asked);
    expect(asked.sent('GET', job)).toHaveLength(1);
    expect(asked.sent('GET', `/jobs/${other}`)).toHaveLength(2);
    asked.on('GET', `${site}/jobs/${other}`, ended('1', { id: other }));
    expect((await poll({}, asked)).map((event) => event.id)).toEqual([id, other]);
  });

  it('goes on after the limit of requests was reached', async () => {
    const limit = problem('429000', 'Too many requests.', { 'retry-after': '3600' });
    const asked = host().on('GET', `${site}/jobs/${other}`, limit);
    await expect(poll({}, asked)).rejects.toMatchObject({ code: 'throttled' });
    asked.on('GET', `${site}/jobs/${other}`, ended('0', { id: other }));
    expect((await poll({}, asked)).map((event) => event.id)).toEqual([id, other]);
    expect(asked.sent('GET', job)).toHaveLength(1);
  });

  describe('in a test in the editor', () => {
    const endOf = (index: number): string => new Date(Date.parse('2026-11-20T08:00:00Z') + index * 1000).toISOString();
    const many = Array.from({ length: 500 }, (_one, index) => finished(`job-${index}`, { endedAt: endOf(index) }));
    const busySite = () =>
      connected({ isTest: true })
        .on('GET', `${site}/jobs`, jobList(...many))
        .on('GET', /\/jobs\/job-\d+$/, ({ address }) => {
          const index = Number(address.split('-').at(-1));
          return ended('0', { id: `job-${index}`, completedAt: endOf(index) });
        });

    it('reads only the newest jobs of a busy site', async () => {
      const asked = busySite();
      expect((await poll({}, asked))[0]).toMatchObject({ id: 'job-499' });
      expect(asked.sent('GET', '/jobs/')).toHaveLength(20);
    });

    it('reads more jobs, but not all, if none of them is wanted', async () => {
      const asked = busySite();
      expect(await poll({ contentType: 'flow' }, asked)).toEqual([]);
      expect(asked.sent('GET', '/jobs/')).toHaveLength(200);
    });
  });

  it('skips a job that was deleted after it was listed', async () => {
    const asked = host().on('GET', job, problem('404031', 'The job could not be found.'));
    expect((await poll({}, asked)).map((event) => event.id)).toEqual([other]);
  });

  it('requires a site administrator', async () => {
    const asked = connected().on('GET', `${site}/jobs`, problem('403004', 'Forbidden'));
    await expect(poll({}, asked)).rejects.toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('Only site administrators can list jobs'),
    });
  });
});

describe('Refresh Finished of Tableau', () => {
  const address = 'https://n8n.example.com/webhook/1?hook=2';
  const subscription = { id: 'w1,w2', secret: 'f00d'.repeat(12) };
  const trigger = webhookTrigger(tableau, 'refreshFinished');
  const opened = (host: FakeHost) => context(tableau, host, connection);
  const body = (more: object = {}) => ({
    resource: 'EXTRACTS',
    event_type: 'WorkbookRefreshFailed',
    resource_name: 'Claims overview',
    site_luid: 'site-1',
    resource_luid: workbook,
    created_at: '2026-11-20T08:01:12Z',
    ...more,
  });
  const query = { token: subscription.secret };
  /** A subscriber's view of the webhooks of a site. */
  const webhookSite = (failAt = Infinity) => {
    const webhooks = new Map<string, Record<string, unknown>>();
    const host = connected()
      .on('GET', `${site}/webhooks`, () => ({ json: { webhooks: { webhook: [...webhooks.values()] } } }))
      .on('POST', `${site}/webhooks`, ({ json }) => {
        const created = { id: `w${webhooks.size + 1}`, ...(json as { webhook: object }).webhook };
        if (webhooks.size + 1 >= failAt) return problem('403004', 'Forbidden');
        webhooks.set(created.id, created);
        return { status: 201, json: { webhook: created } };
      })
      .on('GET', /\/webhooks\/w\d$/, ({ address: url }) => {
        const found = webhooks.get(url.split('/').at(-1) ?? '');
        return found ? { json: { webhook: found } } : problem('404034', 'Not found');
      })
      .on('DELETE', /\/webhooks\/w\d$/, ({ address: url }) =>
        webhooks.delete(url.split('/').at(-1) ?? '') ? { status: 204 } : problem('404034', 'Not found'),
      );
    return { host, webhooks };
  };

  it('creates one webhook per event with a secret in its URL, and finds and deletes them', async () => {
    const { host, webhooks } = webhookSite();
    const created = await trigger.subscriber?.subscribe({ contentType: 'workbook' }, address, opened(host));
    expect([...webhooks.values()]).toMatchObject([
      { event: 'WorkbookRefreshSucceeded' },
      {
        event: 'WorkbookRefreshFailed',
        name: 'Pipewright: WorkbookRefreshFailed',
        'webhook-destination': {
          'webhook-destination-http': { method: 'POST', url: `${address}&token=${created?.secret}` },
        },
      },
    ]);
    expect(created).toEqual({ id: 'w1,w2', secret: expect.stringMatching(/^[\da-f]{48}$/) });
    const kept = created ?? subscription;
    expect(await trigger.subscriber?.isSubscribed(kept, address, opened(host))).toBe(true);
    expect(await trigger.subscriber?.isSubscribed(kept, `${address}0`, opened(host))).toBe(false);
    Object.assign(webhooks.get('w2') ?? {}, { isEnabled: false });
    expect(await trigger.subscriber?.isSubscribed(kept, address, opened(host))).toBe(false);
    webhooks.delete('w1');
    expect(await trigger.subscriber?.isSubscribed(kept, address, opened(host))).toBe(false);
    await trigger.subscriber?.unsubscribe(kept, opened(host));
    expect(webhooks.size).toBe(0);
  });

  it('replaces its own webhooks for the same URL, and no others', async () => {
    const { host, webhooks } = webhookSite();
    const destination = (url: string) => ({ 'webhook-destination': { 'webhook-destination-http': { url } } });
    webhooks.set('w7', { id: 'w7', name: 'Pipewright: WorkbookRefreshFailed', ...destination(`${address}&token=old`) });
    webhooks.set('w8', {
      id: 'w8',
      name: 'Pipewright: WorkbookRefreshFailed',
      ...destination('https://other.example'),
    });
    webhooks.set('w9', { id: 'w9', name: 'Ours', ...destination(`${address}&token=old`) });
    await trigger.subscriber?.subscribe({ outcome: 'failed', contentType: 'workbook' }, address, opened(host));
    expect([...webhooks.keys()]).toEqual(['w8', 'w9', 'w3']);
  });

  it('leaves no webhook behind if one cannot be created', async () => {
    const { host, webhooks } = webhookSite(3);
    await expect(trigger.subscriber?.subscribe({}, address, opened(host))).rejects.toMatchObject({ code: 'forbidden' });
    expect(webhooks.size).toBe(0);
  });

  it('leaves no webhook behind if Tableau does not confirm that it was created', async () => {
    const { host, webhooks } = webhookSite();
    host.on('POST', `${site}/webhooks`, ({ json }) => {
      webhooks.set('w1', { id: 'w1', ...(json as { webhook: object }).webhook });
      return 'lost';
    });
    await expect(trigger.subscriber?.subscribe({}, address, opened(host))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(webhooks.size).toBe(0);
  });

  it.each([
    ['without the secret', {}],
    ['with another secret', { token: 'beef'.repeat(12) }],
  ])('rejects a delivery %s', async (_what, wrong) => {
    const host = connected();
    const setting = { host, connection, subscription };
    expect(await deliver(tableau, 'refreshFinished', {}, delivery(body(), {}, wrong), setting)).toMatchObject({
      outcome: 'rejected',
      status: 401,
    });
  });

  it('emits an event once, although Tableau sends it twice, and ignores its test request', async () => {
    const setting = { host: connected(), connection, subscription };
    const send = (sent: unknown, typed = {}) =>
      deliver(tableau, 'refreshFinished', typed, delivery(sent, {}, query), setting);
    expect(await send(body())).toMatchObject({
      outcome: 'events',
      events: [{ data: { contentType: 'workbook', contentId: workbook, status: 'failed', verified: true } }],
    });
    expect(await send(body())).toEqual({ outcome: 'ignored', why: 'repeated' });
    expect(await send(body({ created_at: '2026-11-20T09:01:12Z' }))).toMatchObject({ outcome: 'events' });
    for (const ignored of [{}, body({ event_type: 'WorkbookRefreshStarted' }), body({ event_type: 'toString' })])
      expect(await send(ignored)).toEqual({ outcome: 'ignored', why: 'filtered' });
    for (const typed of [{ contentType: 'dataSource' }, { outcome: 'succeeded' }, { content: [dataSource] }])
      expect(await send(body({ created_at: 'later' }), typed)).toEqual({ outcome: 'ignored', why: 'filtered' });
  });

  describe('reads the job of an event', () => {
    const endedAt = '2026-11-20T08:01:10Z';
    const enriched = (host: FakeHost) => {
      const setting = { host, connection, subscription };
      return deliverAndLookUp(tableau, 'refreshFinished', {}, delivery(body(), {}, query), setting);
    };

    it('that ended close to it, with its cause', async () => {
      const notes = 'Login failed for user.';
      const host = connected()
        .on(
          'GET',
          `${site}/jobs`,
          jobList(
            listed('earlier', { status: 'Failed', endedAt: '2026-11-20T07:01:10Z' }),
            listed(other, { status: 'Success', endedAt }),
            listed(id, { status: 'Failed', endedAt }),
          ),
        )
        .on('GET', `${site}/jobs/${other}`, {
          json: { job: { ...detailsOf({}, other), completedAt: endedAt, finishCode: '0' } },
        })
        .on('GET', job, ended('1', { extractRefreshJob: { workbook: { id: workbook }, notes } }));
      expect(await enriched(host)).toMatchObject([
        {
          data: {
            run: id,
            durationSeconds: 60,
            message: notes,
            explanation: expect.stringContaining('edit the connection'),
            verified: true,
          },
        },
      ]);
    });

    it('and emits the event without it if its time is not one', async () => {
      const sent = delivery(body({ created_at: 'yesterday' }), {}, query);
      const setting = { host: connected(), connection, subscription };
      expect(await deliverAndLookUp(tableau, 'refreshFinished', {}, sent, setting)).toMatchObject([
        { data: { occurredAt: 'yesterday', problem: expect.stringContaining('was not found') } },
      ]);
    });

    it('and emits the event without it if the list does not contain it or may not be read', async () => {
      expect(await enriched(connected().on('GET', `${site}/jobs`, jobList()))).toMatchObject([
        { data: { status: 'failed', problem: 'The job of this refresh was not found in the list of jobs.' } },
      ]);
      const forbidden = connected().on('GET', `${site}/jobs`, problem('403004', 'Forbidden'));
      expect(await enriched(forbidden)).toMatchObject([
        { data: { status: 'failed', problem: expect.stringContaining('Only site administrators') } },
      ]);
    });
  });
});

describe('The connection of Tableau', () => {
  const test = (host: FakeHost, values: object = connection) =>
    tableau.connection.test(context(tableau, host, { ...values }));
  const workbooks = pageOf('workbooks', 'workbook', []);

  it('is named after the site', async () => {
    const host = connected().on('GET', `${site}/workbooks`, workbooks);
    expect(await test(host)).toBe('Tableau (contoso)');
    expect(await test(host, { ...connection, site: `${server}/#/site/contoso/home` })).toBe('Tableau (contoso)');
  });

  it('may be for the default site of a server', async () => {
    const host = connected().on('GET', `${site}/workbooks`, workbooks);
    expect(await test(host, { ...connection, site: undefined })).toBe('Tableau (default site)');
    expect(host.sent('POST', '/auth/')[0]?.json).toMatchObject({ credentials: { site: { contentUrl: '' } } });
  });
});
