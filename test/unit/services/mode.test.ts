import { gzipSync } from 'node:zlib';
import { describeField, type Field } from '../../../shared/src/define/fields.ts';
import { mode } from '../../../shared/src/services/mode/service.ts';
import { fakeHost, fakeStart, type Answer, type FakeHost } from '../fake-host.ts';
import { context, deliver, deliverAndLookUp, delivery, operate } from '../operate.ts';

const connection = { workspace: 'contoso', apiToken: 'token-1', apiSecret: 'secret-1' };
const workspace = 'https://app.mode.com/api/contoso';
const report = `${workspace}/reports/abc1`;
const runs = `${report}/runs`;
const page = 'https://app.mode.com/contoso/reports/abc1/runs/run1';

const listOf = (name: string, entries: unknown[], pagination?: object): Answer => ({
  json: { ...(pagination ? { pagination } : {}), _embedded: { [name]: entries } },
});
/** A list without a page count, like most of Mode's lists. */
const pagesOf =
  (name: string, ...pages: unknown[][]) =>
  ({ query }: { query: Record<string, string> }) =>
    listOf(name, pages[Number(query['page']) - 1] ?? []);
const queries = [
  { token: 'q1', name: 'By country' },
  { token: 'q2', name: 'By month' },
];
const queryRuns = [
  { token: 'qr2', query_token: 'q2', state: 'succeeded' },
  { token: 'qr1', query_token: 'q1', state: 'succeeded' },
];
const connected = (options = {}): FakeHost =>
  fakeHost(options)
    .on('GET', report, { json: { token: 'abc1', name: 'Weekly KPI' } })
    .on('GET', `${report}/queries`, pagesOf('queries', queries))
    .on('GET', `${runs}/run1/query_runs`, pagesOf('query_runs', queryRuns));
const run = (
  key: string,
  typed: Record<string, unknown>,
  host: FakeHost,
  values: Record<string, unknown> = connection,
) => operate(mode, key, typed, host, values);
const state = (word: string, more = {}): Answer => ({
  json: { token: 'run1', state: word, created_at: '2026-11-20T08:00:00Z', completed_at: null, ...more },
});

describe('The parameters of a Mode report', () => {
  const code = (...definitions: string[]) => ({
    raw_query: `SELECT 1\n${definitions.map((one) => `{% form %}\n${one}\n{% endform %}`).join('\n')}`,
  });
  const load = async (typed: object, ...all: object[]) => {
    const host = fakeHost().on(
      'GET',
      `${report}/queries`,
      pagesOf(
        'queries',
        all.map((one, index) => ({ token: `q${index}`, ...one })),
      ),
    );
    const { declared } = describeField(
      mode.operations.find(({ key }) => key === 'runReport')?.input['parameters'] as Field,
    );
    return declared?.load({ report: 'abc1', ...typed }, context(mode, host, connection));
  };

  it('are the names that its queries define, each once, with lists for several values', async () => {
    const country = 'country:\n    type: select\n    default: GB\n    options: [GB, NA]';
    const lines =
      '# a comment\n\n  lines:\n    type: multiselect\n    options:\n      values: code\n      labels: name\n  from:\n    type: date';
    expect(await load({}, code(country, lines), { raw_query: null }, { name: 'x' }, code(`${country}\n`))).toEqual([
      { name: 'country', type: 'text', required: false },
      { name: 'lines', type: 'list', required: false },
      { name: 'from', type: 'text', required: false },
    ]);
  });

  it.each(['', 'text without a name', '- a\n- b', 'name: value'])(
    'are none for the definition “%s”',
    async (definition) => {
      expect(await load({}, code(definition))).toEqual([]);
    },
  );

  const runWith = (parameters: object, host = fakeHost()) => {
    host
      .on('GET', report, { json: { token: 'abc1', name: 'Weekly KPI' } })
      .on(
        'GET',
        `${report}/queries`,
        pagesOf('queries', [{ token: 'q1', ...code('country:\n  type: text', 'lines:\n  type: multiselect') }]),
      )
      .on('POST', runs, { ...(state('pending') as object), status: 202 });
    return { host, done: run('runReport', { report: 'abc1', parameters, wait: false }, host) };
  };

  it('are sent with lists that were entered as text', async () => {
    const { host, done } = runWith({ country: 'GB', lines: '["a","b"]', other: 5 });
    await done;
    expect(host.sent('POST', 'runs')[0]?.json).toEqual({ parameters: { country: 'GB', lines: ['a', 'b'], other: 5 } });
  });

  it.each([
    [{ Country: 'GB' }, 'The report has no parameter “Country”.', 'Use “country”'],
    [{ lines: 'a, b' }, 'The report expects a list for “lines”.', '["EMEA", "APAC"]'],
  ])('%j starts no run', async (parameters, message, hint) => {
    const { host, done } = runWith(parameters);
    await expect(done).rejects.toMatchObject({ code: 'invalid-input', message, hint: expect.stringContaining(hint) });
    expect(host.sent('POST', 'runs')).toEqual([]);
  });

  it('are sent unchecked if the connection may not read the queries', async () => {
    const host = fakeHost()
      .on('GET', report, { json: { token: 'abc1', name: 'Weekly KPI' } })
      .on('GET', `${report}/queries`, { status: 403, json: { id: 'forbidden', message: 'No.' } })
      .on('POST', runs, { ...(state('pending') as object), status: 202 });
    await run('runReport', { report: 'abc1', parameters: { Country: 'GB' }, wait: false }, host);
    expect(host.sent('POST', 'runs')[0]?.json).toEqual({ parameters: { Country: 'GB' } });
  });
});

describe('Run Report of Mode', () => {
  it('sends the parameters as JSON and authenticates with token and secret', async () => {
    const host = connected().on('POST', runs, { ...(state('pending') as object), status: 202 });
    const typed = {
      report: 'https://app.mode.com/contoso/reports/abc1/details',
      parameters: { country: 'GB' },
      wait: false,
    };
    expect(await run('runReport', typed, host)).toMatchObject({
      id: 'run1',
      name: 'Weekly KPI',
      status: 'queued',
      finished: false,
      url: page,
    });
    const [sent] = host.sent('POST', 'runs');
    expect(sent?.json).toEqual({ parameters: { country: 'GB' } });
    expect(sent?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('token-1:secret-1').toString('base64')}`,
      accept: 'application/hal+json',
    });
  });

  it.each(['succeeded', 'completed'])(
    'waits through the queue, the notebook, throttling and a 404 until %s',
    async (word) => {
      const host = connected()
        .on('POST', runs, state('pending'))
        .on('GET', `${runs}/run1`, [
          { status: 404 },
          state('enqueued'),
          { status: 429, headers: { 'retry-after': '10' } },
          state('running_notebook'),
          state(word, { completed_at: '2026-11-20T08:00:42Z' }),
        ]);
      expect(await run('runReport', { report: 'abc1' }, host)).toMatchObject({
        succeeded: true,
        durationSeconds: 42,
        steps: [{ name: 'By month' }, { name: 'By country', type: 'Query', status: 'succeeded' }],
      });
      expect(host.sleeps).toContain(10_000);
    },
  );

  it('reports the query that failed', async () => {
    const failed = [
      {
        token: 'qr1',
        query_token: 'q1',
        query_name: 'By country',
        state: 'failed',
        error_message: 'relation "claims" does not exist',
      },
    ];
    const host = connected()
      .on('POST', runs, state('pending'))
      .on('GET', `${runs}/run1`, state('failed'))
      .on('GET', `${runs}/run1/query_runs`, pagesOf('query_runs', failed));
    await expect(run('runReport', { report: 'abc1' }, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of Weekly KPI failed at “By country”: relation "claims" does not exist.',
      hint: expect.stringContaining(page),
    });
  });

  it.each(['cancelled', 'canceled'])('treats %s as finished, and an unknown status as active', async (word) => {
    const host = connected()
      .on('POST', runs, state('pending'))
      .on('GET', `${runs}/run1`, [state('pondering'), state(word)]);
    expect(await run('runReport', { report: 'abc1', onFailure: 'continue' }, host)).toMatchObject({
      status: 'cancelled',
      finished: true,
    });
  });

  it('leaves the run running at the timeout, because Mode cannot cancel runs', async () => {
    const host = connected().on('POST', runs, state('pending')).on('GET', `${runs}/run1`, state('enqueued'));
    await expect(run('runReport', { report: 'abc1', timeoutMinutes: 1 }, host)).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('The run is still active'),
    });
    expect(host.now() - fakeStart).toBe(60_000);
    expect(mode.operations.find(({ key }) => key === 'runReport')?.input).not.toHaveProperty('onTimeout');
  });

  it('is started for each of two reports with the same name under the same Start Key', async () => {
    const second = `${workspace}/reports/abc2`;
    const host = connected()
      .on('POST', runs, state('enqueued'))
      .on('GET', second, { json: { token: 'abc2', name: 'Weekly KPI' } })
      .on('GET', `${second}/queries`, pagesOf('queries', queries))
      .on('POST', `${second}/runs`, state('enqueued', { token: 'run2' }));
    const typed = { startKey: 'event-1', wait: false };
    expect(await run('runReport', { ...typed, report: 'abc1' }, host)).toMatchObject({ id: 'run1' });
    expect(await run('runReport', { ...typed, report: 'abc2' }, host)).toMatchObject({ id: 'run2' });
  });

  it('is not started again when the response is lost', async () => {
    const host = connected().on('POST', runs, 'lost').on('GET', runs, pagesOf('report_runs', []));
    await expect(run('runReport', { report: 'abc1' }, host)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      message: expect.stringContaining('Weekly KPI'),
    });
    expect(host.sent('POST', 'runs')).toHaveLength(1);
  });
});

describe('Get Report Run of Mode', () => {
  it('returns a run with its queries', async () => {
    const host = connected().on('GET', `${runs}/run1`, state('completed', { parameters: { country: 'GB' } }));
    expect(await run('getReportRun', { report: 'abc1', run: page }, host)).toMatchObject({
      id: 'run1',
      vendorStatus: 'completed',
      parameters: { country: 'GB' },
      details: { reportId: 'abc1' },
      steps: [{}, {}],
    });
  });
});

describe('Find Report of Mode', () => {
  const spaces = [
    { token: 's1', name: 'Claims' },
    { token: 's2', name: 'Finance' },
  ];
  const withReports = () =>
    fakeHost()
      .on('GET', `${workspace}/spaces`, pagesOf('spaces', spaces))
      .on(
        'GET',
        `${workspace}/spaces/s1/reports`,
        pagesOf(
          'reports',
          [
            { token: 'r1', name: 'Old claims', archived: true },
            { token: 'r2', name: 'Claims by day' },
          ],
          [{ token: 'r3', name: 'Other' }],
        ),
      )
      .on(
        'GET',
        `${workspace}/spaces/s2/reports`,
        listOf(
          'reports',
          [
            { token: 'r4', name: 'claims' },
            { token: 'r2', name: 'Claims by day' },
          ],
          { total_pages: 1 },
        ),
      );

  it('searches every page of every collection, and returns each report once, the exact name first', async () => {
    expect(await run('findReport', { name: 'CLAIMS' }, withReports())).toMatchObject([
      { id: 'r4', collection: 'Finance', url: 'https://app.mode.com/contoso/reports/r4' },
      { id: 'r2', collection: 'Claims' },
    ]);
  });

  it('stops when a list returns the same page repeatedly', async () => {
    const host = withReports().on(
      'GET',
      `${workspace}/spaces/s1/reports`,
      listOf('reports', [{ token: 'r2', name: 'Claims by day' }]),
    );
    expect(await run('findReport', { name: 'day' }, host)).toHaveLength(1);
    expect(host.sent('GET', 's1/reports')).toHaveLength(2);
  });

  it('lists the same reports for selection, and continues from the last page', async () => {
    const many = (space: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ token: `${space}${index}`, name: `Report ${index}` }));
    const host = withReports()
      .on('GET', `${workspace}/spaces/s1/reports`, ({ query }) =>
        listOf('reports', many(`p${query['page']}x`, 15), { total_pages: 2 }),
      )
      .on(
        'GET',
        `${workspace}/spaces/s2/reports`,
        listOf('reports', [{ token: 'r4', name: 'Premiums' }], { total_pages: 1 }),
      );
    const choices = describeField(mode.operations[0]?.input['report'] as never).choices;
    const load = (query: object) => choices?.load({ input: {}, ...query }, context(mode, host, connection));
    const first = await load({});
    expect([first?.choices.length, first?.nextPage]).toEqual([30, 's2:1']);
    expect(await load({ page: 's2:1' })).toEqual({ choices: [{ value: 'r4', label: 'Premiums (Finance)' }] });
    expect(await load({ search: 'prem' })).toEqual({ choices: [{ value: 'r4', label: 'Premiums (Finance)' }] });
    expect(await load({ page: 'gone:2' })).toEqual({ choices: [] });
  });
});

describe('Download Results of Mode', () => {
  const csv = 'country,claims\nGB,120\n';
  const content = (queryRun: string) => `${runs}/run1/query_runs/${queryRun}/results/content.csv`;
  const packed = gzipSync(csv);

  it('uses the first query and the latest successful run, which may be on a later page', async () => {
    const host = connected()
      .on(
        'GET',
        runs,
        pagesOf(
          'report_runs',
          [
            { token: 'run3', state: 'failed' },
            { token: 'run2', state: 'pending' },
          ],
          [{ token: 'run1', state: 'completed' }],
        ),
      )
      .on('GET', content('qr1'), { pieces: [packed] });
    expect(await run('downloadResults', { report: 'abc1' }, host)).toEqual({
      reportId: 'abc1',
      runId: 'run1',
      queryId: 'q1',
      queryName: 'By country',
      file: { name: 'By country.csv', mediaType: 'text/csv', text: csv },
    });
    expect(host.sent('GET', '/runs')[0]?.query).toMatchObject({ order: 'desc', order_by: 'created_at' });
  });

  it.each([
    ['compressed, without a Content-Encoding header', [packed]],
    ['compressed, byte by byte', Array.from(packed, (byte) => Uint8Array.of(byte))],
    ['plain', [csv]],
    ['plain, byte by byte', Array.from(Buffer.from(csv), (byte) => Uint8Array.of(byte))],
  ])('reads a body that is %s', async (_name, pieces) => {
    const host = connected().on('GET', content('qr2'), { headers: { 'content-type': 'text/csv' }, pieces });
    expect(await run('downloadResults', { report: 'abc1', run: 'run1', query: 'by MONTH' }, host)).toMatchObject({
      queryId: 'q2',
      file: { text: csv },
    });
  });

  it('lists the available queries when the requested one does not exist', async () => {
    await expect(
      run('downloadResults', { report: 'abc1', run: 'run1', query: 'By year' }, connected()),
    ).rejects.toMatchObject({
      code: 'not-found',
      message: 'The report has no query “By year”.',
      hint: 'Select one of its queries: “By country”, “By month”.',
    });
  });

  it.each([
    [
      [{ token: 'qr1', query_token: 'q1', state: 'failed', error_message: 'no table.' }],
      'run-failed',
      'failed in run run1: no table.',
    ],
    [[{ token: 'qr1', query_token: 'q1', state: 'enqueued' }], 'conflict', 'has not finished'],
    [[], 'conflict', 'was not part of run'],
  ])('explains why there are no results (%#)', async (found, code, message) => {
    const host = connected().on('GET', `${runs}/run1/query_runs`, pagesOf('query_runs', found));
    await expect(run('downloadResults', { report: 'abc1', run: 'run1' }, host)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it('reports that no run has succeeded yet', async () => {
    const host = connected().on('GET', runs, pagesOf('report_runs', [{ token: 'run1', state: 'failed' }]));
    await expect(run('downloadResults', { report: 'abc1' }, host)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('Run Report'),
    });
  });
});

describe('The connection to Mode', () => {
  const test = (host: FakeHost, values: Record<string, unknown> = connection) =>
    mode.connection.test(context(mode, host, values));

  it('is named after the workspace', async () => {
    expect(await test(fakeHost().on('GET', workspace, { json: { name: 'Contoso' } }))).toBe('Contoso');
  });

  it('accepts a member token, which may not read the workspace itself', async () => {
    const host = fakeHost()
      .on('GET', workspace, { status: 403 })
      .on('GET', `${workspace}/spaces`, pagesOf('spaces', []));
    expect(await test(host)).toBe('contoso');
  });

  it('explains that personal tokens were retired when the token is rejected, and does not show the secret', async () => {
    const refusal = await test(
      fakeHost().on('GET', workspace, { status: 401, json: { message: 'You must be logged in.' } }),
    ).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining('retired personal tokens') });
    expect(JSON.stringify(refusal)).not.toContain('secret-1');
  });

  it('extracts the workspace from a URL, and accepts another API URL', async () => {
    const host = fakeHost().on('GET', 'https://mode.example/api/contoso', { json: {} });
    expect(
      await test(host, {
        ...connection,
        workspace: 'https://app.mode.com/contoso/reports/abc1',
        address: 'https://mode.example/',
      }),
    ).toBe('contoso');
    await expect(test(fakeHost(), { ...connection, address: 'http://mode.example' })).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });
});

describe('Report Run Finished of Mode', () => {
  const values = { ...connection, webhookSecret: 'a-long-secret-of-our-own' };
  const delivered = (
    event = 'report_run_completed',
    url = 'https://modeanalytics.com/api/elsewhere/reports/abc1/runs/run1',
  ) => delivery({ event, report_run_url: url }, {}, { token: 'a-long-secret-of-our-own' });
  const start = (
    typed: Record<string, unknown> = {},
    host = connected().on('GET', `${runs}/run1`, state('succeeded')),
    sent = delivered(),
  ) => deliverAndLookUp(mode, 'reportRunFinished', typed, sent, { host, connection: values });

  it('reads the run from the workspace of the connection, never from the URL in the event', async () => {
    const host = connected().on('GET', `${runs}/run1`, state('succeeded'));
    expect(
      await start({}, host, delivered(undefined, 'https://evil.example/api/x/reports/abc1/runs/run1')),
    ).toMatchObject([
      {
        id: 'run1:finished',
        data: {
          id: 'run1',
          name: 'Weekly KPI',
          status: 'succeeded',
          succeeded: true,
          reportId: 'abc1',
          verified: true,
        },
      },
    ]);
    expect(host.requests.every(({ url }) => url.startsWith(workspace))).toBe(true);
  });

  it('triggers only on the selected outcome', async () => {
    expect(await start({ outcome: 'failed' })).toEqual([]);
    expect(await start({ outcome: 'failed' }, connected().on('GET', `${runs}/run1`, state('failed')))).toMatchObject([
      { data: { status: 'failed' } },
    ]);
  });

  it.each([
    ['another kind of event', delivered('report_run_started'), {}],
    ['another report', delivered(), { reports: ['abc2'] }],
    ['a URL without IDs', delivered(undefined, 'https://modeanalytics.com/'), {}],
    [
      'the test event that Mode sends when a webhook is created',
      delivery({ event: 'ping' }, {}, { token: 'a-long-secret-of-our-own' }),
      {},
    ],
  ])('ignores %s', async (_case, sent, typed) => {
    expect(await deliver(mode, 'reportRunFinished', typed, sent, { host: connected(), connection: values })).toEqual({
      outcome: 'ignored',
      why: 'filtered',
    });
  });

  it('emits the IDs when the run cannot be read', async () => {
    const host = connected().on('GET', `${runs}/run1`, { status: 404 });
    expect(await start({}, host)).toMatchObject([
      { data: { id: 'run1', reportId: 'abc1', status: 'unknown', problem: expect.stringContaining('Mode') } },
    ]);
  });

  it('lists recent runs of the selected report', async () => {
    const host = connected().on(
      'GET',
      runs,
      pagesOf('report_runs', [
        { token: 'run9', state: 'succeeded' },
        { token: 'run8', state: 'failed' },
        { token: 'run7', state: 'pending' },
      ]),
    );
    const trigger = mode.triggers[0] as unknown as { recent(input: object, host: object): Promise<{ id: string }[]> };
    expect(
      (await trigger.recent({ reports: ['abc1'], outcome: 'any' }, context(mode, host, values))).map(({ id }) => id),
    ).toEqual(['run9:finished', 'run8:finished']);
  });
});
