import { presets } from '../../../../shared/src/services/rest-job/presets.ts';
import { restJob } from '../../../../shared/src/services/rest-job/service.ts';
import { fakeHost, type FakeHost } from '../../fake-host.ts';
import { operate } from '../../operate.ts';
import airflowApi from './openapi/airflow.json' with { type: 'json' };
import githubApi from './openapi/github.json' with { type: 'json' };
import prefectApi from './openapi/prefect.json' with { type: 'json' };
import { OpenApiTool, type OpenApi, type Reply } from './openapi-tool.ts';

const base = 'https://tool.example.com';
const connection = { baseUrl: base, authentication: 'bearer', token: 'very-secret-token' };

/** A host on which every request goes to the tool. */
const hostOf = (tool: OpenApiTool, options = {}): FakeHost => {
  const host = fakeHost(options);
  for (const method of ['GET', 'POST', 'PATCH'] as const) host.on(method, /./, (sent) => tool.answer(sent));
  return host;
};
const run = (key: string, input: Record<string, unknown>, host: FakeHost) =>
  operate(restJob, key, input, host, connection);

/** Answers with one of these values after the other; the last one repeats. */
function inTurn(status: string, ...values: object[]): Reply {
  let count = 0;
  return () => ({ status, values: values[Math.min(count++, values.length - 1)] ?? {} });
}

/** Asserts that a preset knows every status word of a description. */
function expectKnown(words: readonly string[], preset: { run: { words: object } }): void {
  expect(words.length).toBeGreaterThan(3);
  expect(words.map((word) => word.toLowerCase()).filter((word) => !(word in preset.run.words))).toEqual([]);
}

const uuid = '6f3a2c1e-9b7d-4e21-8a55-0c4d1b7e9f10';

describe('Airflow, by its OpenAPI description', () => {
  const runs = '/api/v2/dags/{dag_id}/dagRuns';
  const tool = () => new OpenApiTool(airflowApi as unknown as OpenApi, base);
  const dag = (id: string, state: string, more = {}) => ({ dag_run_id: id, dag_id: 'daily_claims', state, ...more });
  const input = { tool: 'airflow', job: 'daily_claims', parameters: { reportDate: '2026-11-20' }, startKey: 'event-1' };
  const notFound = { refusal: { status: 404, json: { detail: 'The DagRun was not found' } } };

  it('has no status word that the preset does not know', () => {
    expectKnown(tool().enumOf(tool().component('DagRunState')), presets.airflow);
    expect(presets.airflow2.run.words).toEqual(presets.airflow.run.words);
  });

  it('starts a DAG run under an ID that is the start key, and waits for it', async () => {
    let id = '';
    const states = ['queued', 'running', 'success'];
    const api = tool()
      .on(`POST ${runs}`, ({ json }) => {
        id = (json as { dag_run_id: string }).dag_run_id;
        return { status: '200', values: dag(id, 'queued') };
      })
      .on(`GET ${runs}/{dag_run_id}`, () =>
        id === ''
          ? notFound
          : {
              status: '200',
              values: dag(id, states.shift() ?? 'success', {
                conf: { reportDate: '2026-11-20' },
                start_date: '2026-11-20T08:00:04Z',
                end_date: '2026-11-20T08:03:24Z',
              }),
            },
      );
    const host = hostOf(api);
    const result = await run('runJob', input, host);
    expect(result).toMatchObject({
      id,
      service: 'Airflow',
      name: 'DAG daily_claims',
      succeeded: true,
      durationSeconds: 200,
      parameters: { reportDate: '2026-11-20' },
      url: `${base}/dags/daily_claims/runs/${id}`,
      readAs: `The run ID ${id} is the start key. The value “success” of “state” was read as Succeeded.`,
    });
    expect(id).toMatch(/^pipewright-[\da-f]{16}$/);
    expect(host.sent('POST', 'dagRuns').map(({ json }) => json)).toEqual([
      { dag_run_id: id, conf: { reportDate: '2026-11-20' }, logical_date: null },
    ]);
  });

  it('uses the run that an earlier start has left, although its confirmation was lost', async () => {
    const left = new Set<string>();
    const api = tool()
      .on(`POST ${runs}`, ({ json }) => {
        const { dag_run_id: id } = json as { dag_run_id: string };
        if (left.has(id)) return { refusal: { status: 409, json: { detail: 'Unique constraint violation' } } };
        left.add(id);
        return { refusal: 'lost' };
      })
      .on(`GET ${runs}/{dag_run_id}`, ({ address }) => {
        const id = address.slice(address.lastIndexOf('/') + 1);
        return left.has(id) ? { status: '200', values: dag(id, 'success') } : notFound;
      });
    const results = [await run('runJob', input, hostOf(api)), await run('runJob', input, hostOf(api))];
    expect(new Set(results.map(({ id }) => id)).size).toBe(1);
    expect(results[1]).toMatchObject({ reused: true, succeeded: true });
    expect(left.size).toBe(1);
  });

  it('reuses an active run with the same parameters', async () => {
    const list = [
      dag('manual__1', 'success', { conf: {} }),
      dag('manual__2', 'running', { conf: { reportDate: 'x' } }),
    ];
    const full = (entry: object) => ({
      ...(tool().instanceOf(tool().component('DAGRunResponse')) as object),
      ...entry,
    });
    const api = tool()
      .on(`GET ${runs}`, inTurn('200', { dag_runs: list.map(full), total_entries: 2 }))
      .on(`GET ${runs}/{dag_run_id}`, inTurn('200', dag('manual__2', 'success')));
    const typed = { ...input, startKey: '', parameters: { reportDate: 'x' }, reuseActiveRun: true };
    expect(await run('runJob', typed, hostOf(api))).toMatchObject({ id: 'manual__2', reused: true, succeeded: true });
  });

  it('sets a run to failed to cancel it', async () => {
    const api = tool()
      .on(`GET ${runs}/{dag_run_id}`, inTurn('200', dag('r1', 'running'), dag('r1', 'failed')))
      .on(`PATCH ${runs}/{dag_run_id}`, inTurn('200', dag('r1', 'failed')));
    const host = hostOf(api);
    expect(await run('cancelJobRun', { tool: 'airflow', job: 'daily_claims', run: 'r1' }, host)).toMatchObject({
      status: 'failed',
    });
    expect(host.sent('PATCH', 'r1')[0]?.json).toEqual({ state: 'failed' });
  });
});

describe('Prefect, by its OpenAPI description', () => {
  const tool = () => new OpenApiTool(prefectApi as unknown as OpenApi, base);
  const flow = (type: string, more: object = {}) => ({
    id: uuid,
    state: { id: uuid, type, name: type, timestamp: '2026-11-20T08:00:00Z', ...more },
  });
  const input = { tool: 'prefect', job: uuid, startKey: 'event-1' };

  it('has no status word that the preset does not know', () => {
    expectKnown(tool().enumOf(tool().component('StateType')), presets.prefect);
  });

  it('starts a flow run with the start key as its idempotency key, and explains its failure', async () => {
    const api = tool()
      .on('POST /deployments/{id}/create_flow_run', inTurn('200', flow('SCHEDULED')))
      .on(
        'GET /flow_runs/{id}',
        inTurn('200', flow('PENDING'), flow('RUNNING'), flow('FAILED', { message: 'Table claims is locked' })),
      );
    const host = hostOf(api);
    const error = await run('runJob', { ...input, parameters: { country: 'GB' } }, host).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      code: 'run-failed',
      message: `The run of deployment ${uuid} failed: Table claims is locked.`,
      output: {
        readAs: `The run ID ${uuid} is the value of “id”. The value “FAILED” of “state.type” was read as Failed.`,
      },
    });
    expect(host.sent('POST', 'create_flow_run')[0]?.json).toEqual({
      parameters: { country: 'GB' },
      idempotency_key: expect.stringMatching(/^pipewright-[\da-f]{16}$/),
      tags: ['pipewright'],
    });
  });

  it('repeats a start that was not confirmed under the same key', async () => {
    let count = 0;
    const api = tool()
      .on('POST /deployments/{id}/create_flow_run', () => {
        count += 1;
        return count === 1 ? { refusal: 'lost' } : { status: '200', values: flow('RUNNING') };
      })
      .on('GET /flow_runs/{id}', inTurn('200', flow('COMPLETED')));
    const host = hostOf(api);
    expect(await run('runJob', input, host)).toMatchObject({ id: uuid, succeeded: true });
    expect(new Set(host.sent('POST', 'create_flow_run').map(({ body }) => body)).size).toBe(1);
  });

  it('requests a cancellation at the timeout, and lists runs by a filter', async () => {
    const api = tool()
      .on('POST /flow_runs/filter', inTurn('200', []))
      .on('POST /deployments/{id}/create_flow_run', inTurn('200', flow('SCHEDULED')))
      .on('POST /flow_runs/{id}/set_state', inTurn('200', {}))
      .on('GET /flow_runs/{id}', inTurn('200', flow('RUNNING')));
    const host = hostOf(api);
    await expect(
      run('runJob', { ...input, onTimeout: 'cancel', timeoutMinutes: 1, reuseActiveRun: true }, host),
    ).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('Cancellation of the run was requested'),
    });
    expect(host.sent('POST', 'set_state')[0]?.json).toEqual({ state: { type: 'CANCELLING' } });
  });
});

describe('GitHub Actions, by its OpenAPI description', () => {
  const actions = '/repos/{owner}/{repo}/actions';
  const dispatches = `POST ${actions}/workflows/{workflow_id}/dispatches`;
  const get = `GET ${actions}/runs/{run_id}`;
  const tool = () => new OpenApiTool(githubApi as unknown as OpenApi, base);
  const details = {
    workflow_run_id: 8841,
    run_url: 'https://api.github.com/repos/contoso/pipelines/actions/runs/8841',
    html_url: 'https://github.com/contoso/pipelines/actions/runs/8841',
  };
  const state = (status: string, conclusion: string | null = null) => ({
    id: 8841,
    status,
    conclusion,
    html_url: details.html_url,
  });
  const input = {
    tool: 'githubActions',
    job: 'daily claims.yml',
    repository: 'contoso/pipelines',
    ref: 'main',
    parameters: { country: 'GB' },
  };

  it('has no status word that the preset does not know', () => {
    const parameters = githubApi.components.parameters as Record<string, { schema: object }>;
    const words = tool().enumOf(parameters['workflow-run-status']?.schema ?? {});
    // A completed run has a conclusion, which decides; without one it counts as active.
    expectKnown(
      words.filter((word) => word !== 'completed'),
      presets.githubActions,
    );
    expect(words).toContain('completed');
    expect(presets.githubActions.run.words).not.toHaveProperty('completed');
  });

  it('dispatches a workflow, asks for its run, and waits for the conclusion', async () => {
    const api = tool()
      .on(dispatches, inTurn('200', details))
      .on(get, inTurn('200', state('queued'), state('in_progress'), state('completed'), state('completed', 'success')));
    const host = hostOf(api);
    expect(await run('runJob', input, host)).toMatchObject({
      id: '8841',
      service: 'GitHub Actions',
      succeeded: true,
      url: details.html_url,
      readAs:
        'The run ID 8841 is the value of “workflow_run_id”. The value “success” of “conclusion” was read as Succeeded.',
    });
    const [sent] = host.sent('POST', '/dispatches');
    expect(sent?.address).toBe(`${base}/repos/contoso/pipelines/actions/workflows/daily%20claims.yml/dispatches`);
    expect(sent?.json).toEqual({ ref: 'main', inputs: { country: 'GB' }, return_run_details: true });
    expect(sent?.headers).toMatchObject({
      accept: 'application/vnd.github+json',
      authorization: 'Bearer very-secret-token',
    });
    expect(host.sent('GET', '/runs/8841')).toHaveLength(4);
  });

  it.each([
    ['failure', 'failed'],
    ['timed_out', 'timed-out'],
    ['cancelled', 'cancelled'],
    ['skipped', 'cancelled'],
    ['neutral', 'succeeded'],
  ])('reads the conclusion %s as %s', async (conclusion, status) => {
    const api = tool().on(get, inTurn('200', state('completed', conclusion)));
    const typed = { tool: 'githubActions', repository: 'https://github.com/contoso/pipelines', run: '8841' };
    expect(await run('getJobRun', typed, hostOf(api))).toMatchObject({ status, vendorStatus: conclusion });
  });

  it('never dispatches twice: a server that returns no run ID leaves the start unconfirmed', async () => {
    const api = tool()
      .on(dispatches, () => ({ refusal: { status: 204 } }))
      .on(`GET ${actions}/workflows/{workflow_id}/runs`, inTurn('200', { total_count: 0, workflow_runs: [] }));
    const host = hostOf(api);
    await expect(run('runJob', input, host)).rejects.toMatchObject({
      code: 'unexpected-response',
      message: expect.stringContaining('no run ID at “workflow_run_id”'),
      hint: expect.stringContaining('before you run this step again'),
      retryable: false,
    });
    expect(host.sent('POST', '/dispatches')).toHaveLength(1);
  });

  it('starts a workflow in each repository and for each branch, also under one Start Key', async () => {
    const ids = [8841, 9000, 9001];
    const api = tool()
      .on(dispatches, inTurn('200', ...ids.map((id) => ({ ...details, workflow_run_id: id }))))
      .on(get, inTurn('200', ...ids.map((id) => ({ ...state('completed', 'success'), id }))));
    const host = hostOf(api);
    const typed = { ...input, startKey: 'event-1' };
    expect(await run('runJob', typed, host)).toMatchObject({ id: '8841' });
    expect(await run('runJob', { ...typed, repository: 'contoso/reports' }, host)).toMatchObject({ id: '9000' });
    expect(await run('runJob', { ...typed, ref: 'next' }, host)).toMatchObject({ id: '9001' });
    expect(host.sent('POST', '/dispatches').map(({ address }) => address.split('/')[5])).toEqual([
      'pipelines',
      'reports',
      'pipelines',
    ]);
  });

  it('looks for an active run of the same branch only', async () => {
    const api = tool()
      .on(`GET ${actions}/workflows/{workflow_id}/runs`, inTurn('200', { total_count: 0, workflow_runs: [] }))
      .on(dispatches, inTurn('200', details))
      .on(get, inTurn('200', state('completed', 'success')));
    const host = hostOf(api);
    await run('runJob', { ...input, ref: 'release/2026', parameters: {}, reuseActiveRun: true }, host);
    const [list] = host.sent('GET', '/workflows/');
    expect(list?.query).toMatchObject({ branch: 'release/2026', event: 'workflow_dispatch' });
  });

  it('cancels a run', async () => {
    const api = tool()
      .on(get, inTurn('200', state('in_progress'), state('completed', 'cancelled')))
      .on(`POST ${actions}/runs/{run_id}/cancel`, inTurn('202', {}));
    const typed = { tool: 'githubActions', repository: 'contoso/pipelines', run: '8841' };
    expect(await run('cancelJobRun', typed, hostOf(api))).toMatchObject({ status: 'cancelled' });
  });
});
