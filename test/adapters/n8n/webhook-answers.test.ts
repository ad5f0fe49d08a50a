import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { openN8n, type N8n } from './open-n8n.ts';
import { sandboxTriggers } from './sandbox-trigger.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 1, runningMilliseconds: 1 });
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

const secret = { webhookSecret: 'a-long-secret-of-our-own' };
const token = '?token=a-long-secret-of-our-own';

describe('Event Grid', () => {
  const validation = JSON.stringify([
    {
      id: 'v',
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      data: { validationCode: 'code-1', validationUrl: 'https://x.eventgrid.azure.net/' },
    },
  ]);

  it('receives its validation code as JSON, with status 200', async () => {
    const trigger = await open(
      'eventGridTrigger',
      { event: 'blobCreated' },
      {},
      { secret: 'a-long-secret-of-our-own' },
    );
    await trigger.activate();
    expect(await trigger.post(validation, {}, token)).toEqual({ status: 200, text: '{"validationResponse":"code-1"}' });
    expect(trigger.executions).toEqual([]);
  });

  it('receives an empty response without the secret', async () => {
    const trigger = await open(
      'eventGridTrigger',
      { event: 'blobCreated' },
      {},
      { secret: 'a-long-secret-of-our-own' },
    );
    await trigger.activate();
    expect(await trigger.post(validation)).toEqual({ status: 401, text: '' });
  });

  it('starts one execution per event', async () => {
    const trigger = await open(
      'eventGridTrigger',
      { event: 'eventReceived' },
      {},
      { secret: 'a-long-secret-of-our-own' },
    );
    await trigger.activate();
    const events = ['grid-1', 'grid-2'].map((id) => ({
      id,
      eventType: 'Contoso.Ready',
      subject: '/s',
      topic: '/t',
      data: {},
    }));
    expect((await trigger.post(JSON.stringify(events), {}, token)).status).toBe(200);
    expect(trigger.executions.map(([item]) => item?.json['eventId'])).toEqual(['grid-1', 'grid-2']);
  });
});

describe('data that an event references', () => {
  const startRun = async (): Promise<{ report: string; run: string }> => {
    const { mode } = sandbox.accounts;
    const base = `${sandbox.addresses.mode}/api/${mode.workspace}`;
    const headers = {
      authorization: `Basic ${Buffer.from(`${mode.token}:${mode.secret}`).toString('base64')}`,
      'content-type': 'application/json',
    };
    const spaces = (await (await fetch(`${base}/spaces?filter=all`, { headers })).json()) as {
      _embedded: { spaces: { token: string }[] };
    };
    const reports = (await (
      await fetch(`${base}/spaces/${spaces._embedded.spaces[0]?.token}/reports`, { headers })
    ).json()) as { _embedded: { reports: { token: string }[] } };
    const report = reports._embedded.reports[0]?.token ?? '';
    const run = (await (
      await fetch(`${base}/reports/${report}/runs`, { method: 'POST', headers, body: '{"parameters":{}}' })
    ).json()) as { token: string };
    return { report, run: run.token };
  };
  const bodyOf = (report: string, run: string) =>
    JSON.stringify({
      event: 'report_run_completed',
      report_run_url: `https://modeanalytics.com/api/x/reports/${report}/runs/${run}`,
    });

  it('is read from the vendor once, after the response to the sender', async () => {
    const trigger = await open('modeTrigger', {}, {}, secret);
    await trigger.activate();
    const { report, run } = await startRun();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await trigger.post(bodyOf(report, run), {}, token)).toEqual({ status: 200, text: '' });
    expect(await trigger.post(bodyOf(report, run), {}, token)).toEqual({ status: 200, text: '' });
    for (let tries = 0; tries < 3_000 && trigger.executions.length === 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(trigger.executions.map(([item]) => item?.json)).toEqual([
      expect.objectContaining({ id: run, reportId: report, status: 'succeeded', finished: true, verified: true }),
    ]);
  });

  it('starts the workflow once n8n has started its triggers, because the sender received its response and does not retry', async () => {
    const trigger = await open('modeTrigger', {}, {}, secret);
    expect((await trigger.post(bodyOf('abc', 'early'), {}, token)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await trigger.activate();
    for (let tries = 0; tries < 3_000 && trigger.executions.length === 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(trigger.executions.map(([item]) => item?.json['id'])).toEqual(['early']);
  });

  it('starts the workflow with the reason when it cannot be read', async () => {
    const trigger = await open('modeTrigger', {}, {}, secret);
    await trigger.activate();
    expect((await trigger.post(bodyOf('abc', 'def'), {}, token)).status).toBe(200);
    for (let tries = 0; tries < 3_000 && trigger.executions.length === 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(trigger.executions[0]?.[0]?.json).toMatchObject({
      id: 'def',
      status: 'unknown',
      problem: expect.stringContaining('Mode'),
    });
  });
});

it('an event that arrives while n8n starts gets 503, so that its sender retries', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated' });
  const body = JSON.stringify({ id: 'while-starting', name: 'DatasetUpdated', payload: { datasetId: 'd-1' } });
  const headers = { 'x-webhook-secret': 'a-long-secret-of-our-own' };
  expect(await trigger.post(body, headers)).toEqual({ status: 503, text: '' });
  expect(trigger.executions).toEqual([]);
  await trigger.activate();
  expect((await trigger.post(body, headers)).status).toBe(200);
  expect(trigger.executions).toHaveLength(1);
});

it('a repeat of a delivery in flight gets the same response, and never 200 if nothing was started', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated' });
  const body = JSON.stringify({ id: 'in-flight', name: 'DatasetUpdated', payload: { datasetId: 'd-1' } });
  const headers = { 'x-webhook-secret': 'a-long-secret-of-our-own' };
  // n8n has not started its triggers, so neither delivery can start an execution.
  const refused = await Promise.all([trigger.post(body, headers), trigger.post(body, headers)]);
  expect(refused.map(({ status }) => status)).toEqual([503, 503]);
  expect(trigger.executions).toEqual([]);
  await trigger.activate();
  const accepted = await Promise.all([
    trigger.post(body, headers),
    trigger.post(body, headers),
    trigger.post(body, headers),
  ]);
  expect(accepted.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(trigger.executions).toHaveLength(1);
});

describe('Slack', () => {
  const secret = '8f742231b10e8888abcd99yyyzzz85a5';
  const signed = (body: string) =>
    schemes.slack.sign({ secret, body: Buffer.from(body), id: '', now: Math.floor(Date.now() / 1000) })
      .headers as Record<string, string>;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it('receives the challenge only with a valid signature, and starts nothing', async () => {
    const trigger = await open('signedWebhookTrigger', { scheme: 'slack' }, {}, { secret });
    await trigger.activate();
    const body = JSON.stringify({ type: 'url_verification', challenge: '3eZbrw1aB', token: 't' });
    expect(await trigger.post(body, signed(body))).toEqual({ status: 200, text: '{"challenge":"3eZbrw1aB"}' });
    expect(await trigger.post(body, signed(`${body} `))).toEqual({ status: 401, text: '' });
    expect(trigger.executions).toEqual([]);
  });

  it('starts the workflow with a slash command and with an interaction, both sent as forms', async () => {
    const trigger = await open('signedWebhookTrigger', { scheme: 'slack' }, {}, { secret });
    await trigger.activate();
    for (const body of [
      'command=%2Fload&text=claims+2026',
      `payload=${encodeURIComponent('{"type":"block_actions","value":9007199254740993}')}`,
    ])
      expect(await trigger.post(body, { ...signed(body), ...form })).toEqual({ status: 200, text: '' });
    expect(trigger.executions.map(([item]) => item?.json['event'])).toEqual([
      { command: '/load', text: 'claims 2026' },
      { type: 'block_actions', value: '9007199254740993' },
    ]);
    expect(await trigger.post('ssl_check=1&token=t', form)).toEqual({ status: 200, text: '' });
    expect(trigger.executions).toHaveLength(2);
  });
});

it('malformed queries each get 401, without a log line for each', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated', secretLocation: 'query' });
  await trigger.activate();
  const before = trigger.logged.length;
  for (const query of [
    '?token[x]=1',
    '?token[]=a&token[]=b',
    '?token=a&token=b',
    '?token=%',
    '?token=%00',
    '?token=%ff',
    '?token',
    '?token[__proto__]=1',
    `?token=${'a'.repeat(4_000)}`,
  ])
    for (let round = 0; round < 5; round += 1)
      expect([query, await trigger.post('{}', {}, query)]).toEqual([query, { status: 401, text: '' }]);
  expect(trigger.logged.length - before).toBeLessThan(10);
  expect(trigger.logged.join()).not.toContain('could not be processed');
});

it.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['application/json; charset=utf-8', 200],
])('a body of type %s gets %i', async (type, status) => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated' });
  await trigger.activate();
  const answer = await trigger.post(
    JSON.stringify({ id: `type-${status}`, name: 'DatasetUpdated', payload: { datasetId: 'd-1' } }),
    { 'x-webhook-secret': 'a-long-secret-of-our-own', 'content-type': type },
  );
  expect(answer).toEqual({ status, text: '' });
});

it('a body larger than any notification gets 413', async () => {
  const trigger = await open('quantemplateTrigger', { event: 'datasetUpdated' });
  await trigger.activate();
  expect(await trigger.post(' '.repeat(1024 * 1024 + 1), { 'x-webhook-secret': 'a-long-secret-of-our-own' })).toEqual({
    status: 413,
    text: '',
  });
});
