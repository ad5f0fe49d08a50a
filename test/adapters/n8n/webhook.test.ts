import { setTimeout as sleep } from 'node:timers/promises';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { openTrigger } from './active-trigger.ts';
import { sandboxCredentials } from './credentials.ts';
import { mainRealm } from '../../support/machine/main-realm.ts';
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

/** Event IDs are never reused: seen events are remembered for the whole process. */
let count = 0;
const updated = (datasetId = 'd-claims', id = `event-${(count += 1)}`) =>
  JSON.stringify({ id, name: 'DatasetUpdated', created: '2026-11-20T08:00:00Z', payload: { datasetId } });
const secret = { 'x-webhook-secret': 'a-long-secret-of-our-own' };
const datasetUpdated = { event: 'datasetUpdated' };

describe('an event with a shared secret', () => {
  it('starts the workflow when it is authentic', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    expect(await trigger.post(updated('d-claims', 'genuine'), secret)).toEqual({ status: 200, text: '' });
    expect(trigger.executions).toEqual([
      [
        {
          json: {
            eventId: 'genuine',
            datasetId: 'd-claims',
            updatedAt: '2026-11-20T08:00:00.000Z',
            verified: true,
            matchedSecret: 'current',
          },
          eventId: 'genuine',
        },
      ],
    ]);
  });

  it.each([
    ['carries no secret', {}],
    ['carries another secret', { 'x-webhook-secret': 'guessed' }],
  ])('is rejected with an empty body when it %s, and n8n logs the reason', async (_what, headers) => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    await sleep(1100);
    expect(await trigger.post(updated(), headers)).toEqual({ status: 401, text: '' });
    expect(trigger.executions).toEqual([]);
    expect(trigger.logged).toHaveLength(1);
    expect(trigger.logged[0]).toMatch(
      /Quantemplate: an event was rejected\. The (delivery (carries|has) no|signature or secret does not match)/,
    );
  });

  it('starts nothing for another dataset, and the sender gets a success response', async () => {
    const trigger = await open('quantemplateTrigger', {
      ...datasetUpdated,
      datasets: ['d-claims', 'https://app.prod.quantemplate.com/c-contoso/data/d-policies'],
    });
    await trigger.activate();
    expect((await trigger.post(updated('d-other'), secret)).status).toBe(200);
    expect((await trigger.post(updated('d-policies'), secret)).status).toBe(200);
    expect(trigger.executions.map(([item]) => item?.json['datasetId'])).toEqual(['d-policies']);
  });

  it('starts the workflow once when it is delivered many times at once', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => trigger.post(updated('d-claims', 'many'), secret)),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(trigger.executions).toHaveLength(1);
  });

  it('passes a deduplication key to n8n, which rejects a repeat after a restart, even before the trigger is activated', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    await trigger.post(updated('d-claims', 'restart'), secret);
    // A new process starts with an empty memory; a second build of the package simulates one.
    const again = await openN8n();
    const restarted = await openTrigger(again, {
      node: 'quantemplateTrigger',
      parameters: datasetUpdated,
      credentials: { pipewrightQuantemplateApi: sandboxCredentials(sandbox)['pipewrightQuantemplateApi'] ?? {} },
    });
    const early = restarted.post(updated('d-claims', 'restart'), secret);
    await sleep(200);
    await restarted.activate();
    await early;
    await restarted.post(updated('d-claims', 'restart-2'), secret);
    expect(restarted.keys).toEqual([...trigger.keys, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    await restarted.deactivate();
    await restarted.close();
    await again.close();
  });

  it('starts the workflow once in a process that is not the leader, too', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated, { leads: false });
    await trigger.activate();
    const body = updated();
    await trigger.post(body, secret);
    await trigger.post(body, secret);
    expect(trigger.executions).toHaveLength(1);
  });

  it('outputs every delivery while the workflow is tested in the editor', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated, { mode: 'manual' });
    await trigger.activate();
    const body = updated();
    await trigger.post(body, secret);
    await trigger.post(body, secret);
    expect(trigger.executions).toHaveLength(2);
  });

  it('evaluates expressions in the form', async () => {
    const trigger = await open('quantemplateTrigger', { ...datasetUpdated, datasets: '={{ ["d-" + "policies"] }}' });
    await trigger.activate();
    await trigger.post(updated('d-claims'), secret);
    await trigger.post(updated('d-policies'), secret);
    expect(trigger.executions.map(([item]) => item?.json['datasetId'])).toEqual(['d-policies']);
  });

  it('does not let forged deliveries flood the log', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    await sleep(1100);
    const clock = jest.spyOn(mainRealm.Date, 'now').mockReturnValue(Date.now());
    try {
      for (let event = 0; event < 20; event += 1) await trigger.post(updated(), { 'x-webhook-secret': 'forged' });
    } finally {
      clock.mockRestore();
    }
    expect(trigger.logged.length).toBeLessThan(3);
  });

  it('is verified with the secret location selected in the form', async () => {
    const trigger = await open('quantemplateTrigger', {
      ...datasetUpdated,
      secretLocation: 'query',
      options: { secretName: 'key' },
    });
    await trigger.activate();
    expect((await trigger.post(updated(), {}, '?key=a-long-secret-of-our-own')).status).toBe(200);
    expect((await trigger.post(updated(), secret)).status).toBe(401);
    expect(trigger.executions).toHaveLength(1);
  });

  it('reads the credential once for many events, and again after the secret was replaced', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated);
    await trigger.activate();
    const read = trigger.credentialsRead();
    for (let event = 0; event < 10; event += 1) await trigger.post(updated(), secret);
    expect(trigger.credentialsRead() - read).toBe(1);
    trigger.changeCredential({ webhookSecret: 'replaced-by-another-one' });
    const later = Date.now() + 6_000;
    const clock = jest.spyOn(mainRealm.Date, 'now').mockReturnValue(later);
    try {
      expect((await trigger.post(updated(), { 'x-webhook-secret': 'replaced-by-another-one' })).status).toBe(200);
      // Forged events right afterwards cause no further reads.
      for (let event = 0; event < 10; event += 1) await trigger.post(updated(), { 'x-webhook-secret': 'forged' });
      expect(trigger.credentialsRead() - read).toBe(2);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a trigger without a secret', () => {
  it('is not activated, and the error explains what to do', async () => {
    const trigger = await open('quantemplateTrigger', datasetUpdated, {}, { webhookSecret: '' });
    await expect(trigger.activate()).rejects.toMatchObject({
      message: expect.stringContaining('No secret'),
      description: expect.stringContaining('Accept Unverified Events'),
    });
    expect((await trigger.post(updated())).status).toBe(401);
    expect(trigger.executions).toEqual([]);
  });

  it('marks its events as not verified when unsigned ones are accepted', async () => {
    const trigger = await open(
      'quantemplateTrigger',
      { ...datasetUpdated, options: { acceptsUnsigned: true } },
      {},
      { webhookSecret: '' },
    );
    await trigger.activate();
    expect((await trigger.post(updated())).status).toBe(200);
    expect(trigger.executions[0]?.[0]?.json).toMatchObject({ verified: false, matchedSecret: 'none' });
  });
});

it('a webhook trigger never throws, whatever a sender sends', async () => {
  const trigger = await open('quantemplateTrigger', datasetUpdated);
  await trigger.activate();
  for (const body of ['', 'null', '[]', '{"payload":1}', 'not json'])
    expect([200, 401]).toContain((await trigger.post(body, secret)).status);
  expect(trigger.executions).toEqual([]);
});

it('a webhook trigger responds with 500 and starts nothing when it is not configured', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'noSuchEvent' });
  expect(await trigger.post(updated(), secret)).toEqual({ status: 500, text: '' });
  expect(trigger.executions).toEqual([]);
  expect(trigger.logged[0]).toContain('could not be processed');
});

describe('a trigger that subscribes with the vendor', () => {
  const ours = () => sandbox.world.dbt.webhooks.list().filter(({ name }) => String(name).startsWith('Pipewright'));

  it('keeps exactly one subscription across restarts and removes it at the end', async () => {
    const trigger = await open('dbtTrigger', { event: 'jobRunCompleted' });
    await trigger.activate();
    await trigger.activate();
    expect(ours()).toHaveLength(1);
    expect(trigger.staticData()).toMatchObject({
      subscription: { id: expect.any(String), secret: expect.any(String) },
    });
    await trigger.deactivate();
    expect(ours()).toHaveLength(0);
    expect(trigger.staticData()).toEqual({});
  });

  it("verifies dbt's deliveries and starts the workflow once for a repeated delivery", async () => {
    const trigger = await open('dbtTrigger', { event: 'jobRunCompleted' });
    await trigger.activate();
    sandbox.control.deliverNextDbtEventTwice();
    const id = sandbox.control.startDbtRun({ outcome: 'success' });
    for (let tries = 0; tries < 600 && trigger.executions.length === 0; tries += 1) await sleep(100);
    await sleep(500);
    expect(trigger.executions).toHaveLength(1);
    expect(trigger.executions[0]?.[0]?.json).toMatchObject({ runId: String(id), succeeded: true, verified: true });
    expect((await trigger.post('{}', { authorization: '0'.repeat(64) })).status).toBe(401);
  });
});

it('a webhook trigger outputs the delivered event when the execution starts', async () => {
  const items = [{ json: { datasetId: 'd-claims' } }];
  const { items: passed } = await n8n.execute({ node: 'quantemplateTrigger', parameters: datasetUpdated }, items, {
    mode: 'manual',
  });
  expect(passed).toEqual([expect.objectContaining({ json: { datasetId: 'd-claims' } })]);
});

describe('a signed event from any sender', () => {
  const signed = (body: string, at = Date.now(), id = `msg_${body.length}`) => {
    const signing = { body: Buffer.from(body), id, now: Math.floor(at / 1000) };
    const { secret: key } = sandboxCredentials(sandbox)['pipewrightWebhookSecretApi'] as { secret: string };
    return schemes['standard-webhooks'].sign({ ...signing, secret: key }).headers as Record<string, string>;
  };

  it('starts the workflow once when its signature is valid and it matches the filter', async () => {
    const trigger = await open('signedWebhookTrigger', {
      options: { filter: { rows: [{ field: 'event.type', operator: 'equals', value: 'ready' }] } },
    });
    await trigger.activate();
    const wanted = JSON.stringify({ id: 'evt_n8n_1', type: 'ready' });
    expect(await trigger.post(wanted, signed(wanted))).toEqual({ status: 200, text: '' });
    expect(await trigger.post(wanted, signed(wanted))).toEqual({ status: 200, text: '' });
    const other = JSON.stringify({ id: 'evt_n8n_2', type: 'deleted' });
    expect(await trigger.post(other, signed(other))).toEqual({ status: 200, text: '' });
    expect(trigger.executions.map(([item]) => item?.json)).toEqual([
      expect.objectContaining({
        eventId: `msg_${wanted.length}`,
        event: { id: 'evt_n8n_1', type: 'ready' },
        verified: true,
        matchedSecret: 'current',
      }),
    ]);
  });

  it('is rejected with an empty body when it is too old, and the log has the reason', async () => {
    const trigger = await open('signedWebhookTrigger', {});
    await trigger.activate();
    const body = JSON.stringify({ id: 'evt_n8n_3' });
    expect(await trigger.post(body, signed(body, Date.now() - 600_000))).toEqual({ status: 401, text: '' });
    expect(trigger.executions).toEqual([]);
    expect(trigger.logged.join()).toContain('timestamp is too old');
  });
});
