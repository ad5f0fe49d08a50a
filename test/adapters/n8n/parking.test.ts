import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCredential, type Credential } from '../../support/n8n-server/credentials.ts';
import {
  isFinished,
  outputOf,
  readExecution,
  waitForExecution,
  waitForExecutions,
  type Execution,
  type ExecutionStatus,
} from '../../support/n8n-server/executions.ts';
import { lazyExpressions } from '../../support/n8n-server/n8n-environment.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  manualTrigger,
  publishWorkflow,
  runManually,
  webhookUrl,
  workflowOf,
  type Workflow,
  type WorkflowJson,
  type WorkflowNode,
} from '../../support/n8n-server/workflows.ts';
import { waitToReadAgain } from '../../support/n8n-server/wait-to-read-again.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { ManualClock } from '../../doubles/server/clock.ts';
import { sandboxCredentials } from './credentials.ts';
import { nodeType, packedPackages } from './build-package.ts';

/** The vendors' clock: a run ends only when a test advances it, so a test always sees its execution parked first. */
const clock = new ManualClock(Date.now());
let folder: string;
let sandbox: Sandbox;
let n8n: N8n;
let start: (port?: number) => Promise<N8n>;
let overdue: string;
let overdueRun: string;
let lost: string;
const credentials: Record<string, Credential> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-parking-'));
  sandbox = await startSandbox({ clock });
  const packages = await packedPackages(['pipewright-azure', 'pipewright-dbt']);
  start = (port) => startN8n({ folder: join(folder, 'n8n'), packages, env: lazyExpressions, port });
  n8n = await start();
  for (const [type, data] of Object.entries(sandboxCredentials(sandbox)))
    if ([azure, dbt].includes(type)) credentials[type] = await createCredential(n8n, type, type, data);
  // n8n takes a minute to notice a timeout, so the test for it only checks at the end.
  const planLongRun = () =>
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 1e10 });
  planLongRun();
  overdue = (await beginBranched(pipeline('dataFactory', 'Load_and_call', called(1)))).id;
  overdueRun = await startedRun(1);
  planLongRun();
  lost = (await begin(pipeline('dataFactory', 'Load_and_call', called(1)))).id;
  // The first test resets the plan.
  await startedRun(2);
});
afterAll(async () => {
  await n8n.stop();
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => sandbox.control.reset());

const azure = 'pipewrightAzureApi';
const dbt = 'pipewrightDbtApi';
const node = (type: string, credential: string, parameters: Record<string, unknown>): WorkflowNode => ({
  id: 'run',
  name: 'Run',
  type: nodeType(type),
  typeVersion: 1,
  position: [220, 0],
  credentials: { [credential]: { id: credentials[credential]?.id ?? '', name: credential } },
  parameters,
});
const picked = (value: string) => ({ __rl: true, mode: 'id', value });
const called = (minutes = 60) => ({ options: { completionMethod: 'callback', timeoutMinutes: minutes } });
const pipeline = (service: 'dataFactory' | 'synapse', name: string, more: Record<string, unknown> = called()) =>
  node(service, azure, {
    resource: 'pipelineRun',
    operation: 'runPipeline',
    ...(service === 'dataFactory'
      ? { factory: picked(`${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`) }
      : { workspace: picked(`${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.workspace}`) }),
    pipeline: picked(name),
    ...more,
  });
const job = () =>
  node('dbt', dbt, {
    resource: 'jobRun',
    operation: 'runJob',
    job: picked(String(sandbox.accounts.dbt.jobId)),
    ...called(),
  });

const then: WorkflowNode = {
  id: 'then',
  name: 'Then',
  type: 'n8n-nodes-base.noOp',
  typeVersion: 1,
  position: [440, 0],
  parameters: {},
};
const failedBranch: WorkflowNode = { ...then, id: 'failed', name: 'On Failed', position: [440, 200] };
const several = (count: number): WorkflowNode => ({
  id: 'items',
  name: 'Items',
  type: 'n8n-nodes-base.code',
  typeVersion: 2,
  position: [110, 0],
  parameters: { jsCode: `return Array.from({ length: ${count} }, (_, index) => ({ json: { index } }));` },
});
const run = async (workflow: WorkflowJson): Promise<{ workflow: Workflow; id: string }> => {
  const created = await createWorkflow(n8n, workflow);
  return { workflow: created, id: await runManually(n8n, created.id, manualTrigger.name) };
};
const begin = (...nodes: WorkflowNode[]) => run(workflowOf('Parked', manualTrigger, ...nodes, then));
/** The same, with the output Failed of the node Run connected too. */
const beginBranched = (...nodes: WorkflowNode[]) => {
  const { connections, ...workflow } = workflowOf('Parked', manualTrigger, ...nodes, then);
  const target = (name: string) => [{ node: name, type: 'main', index: 0 }];
  return run({
    ...workflow,
    nodes: [...workflow.nodes, failedBranch],
    connections: { ...connections, Run: { main: [target('Then'), target('On Failed')] } },
  });
};
const becomes = async (id: string, status: ExecutionStatus): Promise<void> => {
  for (let readings = 1; (await readExecution(n8n, id)).status !== status; readings += 1) {
    if (readings > 400) throw new Error(`Execution ${id} is ${(await readExecution(n8n, id)).status}, not ${status}.`);
    await waitToReadAgain(readings);
  }
};
/** Advances the vendors' clock until an execution has finished. */
const finish = async (id: string): Promise<Execution> => {
  for (let looks = 0; looks < 1_200; looks += 1) {
    const execution = await readExecution(n8n, id);
    if (isFinished(execution)) return execution;
    clock.advance(1_000);
    await sleep(100);
  }
  throw new Error(`Execution ${id} has not finished.`);
};
/** The ID of the newest run, once this many have started. */
const startedRun = async (count = 1): Promise<string> => {
  while (sandbox.world.azure.dataFactory.runs.length < count) await sleep(50);
  return String(sandbox.world.azure.dataFactory.runs.at(-1)?.id);
};
const statusCalls = () => sandbox.requests.list({ method: 'GET', path: /pipelineruns\/|\/runs\/\d+/ }).length;

describe('A run with a callback', () => {
  it.each(['dataFactory', 'synapse'] as const)(
    'parks the execution and resumes it with the finished run in %s',
    async (service) => {
      sandbox.control.planRun({
        service: service === 'synapse' ? 'synapse' : 'data-factory',
        name: 'Load_and_call',
        runningMilliseconds: 6_000,
      });
      const { id } = await begin(pipeline(service, 'Load_and_call'));
      await becomes(id, 'waiting');
      const looks = statusCalls();
      const ended = await finish(id);
      expect(ended.status).toBe('success');
      expect(outputOf(ended, 'Then')).toMatchObject([
        { status: 'succeeded', finished: true, succeeded: true, steps: [{ name: 'Copy data' }] },
      ]);
      expect(looks).toBe(0);
      expect(statusCalls()).toBeLessThanOrEqual(2);
      const whole = JSON.stringify(ended);
      expect(whole).not.toContain('pipewrightCallbackUrl');
      expect(whole).not.toMatch(/signature=/);
    },
  );

  const planFailure = () =>
    sandbox.control.planRun({
      service: 'data-factory',
      name: 'Load_and_call',
      runningMilliseconds: 6_000,
      failure: { message: 'The source does not answer.' },
    });

  it('sends a failed run with its error message to the Failed output, paired with its item', async () => {
    planFailure();
    const { id } = await beginBranched(pipeline('dataFactory', 'Load_and_call'));
    await becomes(id, 'waiting');
    const ended = await finish(id);
    expect(ended.status).toBe('success');
    expect(outputOf(ended, 'Then')).toEqual([]);
    expect(outputOf(ended, 'On Failed')).toMatchObject([
      { status: 'failed', explanation: expect.stringContaining('The source does not answer') },
    ]);
  });

  it('fails with the explained error when the Failed output is not connected', async () => {
    planFailure();
    const { id } = await begin(pipeline('dataFactory', 'Load_and_call'));
    await becomes(id, 'waiting');
    const ended = await finish(id);
    expect(ended.status).toBe('error');
    expect(ended.data.resultData.error?.message).toContain('The source does not answer');
    expect(outputOf(ended, 'Then')).toEqual([]);
  });

  it('continues with the error of a failed run when On Error says so', async () => {
    planFailure();
    const { id } = await begin({ ...pipeline('dataFactory', 'Load_and_call'), onError: 'continueRegularOutput' });
    await becomes(id, 'waiting');
    expect(outputOf(await finish(id), 'Then')).toMatchObject([
      { error: expect.stringContaining('The source does not answer') },
    ]);
  });

  it('splits several runs between the outputs', async () => {
    sandbox.control.setDurations({ runningMilliseconds: 3_000 });
    planFailure();
    const { id } = await beginBranched(several(3), pipeline('dataFactory', 'Load_and_call'));
    await becomes(id, 'waiting');
    const ended = await finish(id);
    expect(outputOf(ended, 'Then').map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(outputOf(ended, 'On Failed').map(({ status }) => status)).toEqual(['failed']);
  });

  it('resumes only when the vendor confirms it: forged and early callbacks leave the execution parked', async () => {
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 60_000 });
    const { id } = await begin(pipeline('dataFactory', 'Load_and_call'));
    await becomes(id, 'waiting');
    const address = String(sandbox.world.azure.dataFactory.runs.at(-1)?.parameters['pipewrightCallbackUrl']);
    const call = (url: string) => fetch(url, { method: 'POST' }).then(({ status }) => status);
    expect(await call(address)).toBe(409);
    expect(await call(address.replace(/pipewright=\w+/, 'pipewright=guessed'))).toBe(410);
    expect(await call(address.replace(/signature=\w+/, 'signature=guessed'))).toBe(401);
    expect((await readExecution(n8n, id)).status).toBe('waiting');
    sandbox.faults.add({
      match: { method: 'GET', path: /pipelineruns/ },
      times: 9,
      fault: { kind: 'status', status: 403, body: {} },
    });
    expect(await call(address)).toBe(503);
    expect((await readExecution(n8n, id)).status).toBe('waiting');
  });

  it('waits for the last of several runs and pairs each with its item', async () => {
    sandbox.control.setDurations({ runningMilliseconds: 3_000 });
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 6_000 });
    const { id } = await begin(several(3), pipeline('dataFactory', 'Load_and_call'));
    await becomes(id, 'waiting');
    const ended = await finish(id);
    const items = outputOf(ended, 'Then');
    expect(items.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(new Set(items.map((item) => item['id'])).size).toBe(3);
    expect(ended.data.resultData.runData['Run']?.at(-1)?.data?.main[0]?.map(({ pairedItem }) => pairedItem)).toEqual([
      { item: 0 },
      { item: 1 },
      { item: 2 },
    ]);
  });

  it('is rejected for a pipeline that cannot call back, before anything is started', async () => {
    const before = sandbox.world.azure.dataFactory.runs.length;
    const { id } = await begin(pipeline('dataFactory', 'Load_sources'));
    const ended = await waitForExecution(n8n, id);
    expect(ended.data.resultData.error?.message).toContain('it has no parameter pipewrightCallbackUrl');
    expect(sandbox.world.azure.dataFactory.runs.length).toBe(before);
  });

  it('subscribes a webhook for a dbt job and removes it afterwards', async () => {
    const before = sandbox.world.dbt.webhooks.list().length;
    sandbox.control.planRun({ service: 'dbt', name: String(sandbox.accounts.dbt.jobId), runningMilliseconds: 20_000 });
    const { id } = await begin(job());
    await becomes(id, 'waiting');
    expect(sandbox.world.dbt.webhooks.list()).toHaveLength(before + 1);
    // Another run of the same job calls back too, and must be ignored.
    sandbox.control.startDbtRun({ outcome: 'success' });
    while (sandbox.world.dbt.webhooks.deliveries.length === 0) {
      clock.advance(100);
      await sleep(20);
    }
    expect((await readExecution(n8n, id)).status).toBe('waiting');
    const ended = await finish(id);
    expect(outputOf(ended, 'Then')).toMatchObject([{ service: 'dbt', status: 'succeeded' }]);
    expect(sandbox.world.dbt.webhooks.list()).toHaveLength(before);
  });
});

describe('A pipeline that waits in a WebHook activity', () => {
  const secret = 'a-long-secret-of-our-own';
  const askedBy = async (complete: Record<string, unknown>) => {
    const held = await createCredential(n8n, azure, azure, {
      ...sandboxCredentials(sandbox)[azure],
      webhookSecret: secret,
    });
    const trigger: WorkflowNode = {
      ...node('webhookActivityTrigger', azure, {}),
      id: 'trigger',
      name: 'Asked',
      typeVersion: 2,
      position: [0, 0],
      webhookId: randomUUID(),
      credentials: { [azure]: { id: held.id, name: azure } },
    };
    const answer: WorkflowNode = {
      ...node('webhookActivity', azure, {
        resource: 'webhookActivity',
        operation: 'completeActivity',
        callbackId: '={{ $json.callbackId }}',
        ...complete,
      }),
      credentials: { [azure]: { id: held.id, name: azure } },
    };
    const workflow = await createWorkflow(n8n, workflowOf('Asked', trigger, answer));
    await publishWorkflow(n8n, workflow.id);
    const run = sandbox.world.azure.dataFactory.start('Ask_and_publish', {
      parameters: { askUrl: `${webhookUrl(n8n, trigger, 'webhook')}?token=${secret}` },
    });
    clock.advance(10_000);
    const [execution] = await waitForExecutions(n8n, workflow.id);
    return { run: () => sandbox.control.log().runs.dataFactory.find(({ runId }) => runId === run.id), execution };
  };

  it('continues with the output of the workflow, and its callback URL is not visible anywhere', async () => {
    const { run, execution } = await askedBy({
      outcome: 'succeeded',
      output: { rows: [{ name: 'approvedBy', value: 'Ada' }] },
    });
    expect([execution?.status, execution?.data.resultData.error]).toEqual(['success', undefined]);
    expect(execution && outputOf(execution, 'Asked')).toMatchObject([
      { verified: true, body: { question: 'May the figures be published?' } },
    ]);
    expect(run()).toMatchObject({ status: 'Succeeded' });
    expect(JSON.stringify(execution)).not.toMatch(/callbacks|secret-of-the-callback|callBackUri/);
  });

  it('fails with the reason when the workflow reports a failure', async () => {
    const { run } = await askedBy({
      outcome: 'failed',
      errorCode: 'NotApproved',
      errorMessage: 'Ada did not approve.',
    });
    expect(run()).toMatchObject({ status: 'Failed', message: expect.stringContaining('Ada did not approve.') });
  });
});

it('several parked executions resume independently', async () => {
  sandbox.control.setDurations({ runningMilliseconds: 6_000 });
  const workflow = await createWorkflow(
    n8n,
    workflowOf('Parked many', manualTrigger, pipeline('dataFactory', 'Load_and_call'), then),
  );
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) ids.push(await runManually(n8n, workflow.id, manualTrigger.name));
  for (const id of ids) await becomes(id, 'waiting');
  for (const id of ids) expect((await finish(id)).status).toBe('success');
});

it('a run without a callback in time goes to the Failed output with the status unknown and is not stopped', async () => {
  const ended = await waitForExecution(n8n, overdue, 180);
  expect([ended.status, ended.data.resultData.error]).toEqual(['success', undefined]);
  expect(outputOf(ended, 'Then')).toEqual([]);
  expect(outputOf(ended, 'On Failed')).toMatchObject([
    {
      status: 'unknown',
      finished: false,
      id: overdueRun,
      explanation: expect.stringContaining('did not finish within 1 minutes'),
    },
  ]);
});

it('a run without a callback in time fails the execution when the Failed output is not connected', async () => {
  const ended = await waitForExecution(n8n, lost, 180);
  expect(ended.status).toBe('error');
  expect(ended.data.resultData.error?.message).toContain('did not finish within 1 minutes');
  expect(outputOf(ended, 'Then')).toEqual([]);
});

it('a parked execution survives a restart of n8n', async () => {
  // Last, because an execution whose timeout resumes it just when n8n is killed has crashed, as every running execution.
  for (const id of [overdue, lost]) await waitForExecution(n8n, id, 180);
  sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 6_000 });
  const { id } = await begin(pipeline('dataFactory', 'Load_and_call'));
  await becomes(id, 'waiting');
  const { baseUrl } = n8n;
  await n8n.kill();
  n8n = await start(Number(new URL(baseUrl).port));
  expect(outputOf(await finish(id), 'Then')).toMatchObject([{ status: 'succeeded' }]);
});
