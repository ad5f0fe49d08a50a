import type { PipewrightError } from '../../../../shared/src/host/error.ts';
import { describeField } from '../../../../shared/src/define/fields.ts';
import type { ChoicePage } from '../../../../shared/src/define/choice-list.ts';
import type { PollingTrigger } from '../../../../shared/src/define/trigger.ts';
import { presetNames, presetOf, type PresetName } from '../../../../shared/src/services/rest-job/presets.ts';
import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { fakeHost, fakeStart, type Answer, type FakeHost } from '../../fake-host.ts';
import { context } from '../../operate.ts';
import airflowApi from './openapi/airflow.json' with { type: 'json' };
import githubApi from './openapi/github.json' with { type: 'json' };
import prefectApi from './openapi/prefect.json' with { type: 'json' };
import { OpenApiTool, type OpenApi } from './openapi-tool.ts';

const base = 'https://tool.example.com';
const connection = { baseUrl: base, authentication: 'bearer', token: 'very-secret-token' };
const trigger = restJob.triggers.find(({ key }) => key === 'jobRunFinished') as PollingTrigger;
const hour = 3_600_000;
const at = (hours: number): string => new Date(fakeStart + hours * hour).toISOString();

/** Polls the runs that have finished in the last hours. */
const poll = async (input: Record<string, unknown>, host: FakeHost, hours = 1) =>
  trigger.poll(input, new Date(fakeStart - hours * hour), context(restJob, host, connection));

const jobList = restJob.operations.flatMap(({ input }) =>
  input['job'] ? [describeField(input['job']).choices] : [],
)[0];
const jobs = async (input: Record<string, unknown>, host: FakeHost, page?: string): Promise<ChoicePage> => {
  if (!jobList) throw new Error('The field Job ID has no list.');
  return jobList.load({ input, ...(page ? { page } : {}) }, context(restJob, host, connection));
};

/** A host on which every request goes to the tool. */
const hostOf = (tool: OpenApiTool): FakeHost => {
  const host = fakeHost();
  for (const method of ['GET', 'POST'] as const) host.on(method, /./, (sent) => tool.answer(sent));
  return host;
};
const openApi = (description: unknown): OpenApiTool => new OpenApiTool(description as OpenApi, base);
const uuid = (digit: number): string => `00000000-0000-4000-a000-${String(digit).padStart(12, '0')}`;

describe('Finished runs of Airflow, by its OpenAPI description', () => {
  const runs = '/api/v2/dags/{dag_id}/dagRuns';
  const input = { tool: 'airflow', job: 'daily_claims' };
  const tool = () => openApi(airflowApi);
  const full = (id: number, state: string, end: string | null) => ({
    ...(tool().instanceOf(tool().component('DAGRunResponse')) as object),
    dag_run_id: `run-${id}`,
    state,
    start_date: at(-2),
    end_date: end,
  });

  it('are filtered by Airflow and read on all pages, also if Airflow returns fewer than asked for', async () => {
    const all = Array.from({ length: 130 }, (_, id) => full(id, id % 2 === 0 ? 'success' : 'failed', at(-0.5)));
    const host = hostOf(
      tool().on(`GET ${runs}`, ({ query }) => {
        const start = Number(query['offset']);
        return { status: '200', values: { dag_runs: all.slice(start, start + 50), total_entries: 130 } };
      }),
    );
    const events = await poll(input, host);
    expect(new Set(events.map(({ id }) => id)).size).toBe(130);
    expect(events[0]?.data).toMatchObject({
      service: 'Airflow',
      name: 'DAG daily_claims',
      url: expect.stringMatching(/^https:\/\/tool\.example\.com\/dags\/daily_claims\/runs\/run-\d+$/),
    });
    expect(host.requests.map(({ query }) => [query['end_date_gte'], query['offset']])).toEqual(
      [0, 50, 100, 130].map((offset) => [at(-1), String(offset)]),
    );
  });

  it('are read until there is one to show for a test in the editor', async () => {
    const host = Object.assign(
      hostOf(
        tool().on(`GET ${runs}`, () => ({
          status: '200',
          values: { dag_runs: [full(1, 'success', at(-0.5))], total_entries: 5_000 },
        })),
      ),
      { isTest: true },
    );
    expect(await poll(input, host, 30 * 24)).toHaveLength(1);
    expect(host.requests).toHaveLength(1);
  });

  it('count as another completion when a cleared run ends again', async () => {
    const ends = [at(-0.5), at(-0.2)];
    const host = hostOf(
      tool().on(`GET ${runs}`, ({ query }) => ({
        status: '200',
        values: {
          dag_runs: query['offset'] === '0' ? [full(1, 'success', ends.shift() ?? at(-0.1))] : [],
          total_entries: 1,
        },
      })),
    );
    const [[first], [second]] = [await poll(input, host), await poll(input, host)];
    expect([first?.data['id'], second?.data['id']]).toEqual(['run-1', 'run-1']);
    expect(first?.id).not.toBe(second?.id);
  });

  it('can be selected by their DAG', async () => {
    const dag = {
      ...(tool().instanceOf(tool().component('DAGResponse')) as object),
      dag_id: 'd-1',
      dag_display_name: 'Claims',
    };
    const host = hostOf(
      tool().on('GET /api/v2/dags', ({ query }) => ({
        status: '200',
        values: { dags: query['offset'] === '0' ? [dag] : [], total_entries: 1 },
      })),
    );
    const first = await jobs(input, host);
    expect(first).toMatchObject({ choices: [{ value: 'd-1', label: 'Claims (d-1)' }], nextPage: expect.any(String) });
    expect(await jobs(input, host, first.nextPage)).toEqual({ choices: [] });
  });
});

describe('Finished runs of Prefect, by its OpenAPI description', () => {
  const tool = () => openApi(prefectApi);
  const input = { tool: 'prefect', job: uuid(9) };

  it('are filtered by their end', async () => {
    const run = {
      ...(tool().instanceOf(tool().component('FlowRunResponse')) as object),
      id: uuid(1),
      end_time: at(-0.5),
      state: { id: uuid(2), type: 'CRASHED', name: 'Crashed', message: 'Out of memory', timestamp: at(-0.5) },
    };
    const host = hostOf(tool().on('POST /flow_runs/filter', () => ({ status: '200', values: [run] })));
    expect(await poll(input, host)).toMatchObject([
      { data: { id: uuid(1), status: 'failed', message: 'Out of memory' } },
    ]);
    expect(host.requests.map(({ json }) => json)).toEqual([
      {
        deployments: { id: { any_: [uuid(9)] } },
        flow_runs: { end_time: { after_: at(-1) } },
        sort: 'END_TIME_DESC',
        limit: 200,
        offset: 0,
      },
    ]);
  });

  it('can be selected by their deployment', async () => {
    const deployment = {
      ...(tool().instanceOf(tool().component('DeploymentResponse')) as object),
      id: uuid(3),
      name: 'daily',
    };
    const host = hostOf(tool().on('POST /deployments/filter', () => ({ status: '200', values: [deployment] })));
    expect(await jobs(input, host)).toEqual({ choices: [{ value: uuid(3), label: `daily (${uuid(3)})` }] });
  });
});

describe('Finished runs of GitHub Actions, by its OpenAPI description', () => {
  const tool = () => openApi(githubApi);
  const list = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
  const input = { tool: 'githubActions', job: 'build.yml', repository: 'contoso/pipelines' };
  const full = (id: number, created: number, more: object = {}) => ({
    ...(tool().instanceOf(tool().component('workflow-run')) as object),
    id,
    status: 'completed',
    conclusion: 'success',
    created_at: at(created),
    updated_at: at(-0.5),
    ...more,
  });

  it('are read page by page until the runs began more than 48 hours before the last poll', async () => {
    const page = (first: number, created: number) =>
      Array.from({ length: 100 }, (_, index) => full(first + index, created - index / 1000));
    const pages = [page(1_000, -1), page(2_000, -40), page(3_000, -60), page(4_000, -90)];
    const host = hostOf(
      tool().on(list, ({ query }) => ({
        status: '200',
        values: { total_count: 400, workflow_runs: pages[Number(query['page']) - 1] ?? [] },
      })),
    );
    expect(await poll(input, host)).toHaveLength(300);
    expect(host.requests.map(({ query }) => query)).toEqual(
      ['1', '2', '3'].map((number) => ({ exclude_pull_requests: 'true', per_page: '100', page: number })),
    );
  });

  it('count once per attempt, although their last change may come later', async () => {
    const answers = [
      full(1, -1, { run_attempt: 1 }),
      full(1, -1, { run_attempt: 1, updated_at: at(-0.1) }),
      full(1, -1, { run_attempt: 2 }),
    ];
    const host = hostOf(
      tool().on(list, () => ({ status: '200', values: { total_count: 1, workflow_runs: [answers.shift()] } })),
    );
    const ids = [await poll(input, host), await poll(input, host), await poll(input, host)].flat().map(({ id }) => id);
    expect(ids).toEqual(['1:1', '1:1', '1:2']);
  });

  it('can be selected by the file of their workflow, once the repository is known', async () => {
    const workflow = {
      ...(tool().instanceOf(tool().component('workflow')) as object),
      path: '.github/workflows/build.yml',
      name: 'Build',
    };
    const host = hostOf(
      tool().on('GET /repos/{owner}/{repo}/actions/workflows', () => ({
        status: '200',
        values: { total_count: 1, workflows: [workflow] },
      })),
    );
    expect(await jobs({ tool: 'githubActions' }, host)).toEqual({ choices: [] });
    expect(await jobs(input, host)).toEqual({ choices: [{ value: 'build.yml', label: 'Build (build.yml)' }] });
  });
});

describe('The lists of the other tools', () => {
  const answers: Partial<Record<PresetName, object>> = {
    airbyte: { data: [{ jobId: 1, status: 'succeeded', startTime: at(-2), lastUpdatedAt: at(-0.5) }] },
    census: { data: [{ id: 1, status: 'completed', created_at: at(-2), completed_at: at(-0.5) }] },
    hightouch: { data: [{ id: 1, status: 'success', startedAt: at(-2), finishedAt: at(-0.5) }] },
    airflow2: { dag_runs: [{ dag_run_id: '1', state: 'success', start_date: at(-2), end_date: at(-0.5) }] },
  };

  it.each(Object.keys(answers))('contain a finished run of %s, with its end', async (name) => {
    const full = answers[name as PresetName] ?? {};
    const empty = Object.fromEntries(Object.keys(full).map((key) => [key, []]));
    const host = fakeHost().on('GET', /./, [{ json: full }, { json: empty }]);
    expect(await poll({ tool: name, job: '42' }, host)).toMatchObject([
      { data: { id: '1', status: 'succeeded', finishedAt: at(-0.5), durationSeconds: 5400 } },
    ]);
    expect(
      host.requests.every(({ url }) => url.startsWith(`${base}/`) && url.includes('42') && !/[{}]|%7B/.test(url)),
    ).toBe(true);
  });

  it('are offered by the trigger only for tools that have one', async () => {
    const { tool } = trigger.input;
    const offered = (tool ? (describeField(tool).options ?? []) : []).map(({ value }) => value);
    expect([...offered].sort()).toEqual([...presetNames.filter((name) => presetOf(name).finished), 'custom'].sort());
    expect(offered).not.toContain('fivetran');
  });

  it('read the connections of Fivetran by their cursor', async () => {
    const page = (id: string, next?: string): Answer => ({
      json: {
        data: { items: [{ id, service: 'salesforce', schema: `crm_${id}` }], ...(next ? { next_cursor: next } : {}) },
      },
    });
    const host = fakeHost().on('GET', `${base}/connections`, [page('a', 'next/1'), page('b')]);
    const first = await jobs({ tool: 'fivetran' }, host);
    expect(first.choices).toEqual([{ value: 'a', label: 'crm_a (a)' }]);
    expect(await jobs({ tool: 'fivetran' }, host, first.nextPage)).toEqual({
      choices: [{ value: 'b', label: 'crm_b (b)' }],
    });
    expect(host.requests.map(({ query }) => query)).toEqual([{ limit: '1000' }, { limit: '1000', cursor: 'next/1' }]);
  });

  it('are empty for a tool that is not in the list', async () => {
    expect(await jobs({ tool: 'custom' }, fakeHost())).toEqual({ choices: [] });
  });
});

describe('Finished runs of a custom tool', () => {
  const typed = {
    listPath: '/v1/runs?after={since}&offset={offset}',
    listField: 'data.runs',
    successWords: 'done',
    failureWords: 'broken',
    statusField: 'state.phase',
    listedIdField: 'run_id',
    startField: 'began',
    endField: 'ended',
    runUrl: '/ui/{runId}',
  };
  const entry = (id: number, phase: string, ended: string | null = at(-0.5)) => ({
    run_id: id,
    state: { phase },
    began: at(-1),
    ended,
  });
  const answer = (...entries: object[]): Answer => ({ json: { data: { runs: entries } } });

  it('are read from the list that the form describes, on all pages', async () => {
    const host = fakeHost().on('GET', `${base}/v1/runs`, [
      answer(entry(1, 'done'), entry(2, 'busy', null)),
      answer(entry(3, 'broken')),
      answer(),
    ]);
    const events = await poll(typed, host);
    expect(events).toMatchObject([
      { id: '1', data: { succeeded: true, durationSeconds: 1800, url: `${base}/ui/1` } },
      { id: '3', data: { succeeded: false, status: 'failed' } },
    ]);
    expect(host.requests.map(({ query }) => [query['after'], query['offset']])).toEqual(
      ['0', '2', '3'].map((offset) => [at(-1), offset]),
    );
    expect(host.logged.join()).toContain('the status “busy” is in no list of status words');
  });

  it('are emitted once if the list moves on while its pages are read', async () => {
    const host = fakeHost().on('GET', `${base}/v1/runs`, [
      answer(entry(2, 'done'), entry(1, 'done')),
      answer(entry(1, 'done'), entry(0, 'done')),
      answer(),
    ]);
    expect((await poll(typed, host)).map(({ id }) => id)).toEqual(['2', '1', '0']);
  });

  it('are read from one page if the path names no other one', async () => {
    const host = fakeHost().on('GET', `${base}/v1/runs`, { json: [{ id: 7, status: 'done' }] });
    const plain = { listPath: '/v1/runs', successWords: 'done', failureWords: 'broken' };
    expect(await poll(plain, host)).toMatchObject([{ id: '7', data: { name: 'tool.example.com' } }]);
    expect(host.requests).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, Answer, string]>([
    ['the list is elsewhere', {}, { json: { runs: [] } }, 'no list at “data.runs”. The answer has the fields runs.'],
    [
      'an entry has no status',
      {},
      answer({ run_id: 1, phase: 'done' }),
      'no status at “state.phase”. The answer has the fields run_id, phase.',
    ],
    ['an entry has no ID', { listedIdField: 'id' }, answer(entry(1, 'done')), 'no run ID at “id”'],
    [
      'a status is in no list that should be complete',
      { activeWords: 'busy', listPath: '/v1/runs' },
      answer(entry(1, 'odd')),
      'The status is “odd”, which is in no list',
    ],
    ['the path has another placeholder', { listPath: '/v1/runs?from={from}' }, {}, '“List Path” contains {from}'],
    ['the path leaves the base URL', { listPath: '/../runs' }, {}, '“List Path” leaves the Base URL'],
    ['there is no path', { listPath: '' }, {}, '“List Path”'],
    ['there is no word for success', { successWords: '' }, {}, '“Success Words” is missing'],
  ])('are refused if %s', async (_why, more, given, message) => {
    const host = fakeHost().on('GET', `${base}/v1/runs`, given);
    const error = await poll({ ...typed, ...more }, host).catch((caught: PipewrightError) => caught);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });

  const endingAt = (ended: unknown): Answer => ({ json: { data: { runs: [{ ...entry(1, 'done'), ended }] } } });
  const pollEnd = (ended: unknown) =>
    poll({ ...typed, listPath: '/v1/runs' }, fakeHost().on('GET', `${base}/v1/runs`, endingAt(ended)));
  const half = fakeStart - hour / 2;

  it.each([
    ['in UTC', new Date(half).toISOString()],
    ['without seconds', '2026-11-20T07:30Z'],
    ['with an offset', '2026-11-20T02:30:00.123456-05:00'],
    ['with an offset without colon', '2026-11-20T13:00:00+0530'],
    ['with a space', '2026-11-20 07:30:00+00:00'],
    ['with the name of the zone', '2026-11-20 07:30:00 UTC'],
    ['in the format of HTTP', 'Fri, 20 Nov 2026 07:30:00 GMT'],
    ['in seconds', half / 1000],
    ['in milliseconds', half],
    ['in seconds as text', String(half / 1000)],
  ])('may end at a time %s', async (_what, ended) => {
    const [event] = await pollEnd(ended);
    expect(Date.parse(String(event?.data['finishedAt'])) - half).toBeLessThan(1000);
    expect(Date.parse(String(event?.data['finishedAt']))).toBeGreaterThanOrEqual(half);
  });

  it.each([[null], [''], [undefined]])('count as new once without an end: %j', async (ended) => {
    expect(await pollEnd(ended)).toMatchObject([{ id: '1' }]);
  });

  // Read as another time, a run would seem to have ended before the last poll, and start nothing.
  it.each([
    ['05/11/2026 07:30'],
    ['20.11.2026 07:30'],
    ['2026-11-20'],
    ['2026-11-20T07:30:00'],
    ['2026-11-20 07:30:00'],
    ['2026-02-31T25:00:00Z'],
    ['7:30'],
    ['5'],
    ['30 minutes ago'],
    [5],
    [half * 1000],
    [true],
    [{ at: half }],
    [[half]],
  ])('are refused if the end is not certain: %j', async (ended) => {
    await expect(pollEnd(ended)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“ended”'),
      hint: expect.stringContaining('“End Time Field”'),
    });
  });

  it('are never cut: a page that repeats is an error', async () => {
    const host = fakeHost().on('GET', `${base}/v1/runs`, answer(entry(1, 'done')));
    await expect(poll(typed, host)).rejects.toMatchObject({
      message: expect.stringContaining('the same page of a list twice'),
    });
  });
});
