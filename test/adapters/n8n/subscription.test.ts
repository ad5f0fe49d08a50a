import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { openN8n, type N8n } from './open-n8n.ts';
import { sandboxTriggers } from './sandbox-trigger.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-dbt', 'pipewright-quantemplate']);
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

const { open, close } = sandboxTriggers(
  () => n8n,
  () => sandbox,
);
afterEach(close);

const ours = () => sandbox.world.dbt.webhooks.list().filter(({ name }) => String(name).startsWith('Pipewright'));
const completed = { event: 'jobRunCompleted' };

async function started(trigger: { executions: unknown[] }, count: number): Promise<void> {
  for (let tries = 0; tries < 1_200 && trigger.executions.length < count; tries += 1) await sleep(50);
}

describe('Exactly one subscription remains', () => {
  it('when the workflow is published twice', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    const [first] = ours();
    await trigger.activate();
    expect(ours()).toEqual([first]);
  });

  it('when n8n stopped before it stored the subscription', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    delete trigger.staticData()['subscription'];
    await trigger.activate();
    expect(ours()).toHaveLength(1);
    sandbox.control.startDbtRun({ outcome: 'success' });
    await started(trigger, 1);
    expect(trigger.executions).toHaveLength(1);
  });

  it('when its secret was lost, with a new secret', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    const subscription = trigger.staticData()['subscription'] as { id: string; secret?: string };
    delete subscription.secret;
    await trigger.activate();
    expect(ours()).toHaveLength(1);
    expect(trigger.staticData()['subscription']).toEqual({ id: ours()[0]?.['id'], secret: expect.any(String) });
  });

  it('when it was deleted at the vendor', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    sandbox.world.dbt.webhooks.delete(String(ours()[0]?.['id']));
    expect(ours()).toHaveLength(0);
    await trigger.activate();
    expect(ours()).toHaveLength(1);
  });

  it('when the URL of n8n changed, with the new URL', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    trigger.move('https://n8n.elsewhere.example');
    await trigger.activate();
    expect(ours().map((one) => one['client_url'])).toEqual([expect.stringContaining('https://n8n.elsewhere.example')]);
  });

  it('or none after the workflow is unpublished, even if it was deleted before', async () => {
    const trigger = await open('dbtTrigger', completed);
    await trigger.activate();
    sandbox.world.dbt.webhooks.delete(String(ours()[0]?.['id']));
    await trigger.deactivate();
    expect(ours()).toHaveLength(0);
  });

  it('and a manual subscription to the same URL is kept', async () => {
    const trigger = await open('dbtTrigger', completed);
    sandbox.world.dbt.webhooks.create({
      name: 'Mine',
      event_types: ['job.run.completed'],
      client_url: trigger.url,
      active: true,
      job_ids: [],
    });
    await trigger.activate();
    await trigger.deactivate();
    const all = sandbox.world.dbt.webhooks.list();
    expect(all.map(({ name }) => name)).toEqual(['Mine']);
    sandbox.world.dbt.webhooks.delete(String(all[0]?.['id']));
  });
});

describe('Recover Missed Events', () => {
  const looking = { ...completed, options: { recoverMissed: true } };
  const runsOf = (trigger: { executions: { json: Record<string, unknown> }[][] }) =>
    trigger.executions.map(([item]) => item?.json['runId']);

  it('starts the workflow for each run whose event was missed in an outage, and for no other', async () => {
    const trigger = await open('dbtTrigger', looking);
    await trigger.activate();
    const received = sandbox.control.startDbtRun({ outcome: 'success' });
    await started(trigger, 1);
    await trigger.stop();
    const webhooks = sandbox.world.dbt.webhooks;
    const rules = webhooks.rules;
    webhooks.rules = { ...rules, retryMilliseconds: [] };
    trigger.move('http://127.0.0.1:9');
    for (const one of webhooks.list()) webhooks.delete(String(one['id']));
    const [missed, failed] = [
      sandbox.control.startDbtRun({ outcome: 'success' }),
      sandbox.control.startDbtRun({ outcome: 'error' }),
    ];
    webhooks.rules = rules;
    await sleep(50);
    await trigger.activate();
    await started(trigger, 3);
    expect(runsOf(trigger)).toEqual([received, missed, failed].map(String));
    expect(trigger.executions[1]?.[0]?.json).toMatchObject({ verified: true, matchedSecret: 'none', succeeded: true });
    trigger.tick();
    await sleep(300);
    expect(trigger.executions).toHaveLength(3);
  });

  it('ignores events from before the workflow was published', async () => {
    sandbox.control.startDbtRun({ outcome: 'success' });
    await sleep(1000);
    const trigger = await open('dbtTrigger', looking);
    await trigger.activate();
    await sleep(300);
    expect(trigger.executions).toEqual([]);
    await trigger.deactivate();
    expect(trigger.staticData()).toEqual({});
  });

  it('activates the workflow and logs a warning when the vendor is unreachable', async () => {
    const trigger = await open(
      'quantemplateTrigger',
      { event: 'pipelineCompleted', pipelines: ['p-bordereaux'], options: { recoverMissed: true } },
      {},
      { apiUrl: 'http://127.0.0.1:9' },
    );
    await trigger.activate();
    for (let tries = 0; tries < 600 && trigger.logged.length === 0; tries += 1) await sleep(100);
    expect(trigger.logged.join()).toContain('missed events could not be recovered');
  });

  it('is not activated when the vendor cannot be queried, and the error names the field', async () => {
    const trigger = await open('quantemplateTrigger', {
      event: 'pipelineCompleted',
      options: { recoverMissed: true },
    });
    await expect(trigger.activate()).rejects.toMatchObject({ description: expect.stringContaining('Pipeline IDs') });
  });
});

describe('Report Rejected Events', () => {
  const forged = { 'x-webhook-secret': 'guessed-secret', 'user-agent': 'curl/8' };
  const updated = { event: 'datasetUpdated' };

  it('adds one failed execution per reason, without the body and the secret', async () => {
    const trigger = await open('quantemplateTrigger', updated);
    await trigger.activate();
    for (let count = 0; count < 3; count += 1) await trigger.post('{"guess":"of-a-forger"}', forged);
    await trigger.post('{}', {});
    expect(trigger.failedExecutions.map(({ message }) => message)).toEqual([
      'An event was rejected. The signature or secret does not match.',
      'An event was rejected. The delivery has no signature or secret.',
    ]);
    const [first, second] = trigger.failedExecutions.map(({ description }) => description);
    expect(first).toMatch(/^Check that the secret.* The event from curl\/8 has 23 bytes\.$/);
    expect(second).toMatch(/^Check that the sender.* has 2 bytes\.$/);
    expect(`${first}${second}`).not.toMatch(/guess/);
    expect(trigger.executions).toEqual([]);
  });

  it('reports again after the workflow is published again', async () => {
    const trigger = await open('quantemplateTrigger', updated);
    await trigger.activate();
    await trigger.post('{}', forged);
    await trigger.stop();
    await trigger.activate();
    await trigger.post('{}', forged);
    expect(trigger.failedExecutions).toHaveLength(2);
  });

  it('adds nothing when it is turned off', async () => {
    const trigger = await open('quantemplateTrigger', { ...updated, options: { reportRejectedEvents: false } });
    await trigger.activate();
    await trigger.post('{}', forged);
    expect(trigger.failedExecutions).toEqual([]);
    expect(trigger.logged.join()).toContain('an event was rejected');
  });

  it('writes only the log in a process that starts no triggers', async () => {
    const trigger = await open('quantemplateTrigger', updated, { leads: false });
    await trigger.activate();
    expect((await trigger.post('{}', {})).status).toBe(401);
    expect(trigger.failedExecutions).toEqual([]);
    expect(trigger.logged.join()).toContain('an event was rejected');
  });
});
