import type { INodeExecutionData, WorkflowExecuteMode } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;
let trigger: NodeSetup;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-azure', 'pipewright-extras']);
  const { pipewrightAzureApi = {} } = sandboxCredentials(sandbox);
  const { resourceGroup, factory } = sandbox.accounts.azure;
  trigger = {
    node: 'dataFactoryTrigger',
    credentials: { pipewrightAzureApi },
    parameters: { factory: { __rl: true, mode: 'id', value: `${resourceGroup}/${factory}` } },
  };
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 50 });
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

/** A workflow that polls, with its stored data in n8n. */
function activate(setup: NodeSetup = trigger) {
  const { workflow, node, additionalData } = n8n.set(setup);
  return {
    kept: () => workflow.getStaticData('node', node),
    /** Changes fields of the node, as saving the published workflow does: its stored data stays. */
    change: (parameters: NodeSetup['parameters']) => void Object.assign(node.parameters, parameters),
    async poll(mode: WorkflowExecuteMode = 'trigger'): Promise<INodeExecutionData[]> {
      const context = new n8n.core.PollContext(workflow, node, additionalData, mode, 'activate');
      const found = await n8n.nodeType(setup.node).poll?.call(context);
      return found?.[0] ?? [];
    },
  };
}

/** Runs a pipeline until it has finished; returns the run ID. */
async function run(name: string): Promise<string> {
  const setup: NodeSetup = {
    ...trigger,
    node: 'dataFactory',
    parameters: {
      ...trigger.parameters,
      resource: 'pipelineRun',
      operation: 'runPipeline',
      pipeline: { __rl: true, mode: 'id', value: name },
      wait: false,
    },
  };
  const { items } = await n8n.execute(setup);
  const id = String(items[0]?.json['id']);
  const isRunning = () =>
    sandbox.control.log().runs.dataFactory.some(({ runId, runEnd }) => runId === id && runEnd === null);
  while (isRunning()) await sleep(10);
  return id;
}

it('a polling trigger emits each finished run once, oldest first, and none from before the activation', async () => {
  await run('Load_sources');
  const workflow = activate();
  expect(await workflow.poll()).toEqual([]);
  const first = await run('Load_sources');
  const second = await run('Broken_export');
  expect((await workflow.poll()).map(({ json }) => [json['id'], json['status']])).toEqual([
    [first, 'succeeded'],
    [second, 'failed'],
  ]);
  expect(await workflow.poll()).toEqual([]);
});

it('a polling trigger finds a run although the clock was ahead at the previous poll', async () => {
  const workflow = activate();
  await workflow.poll();
  workflow.kept()['polledAt'] = Date.now() + 24 * 3_600_000;
  const id = await run('Load_sources');
  expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
  expect(await workflow.poll()).toEqual([]);
});

it('a polling trigger emits only runs with the selected outcome', async () => {
  const workflow = activate({ ...trigger, parameters: { ...trigger.parameters, outcome: 'failed' } });
  await workflow.poll();
  await run('Load_sources');
  const failed = await run('Broken_export');
  expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([failed]);
});

it('a polling trigger returns the newest run in the editor every time and stores nothing', async () => {
  const newest = await run('Load_sources');
  const workflow = activate();
  expect((await workflow.poll('manual')).map(({ json }) => json['id'])).toEqual([newest]);
  expect((await workflow.poll('manual')).map(({ json }) => json['id'])).toEqual([newest]);
  expect(workflow.kept()).toEqual({});
});

it('a polling trigger loses nothing when a poll fails', async () => {
  const workflow = activate();
  await workflow.poll();
  const id = await run('Load_sources');
  sandbox.faults.add({
    match: { path: /queryPipelineRuns/ },
    fault: { kind: 'status', status: 400, body: { error: { code: 'Broken', message: 'The query is out of order.' } } },
  });
  await expect(workflow.poll()).rejects.toMatchObject({ message: expect.stringContaining('out of order') });
  expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
});

describe('A polling trigger for a list without end times', () => {
  const path = '/api/v2/dags/daily_claims/dagRuns?offset={offset}';
  const finish = async (): Promise<string> => {
    const { airflow } = sandbox.world.restJob;
    const { id } = airflow.start(sandbox.accounts.restJob.dag, {});
    while (airflow.all.some((one) => !airflow.isOver(one))) await sleep(10);
    return id;
  };
  const setup = (parameters: NodeSetup['parameters'] = {}): NodeSetup => ({
    node: 'restJobTrigger',
    credentials: { pipewrightRestJobApi: sandboxCredentials(sandbox)['pipewrightRestJobApi'] ?? {} },
    parameters: {
      tool: 'custom',
      listPath: path,
      listField: 'dag_runs',
      successWords: 'success',
      failureWords: 'failed',
      options: { listedIdField: 'dag_run_id', statusField: 'state' },
      ...parameters,
    },
  });

  it('starts again when List Path changes: it emits no old run of the other list, and every later one', async () => {
    await finish();
    const workflow = activate(setup({ listPath: `${path}&end_date_gte=2999-01-01T00:00:00Z` }));
    expect(await workflow.poll()).toEqual([]);
    workflow.change({ listPath: path });
    expect(await workflow.poll()).toEqual([]);
    const id = await finish();
    expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
    expect(await workflow.poll()).toEqual([]);
  });

  it.each([
    ['Outcome', { outcome: 'succeeded' }],
    ['Job Name', { options: { listedIdField: 'dag_run_id', statusField: 'state', jobName: 'Claims' } }],
    [
      'nothing but the default of a field',
      { options: { listedIdField: 'dag_run_id', statusField: 'state', headers: {} } },
    ],
  ])('loses no run that finishes before %s is changed', async (_what, parameters) => {
    const workflow = activate(setup());
    await workflow.poll();
    const id = await finish();
    workflow.change(parameters);
    expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
    expect(await workflow.poll()).toEqual([]);
  });

  it('emits no old run that was not wanted when Outcome is changed', async () => {
    const workflow = activate(setup({ outcome: 'failed' }));
    await workflow.poll();
    await finish();
    expect(await workflow.poll()).toEqual([]);
    workflow.change({ outcome: 'any' });
    expect(await workflow.poll()).toEqual([]);
    const id = await finish();
    expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
  });
});

it('a polling trigger emits none of 2,500 old runs that a list without end times keeps showing', async () => {
  const { dag } = sandbox.accounts.restJob;
  const { airflow } = sandbox.world.restJob;
  const { pipewrightRestJobApi = {} } = sandboxCredentials(sandbox);
  for (let count = 0; count < 2_500; count += 1) airflow.start(dag, {});
  while (airflow.all.some((one) => !airflow.isOver(one))) await sleep(10);
  const workflow = activate({
    node: 'restJobTrigger',
    credentials: { pipewrightRestJobApi },
    parameters: {
      tool: 'custom',
      listPath: `/api/v2/dags/${dag}/dagRuns?offset={offset}`,
      listField: 'dag_runs',
      successWords: 'success',
      failureWords: 'failed',
      options: { listedIdField: 'dag_run_id', statusField: 'state' },
    },
  });
  expect(await workflow.poll()).toEqual([]);
  expect(await workflow.poll()).toEqual([]);
  const { id } = airflow.start(dag, {});
  while (airflow.all.some((one) => !airflow.isOver(one))) await sleep(10);
  expect((await workflow.poll()).map(({ json }) => json['id'])).toEqual([id]);
  expect(await workflow.poll()).toEqual([]);
});
