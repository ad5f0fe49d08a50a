import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { databricks } from '../../../shared/src/services/databricks/service.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const begin = Date.parse('2026-11-20T08:00:00Z');
const jobs = 'https://adb-1.7.azuredatabricks.net/api/2.2/jobs';
const workspace = { workspaceUrl: 'https://adb-1.7.azuredatabricks.net', token: 'dapi-1' };

type Json = Record<string, unknown>;

/** A Databricks task that took a minute. */
const task = (key: string, id: number, result: string, more: Json = {}): Json => ({
  task_key: key,
  run_id: id,
  start_time: begin,
  end_time: begin + 60_000,
  state: {
    life_cycle_state: 'TERMINATED',
    result_state: result,
    state_message: result === 'FAILED' ? 'Workload failed' : '',
  },
  ...more,
});
const jobRun = (more: Json): Json => ({
  run_id: 5,
  run_name: 'Night',
  start_time: begin,
  end_time: begin + 600_000,
  state: { life_cycle_state: 'TERMINATED', result_state: 'FAILED', state_message: '' },
  ...more,
});

describe('A Databricks run', () => {
  const open = (pages: Record<string, Json>, errors: Record<string, string> = {}) =>
    fakeHost()
      .on('GET', `${jobs}/runs/get`, ({ query }) => ({ json: pages[query['page_token'] ?? 'first'] }))
      .on('GET', `${jobs}/runs/get-output`, ({ query }) => ({
        json: { error: errors[query['run_id'] ?? ''] ?? null },
      }));
  const read = (host: ReturnType<typeof open>) => operate(databricks, 'getRun', { run: '5' }, host, workspace);

  it('is read to the last page of its tasks', async () => {
    const tasks = Array.from({ length: 250 }, (_, number) =>
      task(`t${number}`, 100 + number, number === 249 ? 'FAILED' : 'SUCCESS'),
    );
    const page = (from: number, next?: string): Json =>
      jobRun({ tasks: tasks.slice(from, from + 100), ...(next ? { next_page_token: next } : {}) });
    const pages = { first: page(0, 'b'), b: page(100, 'c'), c: page(200) };
    const run = await read(open(pages, { 349: 'Disk full' }));
    expect(run).toMatchObject({ failedStep: 't249', failedMessage: 'Disk full' });
    expect(run['steps']).toHaveLength(250);
    const output = await operate(
      databricks,
      'getRunOutput',
      { run: '5', task: 't249' },
      open(pages, { 349: 'Disk full' }),
      workspace,
    );
    expect(output).toMatchObject({ task: 't249', error: 'Disk full' });
  });

  it('fails if its pages of tasks never end', async () => {
    const run = await read(
      open({
        first: jobRun({ tasks: [task('a', 1, 'FAILED')], next_page_token: 'b' }),
        b: jobRun({ tasks: [task('b', 2, 'FAILED')], next_page_token: 'b' }),
      }),
    );
    // The steps cannot be read, but the outcome of the run is known.
    expect(run).toMatchObject({ status: 'failed' });
  });

  it('counts only the last attempt of a task, in any order', async () => {
    const tasks = [
      task('load', 3, 'SUCCESS', { attempt_number: 2 }),
      task('load', 1, 'FAILED', { attempt_number: 0 }),
      task('load', 2, 'FAILED', { attempt_number: 1 }),
      task('send', 4, 'FAILED', { attempt_number: 0 }),
      task('send', 5, 'FAILED', { attempt_number: 1 }),
    ];
    const host = open(
      { first: jobRun({ tasks }) },
      { 1: 'first load', 2: 'second load', 4: 'first send', 5: 'second send' },
    );
    const run = await read(host);
    expect(run).toMatchObject({ failedStep: 'send', failedMessage: 'second send' });
    expect((run['steps'] as Json[]).map(({ name }) => name)).toEqual(['load', 'send']);
    expect(host.sent('GET', 'get-output').map(({ query }) => query['run_id'])).toEqual(['5']);
    expect(
      await operate(
        databricks,
        'rerunFailedRun',
        { run: '5', dryRun: true },
        open({ first: jobRun({ tasks }) }),
        workspace,
      ),
    ).toMatchObject({ stepsToRun: ['send'] });
  });

  it('does not name a handled failure', async () => {
    const tasks = [
      task('load', 1, 'FAILED'),
      task('clean', 2, 'SUCCESS', { run_if: 'ALL_DONE', depends_on: [{ task_key: 'load' }] }),
      task('send', 3, 'FAILED', { start_time: begin + 100_000, end_time: begin + 200_000 }),
    ];
    expect(await read(open({ first: jobRun({ tasks }) }, { 1: 'handled', 3: 'not handled' }))).toMatchObject({
      failedStep: 'send',
      failedMessage: 'not handled',
    });
  });

  it.each<[string, Json, RegExp]>([
    [
      'no result',
      {
        state: {
          life_cycle_state: 'SKIPPED',
          state_message: 'Skipping this run because the limit of 1 maximum concurrent runs has been reached.',
        },
      },
      /reached its maximum concurrent runs.*queueing/,
    ],
    [
      'with result',
      { state: { life_cycle_state: 'SKIPPED', result_state: 'MAXIMUM_CONCURRENT_RUNS_REACHED', state_message: '' } },
      /reached its maximum concurrent runs/,
    ],
    [
      'newer response format',
      {
        state: undefined,
        status: {
          state: 'TERMINATED',
          termination_details: { code: 'MAX_CONCURRENT_RUNS_EXCEEDED', message: 'Too many.' },
        },
      },
      /reached its maximum concurrent runs/,
    ],
    [
      'queue full',
      {
        state: undefined,
        status: { state: 'TERMINATED', termination_details: { code: 'MAX_JOB_QUEUE_SIZE_EXCEEDED', message: '' } },
      },
      /queue of the job is full/,
    ],
    [
      'workspace limit',
      {
        state: undefined,
        status: { state: 'TERMINATED', termination_details: { code: 'WORKSPACE_RUN_LIMIT_EXCEEDED', message: '' } },
      },
      /limit of active runs/,
    ],
    [
      'disabled',
      { state: { life_cycle_state: 'TERMINATED', result_state: 'DISABLED', state_message: '' } },
      /disabled/,
    ],
    [
      'condition not met',
      { state: { life_cycle_state: 'TERMINATED', result_state: 'EXCLUDED', state_message: '' } },
      /“Run if” condition/,
    ],
    [
      'upstream task failed',
      { state: { life_cycle_state: 'TERMINATED', result_state: 'UPSTREAM_FAILED', state_message: '' } },
      /upstream task/,
    ],
  ])('explains why it was skipped: %s', async (_how, more, advice) => {
    const run = await read(open({ first: jobRun({ tasks: [], ...more }) }));
    expect(run['explanation']).toMatch(advice);
    expect(run['explanation']).not.toMatch(/canceled by mistake/);
    expect(run).toMatchObject({ finished: true, succeeded: false });
  });

  it.each([
    ['RUNNING', 'running'],
    ['QUEUED', 'queued'],
    ['SOMETHING_NEW', 'unknown'],
  ])('in state %s is neither succeeded nor failed', async (cycle, status) => {
    const run = await read(
      open({ first: jobRun({ tasks: [task('load', 1, 'FAILED')], state: { life_cycle_state: cycle } }) }),
    );
    expect(run).toMatchObject({ status, finished: false });
    expect(run).not.toHaveProperty('succeeded');
    expect(run).not.toHaveProperty('failedStep');
  });
});

describe('A Data Factory run', () => {
  const factory =
    'https://management.azure.com/subscriptions/sub/resourceGroups/rg/providers/Microsoft.DataFactory/factories/contoso';
  const azure = { tenantId: 't', clientId: 'c', clientSecret: 's', subscriptionId: 'sub' };
  const at = (seconds: number): string => new Date(begin + seconds * 1000).toISOString();
  const activity = (name: string, status: string, from: number, to: number, more: Json = {}): Json => ({
    activityName: name,
    activityType: 'Copy',
    status,
    activityRunStart: at(from),
    activityRunEnd: at(to),
    ...(status === 'Failed' ? { error: { errorCode: '2200', message: `${name} broke at ${to}.` } } : {}),
    ...more,
  });
  const read = (run: Json, activities: Json[]) =>
    operate(
      dataFactory,
      'getPipelineRun',
      { factory: 'rg/contoso', run: 'run-1' },
      fakeHost()
        .on('POST', /oauth2/, { json: { access_token: 't', expires_in: 3600 } })
        .on('GET', `${factory}/pipelineruns/run-1`, {
          json: { runId: 'run-1', pipelineName: 'Load', runStart: at(0), runEnd: at(600), ...run },
        })
        .on('POST', `${factory}/pipelineruns/run-1/queryActivityruns`, { json: { value: activities } }),
      azure,
    );
  const failed = (target: string): Json => ({
    status: 'Failed',
    message: `Operation on target ${target} failed: it broke`,
  });

  it('reports no failure if it succeeded despite a handled failure', async () => {
    const run = await read({ status: 'Succeeded', message: '' }, [
      activity('Copy', 'Failed', 1, 10),
      activity('Log', 'Succeeded', 11, 20),
    ]);
    expect(run).toMatchObject({ succeeded: true });
    for (const key of ['failedStep', 'failedMessage', 'explanation']) expect(run).not.toHaveProperty(key);
  });

  it('names the unhandled failure', async () => {
    expect(
      await read(failed('Send'), [
        activity('Copy', 'Failed', 1, 10),
        activity('Log', 'Succeeded', 11, 20),
        activity('Send', 'Failed', 21, 30),
      ]),
    ).toMatchObject({ failedStep: 'Send', failedMessage: 'Send broke at 30.' });
  });

  it('counts only the last attempt of an activity', async () => {
    const run = await read(failed('Copy'), [
      activity('Look up', 'Failed', 1, 10, { retryAttempt: null }),
      activity('Look up', 'Failed', 20, 30, { retryAttempt: 1 }),
      activity('Look up', 'Succeeded', 40, 50, { retryAttempt: 2 }),
      activity('Copy', 'Failed', 51, 60),
      activity('Copy', 'Failed', 70, 80, { retryAttempt: 1 }),
    ]);
    expect(run).toMatchObject({ failedStep: 'Copy', failedMessage: 'Copy broke at 80.' });
    expect((run['steps'] as Json[]).map(({ name, status }) => [name, status])).toEqual([
      ['Look up', 'succeeded'],
      ['Copy', 'failed'],
    ]);
  });

  it('keeps every loop iteration, each with its last attempt', async () => {
    const run = await read(failed('Each'), [
      activity('Copy', 'Failed', 1, 10, { iterationHash: 'a' }),
      activity('Copy', 'Succeeded', 1, 11, { iterationHash: 'b' }),
      activity('Copy', 'Succeeded', 20, 30, { iterationHash: 'a', retryAttempt: 1 }),
      activity('Copy', 'Failed', 31, 40, { iterationHash: 'c' }),
      activity('Each', 'Failed', 0, 41, { activityType: 'ForEach' }),
    ]);
    expect(run).toMatchObject({ failedStep: 'Copy', failedMessage: 'Copy broke at 40.' });
    expect((run['steps'] as Json[]).filter(({ name }) => name === 'Copy')).toHaveLength(3);
  });
});

describe('A dbt run', () => {
  const account = 'https://ab123.us1.dbt.com/api/v2/accounts/1';
  const read = (run: Json, results: Json[]) =>
    operate(
      dbt,
      'getJobRun',
      { run: '7' },
      fakeHost()
        .on('GET', `${account}/runs/7/`, {
          json: {
            data: {
              id: 7,
              job: { name: 'Daily' },
              run_steps: [{ index: 1, name: 'dbt build', status: 20, logs: 'Done. ERROR=1' }],
              ...run,
            },
          },
        })
        .on('GET', `${account}/runs/7/artifacts/run_results.json`, { json: { results } }),
      { accessUrl: 'https://ab123.us1.dbt.com', accountId: '1', apiToken: 't' },
    );

  it.each(['partial success', 'Partial Success', 'error', 'fail', 'runtime error'])(
    'names a model with the status %s',
    async (status) => {
      expect(
        await read({ status: 20 }, [
          { unique_id: 'model.p.fine', status: 'success' },
          { unique_id: 'model.p.claims', status, message: 'PARTIAL SUCCESS (1/4)' },
        ]),
      ).toMatchObject({ failedStep: 'claims', failedMessage: 'PARTIAL SUCCESS (1/4)' });
    },
  );

  it('explains that it was skipped because the job was running', async () => {
    const run = await read(
      { status: 30, status_message: 'This run was skipped because the job already has another run in progress.' },
      [],
    );
    expect(run['explanation']).toMatch(/was skipped.*already running, so dbt skipped/);
  });
});
