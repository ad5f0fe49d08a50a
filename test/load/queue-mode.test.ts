import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { listExecutions, outputOf, readExecution, type Execution } from '../support/n8n-server/executions.ts';
import { startLoadBalancer, type LoadBalancer } from '../support/n8n-server/load-balancer.ts';
import { startCluster, type Cluster } from '../support/n8n-server/n8n-cluster.ts';
import { createWorkflow, publishWorkflow, workflowOf, type WorkflowNode } from '../support/n8n-server/workflows.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { packedPackages } from '../adapters/n8n/build-package.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { ManualClock } from '../doubles/server/clock.ts';

/** The vendors' clock: a run ends only when a test advances it. */
const clock = new ManualClock(Date.now());
const secret = 'the-secret-of-the-sender';
const copies = 50;
let sandbox: Sandbox;
let balancer: LoadBalancer;
let cluster: Cluster;
const credentials: Record<string, Record<string, { id: string; name: string }>> = {};

beforeAll(async () => {
  sandbox = await startSandbox({ clock, tokenSeconds: 1_000_000 });
  balancer = await startLoadBalancer();
  cluster = await startCluster({
    packages: await packedPackages(['pipewright-azure', 'pipewright-dbt', 'pipewright-extras']),
    workers: 2,
    webhookProcesses: 2,
    env: { N8N_WEBHOOK_URL: `${balancer.baseUrl}/` },
  });
  balancer.targets.push(...cluster.webhookProcesses.map(({ baseUrl }) => baseUrl));
  const { pipewrightAzureApi, pipewrightDbtApi } = sandboxCredentials(sandbox);
  const used = { pipewrightAzureApi, pipewrightDbtApi, pipewrightWebhookSecretApi: { secret } };
  for (const [type, data] of Object.entries(used)) {
    const { id, name } = await createCredential(cluster.main, type, type, data ?? {});
    credentials[type] = { [type]: { id, name } };
  }
});
afterAll(async () => {
  await cluster?.stop();
  await balancer?.stop();
  await sandbox?.stop();
});
beforeEach(() => sandbox.control.reset());

const picked = (value: string) => ({ __rl: true, mode: 'id', value });

const node = (
  name: string,
  type: string,
  credential: string,
  parameters: Record<string, unknown>,
  more: Partial<WorkflowNode> = {},
): WorkflowNode => ({
  id: name.toLowerCase().replaceAll(' ', '-'),
  name,
  type: `n8n-nodes-pipewright-${type}`,
  typeVersion: 1,
  position: [220, 0],
  credentials: credentials[credential] ?? {},
  parameters,
  ...more,
});

const trigger = (webhookId: string): WorkflowNode =>
  node(
    'Event',
    'extras.signedWebhookTrigger',
    'pipewrightWebhookSecretApi',
    { scheme: 'github' },
    { typeVersion: 2, webhookId },
  );

const dbtJob = (name: string, options: Record<string, unknown> = {}): WorkflowNode =>
  node(name, 'dbt.dbt', 'pipewrightDbtApi', {
    resource: 'jobRun',
    operation: 'runJob',
    job: picked(String(sandbox.accounts.dbt.jobId)),
    ...options,
  });

const pipeline = (): WorkflowNode =>
  node('Run', 'azure.dataFactory', 'pipewrightAzureApi', {
    resource: 'pipelineRun',
    operation: 'runPipeline',
    factory: picked(`${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`),
    pipeline: picked('Load_and_call'),
    options: { completionMethod: 'callback', timeoutMinutes: 600 },
  });

const then: WorkflowNode = {
  id: 'then',
  name: 'Then',
  type: 'n8n-nodes-base.noOp',
  typeVersion: 1,
  position: [440, 0],
  parameters: {},
};

async function publish(name: string, ...nodes: WorkflowNode[]): Promise<string> {
  const { id } = await createWorkflow(cluster.main, workflowOf(name, ...nodes));
  await publishWorkflow(cluster.main, id);
  return id;
}

/** Delivers an event as a sender does, with retries until it is accepted. */
async function deliver(baseUrl: string, webhookId: string, eventId: string): Promise<number> {
  const body = JSON.stringify({ id: eventId });
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  for (let attempt = 0; ; attempt += 1) {
    const { status } = await fetch(`${baseUrl}/webhook/${webhookId}/webhook`, { method: 'POST', headers, body });
    if (attempt === 60 || status === 200) return status;
    await sleep(500);
  }
}

const deliverCopies = (webhookId: string, eventId: string, times = copies): Promise<number[]> =>
  Promise.all(
    Array.from({ length: times }, (_, index) =>
      deliver(cluster.webhookProcesses[index % 2]?.baseUrl ?? '', webhookId, eventId),
    ),
  );

const accepted = (times = copies): number[] => Array.from({ length: times }, () => 200);

/** The executions of a workflow once there are some, no more start and each has one of the statuses. */
async function executions(workflowId: string, ...statuses: string[]): Promise<Execution[]> {
  let before = -1;
  for (let looks = 0; looks < 200; looks += 1) {
    const all = await listExecutions(cluster.main, workflowId);
    if (all.length > 0 && all.length === before && all.every(({ status }) => statuses.includes(status)))
      return Promise.all(all.map(({ id }) => readExecution(cluster.main, id)));
    before = all.length;
    await sleep(1_000);
  }
  const all = await listExecutions(cluster.main, workflowId);
  throw new Error(`The executions are ${all.map(({ id, status }) => `${id} ${status}`).join(', ') || 'missing'}.`);
}

describe('An event that is delivered fifty times through two webhook processes', () => {
  it('starts one run per node, although it starts several executions', async () => {
    const webhookId = '2f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c31';
    const workflow = await publish(
      'Starts runs',
      trigger(webhookId),
      dbtJob('First', { wait: false }),
      dbtJob('Second', { wait: false }),
    );
    const before = sandbox.world.dbt.runs.all.length;
    const counts: number[] = [];
    for (const event of ['one', 'two', 'three']) {
      expect(await deliverCopies(webhookId, event)).toEqual(accepted());
      counts.push((await executions(workflow, 'success')).length);
      expect(sandbox.world.dbt.runs.all.length - before).toBe(2 * counts.length);
    }
    process.stdout.write(
      `3 events, each delivered ${copies} times through two webhook processes: ${counts.at(-1)} executions, 3 runs per node.\n`,
    );
    const outputs = (await executions(workflow, 'success')).map((each) => outputOf(each, 'Second')[0]);
    expect(outputs.filter((output) => output?.['reused'] !== true)).toHaveLength(3);
  });

  it('has one failed run, which a retry of an execution repeats once', async () => {
    const webhookId = '2f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c32';
    const workflow = await publish('Starts a failing run', trigger(webhookId), dbtJob('Job'));
    const job = String(sandbox.accounts.dbt.jobId);
    const { runs } = sandbox.world.dbt;
    const before = runs.all.length;
    const started = (): number => runs.all.length - before;
    sandbox.control.planRun({ service: 'dbt', name: job, failure: { message: 'No space left' } });
    expect(await deliverCopies(webhookId, 'failing')).toEqual(accepted());
    while (started() === 0) await sleep(100);
    await sleep(2_000);
    clock.advance(60_000);
    const failed = await executions(workflow, 'error');
    expect(started()).toBe(1);
    for (const { data } of failed) expect(data.resultData.error?.message).toContain('No space left');
    // A copy that arrives later gets the failed run, too.
    expect(await deliver(cluster.main.baseUrl, webhookId, 'failing')).toBe(200);
    const late = await executions(workflow, 'error');
    expect(late.length).toBeGreaterThan(failed.length);
    expect(started()).toBe(1);
    const retry = (execution: Execution | undefined): Promise<{ status: string }> =>
      cluster.main.api.rest('POST', `executions/${execution?.id}/retry`, { loadWorkflow: false });
    const retries = [retry(late[0]), retry(late.at(-1))];
    while (started() === 1) await sleep(100);
    await sleep(2_000);
    clock.advance(60_000);
    expect((await Promise.all(retries)).map(({ status }) => status)).toEqual(['success', 'success']);
    expect(started()).toBe(2);
  });
});

describe('An execution that is parked in queue mode', () => {
  const webhookId = '2f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c33';
  let workflow: string;
  let done = 0;
  beforeAll(async () => {
    workflow = await publish('Parks', trigger(webhookId), pipeline(), then);
  });

  /** Parks an execution, runs the disturbance, lets the run finish, and returns the execution when it has ended. */
  async function parkedDuring(disturb: () => Promise<unknown>): Promise<Execution> {
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 3_600_000 });
    const { runs } = sandbox.world.azure.dataFactory;
    const before = runs.length;
    expect(await deliver(balancer.baseUrl, webhookId, `parked-${done}`)).toBe(200);
    await executions(workflow, 'success', 'waiting');
    await disturb();
    const all = await listExecutions(cluster.main, workflow);
    expect(all.filter(({ status }) => status === 'waiting')).toHaveLength(1);
    clock.advance(3_700_000);
    for (let looks = 0; looks < 600; looks += 1) {
      const latest = (await listExecutions(cluster.main, workflow)).at(-1);
      if (latest?.status !== 'waiting' && latest?.status !== 'running') break;
      // A rejected callback is sent again as the clock advances.
      clock.advance(30_000);
      await sleep(200);
    }
    const ended = await executions(workflow, 'success');
    done += 1;
    expect(ended).toHaveLength(done);
    expect(runs.length).toBe(before + 1);
    return ended.at(-1) as Execution;
  }

  const continued = [expect.objectContaining({ status: 'succeeded', succeeded: true })];

  it('resumes through a webhook process and a worker', async () => {
    expect(outputOf(await parkedDuring(async () => undefined), 'Then')).toEqual(continued);
  });

  it('resumes after a worker was killed', async () => {
    expect(outputOf(await parkedDuring(async () => cluster.workers[0]?.kill()), 'Then')).toEqual(continued);
    await cluster.addWorker();
  });

  it('resumes after a webhook process was killed', async () => {
    expect(outputOf(await parkedDuring(async () => cluster.webhookProcesses[0]?.kill()), 'Then')).toEqual(continued);
  });

  it('resumes after the main process was killed and started again', async () => {
    const restart = async (): Promise<void> => {
      await cluster.main.kill();
      await cluster.restartMain();
    };
    expect(outputOf(await parkedDuring(restart), 'Then')).toEqual(continued);
  });

  it('resumes in a sub-workflow, and then the workflow that called it', async () => {
    const start: WorkflowNode = {
      id: 'start',
      name: 'Start',
      type: 'n8n-nodes-base.executeWorkflowTrigger',
      typeVersion: 1.1,
      position: [0, 0],
      parameters: { inputSource: 'passthrough' },
    };
    const child = await publish('Is called', start, pipeline());
    const call: WorkflowNode = {
      id: 'call',
      name: 'Call',
      type: 'n8n-nodes-base.executeWorkflow',
      typeVersion: 1.2,
      position: [220, 0],
      parameters: { workflowId: picked(child), options: { waitForSubWorkflow: true } },
    };
    const id = '2f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c34';
    const parent = await publish('Calls', trigger(id), call, then);
    sandbox.control.planRun({ service: 'data-factory', name: 'Load_and_call', runningMilliseconds: 3_600_000 });
    expect(await deliver(balancer.baseUrl, id, 'calls')).toBe(200);
    await executions(child, 'waiting');
    await executions(parent, 'waiting');
    clock.advance(3_700_000);
    await executions(child, 'success');
    const [ended] = await executions(parent, 'success');
    expect(ended && outputOf(ended, 'Then')).toEqual(continued);
  });
});
