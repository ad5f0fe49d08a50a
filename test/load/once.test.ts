import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { listExecutions, type ExecutionSummary } from '../support/n8n-server/executions.ts';
import { startCluster, type Cluster } from '../support/n8n-server/n8n-cluster.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import { createWorkflow, publishWorkflow, workflowOf, type WorkflowNode } from '../support/n8n-server/workflows.ts';
import { packedPackage } from '../adapters/n8n/build-package.ts';

let folder: string;
let packages: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-once-'));
  packages = [await packedPackage('pipewright-extras')];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const secret = 'the-secret-of-the-sender';
const repeats = 50;

const webhookId = '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c33';

/** Publishes a workflow that accepts signed events and works on each for a second. */
async function publish(n8n: N8n): Promise<string> {
  const { id, name } = await createCredential(n8n, 'sender', 'pipewrightWebhookSecretApi', { secret });
  const trigger: WorkflowNode = {
    id: 'trigger',
    name: 'Event Received',
    type: 'n8n-nodes-pipewright-extras.signedWebhookTrigger',
    typeVersion: 2,
    position: [0, 0],
    webhookId,
    credentials: { pipewrightWebhookSecretApi: { id, name } },
    parameters: { scheme: 'github' },
  };
  const work: WorkflowNode = {
    id: 'work',
    name: 'Work',
    type: 'n8n-nodes-base.wait',
    typeVersion: 1.1,
    position: [220, 0],
    parameters: { resume: 'timeInterval', amount: 1, unit: 'seconds' },
  };
  const workflow = await createWorkflow(n8n, workflowOf('Takes events', trigger, work));
  await publishWorkflow(n8n, workflow.id);
  return workflow.id;
}

/**
 * Delivers an event as a sender does, with retries while n8n reports that it is not ready. Returns the status of the
 * last response and its duration in milliseconds.
 */
async function deliver(baseUrl: string, eventId: string): Promise<{ status: number; took: number }> {
  const body = JSON.stringify({ id: eventId });
  const headers = {
    'content-type': 'application/json',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  for (let attempt = 0; ; attempt += 1) {
    const begin = performance.now();
    const { status } = await fetch(`${baseUrl}/webhook/${webhookId}/webhook`, { method: 'POST', headers, body });
    if (attempt === 60 || (status !== 404 && status !== 503)) return { status, took: performance.now() - begin };
    await sleep(500);
  }
}

const deliverOften = (addresses: readonly string[], eventId: string, times = repeats) =>
  Promise.all(Array.from({ length: times }, (_, index) => deliver(addresses[index % addresses.length] ?? '', eventId)));

/** The executions of a workflow, once no new ones start. */
async function settled(n8n: N8n, workflowId: string): Promise<ExecutionSummary[]> {
  for (let before = -1; ; await sleep(1500)) {
    const all = await listExecutions(n8n, workflowId);
    if (
      all.length === before &&
      all.every(({ status }) => status !== 'new' && status !== 'running' && status !== 'waiting')
    )
      return all;
    before = all.length;
  }
}

const answeredWell = (answers: { status: number; took: number }[]): void => {
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(10_000);
};

describe('an event that is delivered fifty times at once', () => {
  it('starts one execution, even if n8n is killed and the event is delivered again', async () => {
    const start = (): Promise<N8n> => startN8n({ folder: join(folder, 'n8n'), packages });
    let n8n = await start();
    const workflow = await publish(n8n);
    answeredWell(await deliverOften([n8n.baseUrl], 'regular-1'));
    expect(await settled(n8n, workflow)).toHaveLength(1);
    await n8n.kill();
    n8n = await start();
    answeredWell(await deliverOften([n8n.baseUrl], 'regular-1'));
    answeredWell(await deliverOften([n8n.baseUrl], 'regular-2'));
    expect(await settled(n8n, workflow)).toHaveLength(2);
    await n8n.stop();
  });

  describe('in queue mode', () => {
    let cluster: Cluster;
    let workflow: string;
    beforeAll(async () => {
      cluster = await startCluster({ packages, workers: 2, webhookProcesses: 1 });
      workflow = await publish(cluster.main);
    });
    afterAll(() => cluster?.stop());
    let before = 0;
    beforeEach(async () => {
      before = (await settled(cluster.main, workflow)).length;
    });
    const more = async (): Promise<number> => (await settled(cluster.main, workflow)).length - before;

    it('starts one execution through the main process', async () => {
      answeredWell(await deliverOften([cluster.main.baseUrl], 'queue-1'));
      expect(await more()).toBe(1);
      answeredWell(await deliverOften([cluster.main.baseUrl], 'queue-1'));
      expect(await more()).toBe(1);
    });

    it('starts one execution when a worker is killed in between', async () => {
      await deliver(cluster.main.baseUrl, 'queue-2');
      await sleep(300);
      await cluster.workers[0]?.kill();
      answeredWell(await deliverOften([cluster.main.baseUrl], 'queue-2'));
      const started = (await listExecutions(cluster.main, workflow)).length - before;
      expect(started).toBe(1);
      await cluster.addWorker();
    });

    it('starts one execution in a webhook process for the lifetime of that process', async () => {
      const [process] = cluster.webhookProcesses;
      answeredWell(await deliverOften([process?.baseUrl ?? ''], 'webhook-1'));
      expect(await more()).toBe(1);
    });

    it('starts at most one execution per process when several processes receive it, because they share no state', async () => {
      const { baseUrl } = await cluster.addWebhookProcess();
      answeredWell(
        await deliverOften([cluster.webhookProcesses[0]?.baseUrl ?? '', baseUrl, cluster.main.baseUrl], 'webhook-2'),
      );
      const count = await more();
      process.stdout.write(
        `Through two webhook processes and the main process, 50 deliveries of one event started ${count} executions.\n`,
      );
      expect(count).toBeLessThanOrEqual(3);
    });
  });
});
