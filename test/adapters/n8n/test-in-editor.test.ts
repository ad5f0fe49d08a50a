import { services } from '../../../shared/src/catalog.ts';
import type { Trigger } from '../../../shared/src/define/trigger.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n } from './open-n8n.ts';
import { sandboxTriggers } from './sandbox-trigger.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n();
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

/** Every webhook trigger with its node. */
const webhookTriggers: [string, string, Trigger][] = services.flatMap(({ key, triggers }) =>
  triggers
    .filter((trigger) => trigger.how === 'webhook')
    .map((trigger): [string, string, Trigger] => [`${key}Trigger`, trigger.key, trigger]),
);

/** The HTTP method that n8n listens to; empty if the node has no webhook. */
function methodOf(node: string, parameters: Record<string, string>, active: boolean): unknown {
  const { workflow, node: own } = n8n.set({ node, parameters });
  workflow.active = active;
  const [webhook] = n8n.nodeType(node).description.webhooks ?? [];
  return workflow.expression.getSimpleParameterValue(own, webhook?.httpMethod, 'internal', {});
}

const held = (...types: string[]) =>
  Object.fromEntries(types.map((type) => [type, sandboxCredentials(sandbox)[type] ?? {}]));

describe('Test With: Sample Event', () => {
  it.each(webhookTriggers)('%s returns the sample of %s at once', async (node, event, { sample }) => {
    const { items, error } = await n8n.execute({ node, parameters: { event } }, [{ json: {} }], { mode: 'manual' });
    expect(error).toBeUndefined();
    expect(items.map(({ json }) => json)).toEqual([sample]);
  });

  it('is the default, and n8n then does not wait at the Test URL', () => {
    for (const [node, event] of webhookTriggers) {
      expect([node, methodOf(node, { event }, false)]).toEqual([node, '']);
      expect([node, methodOf(node, { event, testWith: 'nextEvent' }, false)]).toEqual([node, 'POST']);
    }
  });

  it('has no effect in a published workflow, which receives deliveries either way', () => {
    for (const [node, event] of webhookTriggers)
      for (const testWith of ['sampleEvent', 'nextEvent'])
        expect([node, methodOf(node, { event, testWith }, true)]).toEqual([node, 'POST']);
  });

  it('prevents publishing if n8n does not treat the workflow as active, because no event would arrive', async () => {
    for (const [testWith, error] of [
      ['sampleEvent', expect.objectContaining({ description: expect.stringContaining('Next Real Event') })],
      ['nextEvent', undefined],
    ] as const) {
      const parameters = { event: 'datasetUpdated', testWith };
      const { workflow, node, additionalData } = n8n.set({ node: 'quantemplateTrigger', parameters });
      workflow.active = false;
      const context = new n8n.core.TriggerContext(
        workflow,
        node,
        additionalData,
        'trigger',
        'activate',
        () => undefined,
      );
      const start = n8n.nodeType('quantemplateTrigger').trigger;
      const failed = await start?.call(context).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(failed).toEqual(error);
    }
  });

  it('says for the trigger of dbt, which subscribes the Test URL itself, where the next real event comes from', () => {
    const texts = JSON.stringify(n8n.nodeType('dbtTrigger').description);
    expect(texts).toContain('Create a webhook in dbt for the Test URL and wait for an event');
    expect(texts).toContain('click Execute step, and cause the event in dbt.');
    expect(texts).not.toContain('sent to the Test URL');
  });

  it('returns the newest run of dbt, which lists its runs', async () => {
    const credentials = held('pipewrightDbtApi');
    const run = { resource: 'jobRun', operation: 'runJob', job: String(sandbox.accounts.dbt.jobId) };
    const { items: runs, error } = await n8n.execute({ node: 'dbt', parameters: run, credentials });
    expect(error).toBeUndefined();
    const setup = { node: 'dbtTrigger', parameters: { event: 'jobRunCompleted' }, credentials };
    const { items } = await n8n.execute(setup, [{ json: {} }], { mode: 'manual' });
    expect(items.map(({ json }) => json)).toEqual([
      expect.objectContaining({ runId: runs[0]?.json['id'], succeeded: true, matchedSecret: 'none' }),
    ]);
  });

  it('returns the newest event if the service lists events', async () => {
    const credentials = held('pipewrightModeApi');
    const report = sandbox.accounts.mode.reportToken;
    const run = { resource: 'reportRun', operation: 'runReport', report };
    const { items: runs, error } = await n8n.execute({ node: 'mode', parameters: run, credentials });
    expect(error).toBeUndefined();
    const setup = { node: 'modeTrigger', parameters: { reports: [report] }, credentials };
    const { items } = await n8n.execute(setup, [{ json: {} }], { mode: 'manual' });
    expect(items.map(({ json }) => json)).toEqual([
      expect.objectContaining({ id: runs[0]?.json['id'], reportId: report, matchedSecret: 'none' }),
    ]);
  });

  it('returns an example if the service cannot be reached', async () => {
    const credentials = {
      pipewrightModeApi: { ...held('pipewrightModeApi')['pipewrightModeApi'], apiSecret: 'wrong' },
    };
    const setup = { node: 'modeTrigger', parameters: { reports: ['4e0af8c10001'] }, credentials };
    const { items } = await n8n.execute(setup, [{ json: {} }], { mode: 'manual' });
    expect(items[0]?.json).toMatchObject({ verified: true, matchedSecret: 'current' });
  });
});

describe('Test With: Next Real Event', () => {
  const next = { event: 'datasetUpdated', testWith: 'nextEvent' };

  it('outputs the delivered event', async () => {
    const items = [{ json: { datasetId: 'd-claims' } }];
    const { items: passed } = await n8n.execute({ node: 'quantemplateTrigger', parameters: next }, items, {
      mode: 'manual',
    });
    expect(passed).toEqual([expect.objectContaining({ json: { datasetId: 'd-claims' } })]);
  });

  it('fails with the reason when a delivery is rejected, and answers 401', async () => {
    const trigger = await open('quantemplateTrigger', next, { mode: 'manual' });
    await trigger.activate();
    expect(await trigger.post('{}', { 'x-webhook-secret': 'not-the-right-secret' })).toEqual({ status: 401, text: '' });
    const { error } = await n8n.execute({ node: 'quantemplateTrigger', parameters: next }, trigger.executions[0], {
      mode: 'manual',
    });
    expect(error?.message).toBe('An event was rejected. The signature or secret does not match.');
    expect(error?.description).toMatch(/^Check that the secret belongs to this webhook/);
  });

  it('does not reveal the body or the secret of a rejected delivery', async () => {
    const trigger = await open('quantemplateTrigger', next, { mode: 'manual' });
    await trigger.activate();
    await trigger.post('{"name":"forged-body"}', { 'x-webhook-secret': 'not-the-right-secret' });
    expect(JSON.stringify(trigger.executions)).not.toMatch(/forged-body|not-the-right/);
  });
});

it('a rejected delivery to a published workflow starts nothing', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated' });
  await trigger.activate();
  expect((await trigger.post('{}', { 'x-webhook-secret': 'not-the-right-secret' })).status).toBe(401);
  expect(trigger.executions).toEqual([]);
});
