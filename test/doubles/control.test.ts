import { request } from 'node:http';
import { accessToken, factoryAddress } from './azure-clients.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

describe('the control API', () => {
  let sandbox: Sandbox;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    sandbox = await startSandbox();
  });
  afterAll(async () => {
    await sandbox.stop();
    await receiver.stop();
  });
  afterEach(() => receiver.received.splice(0));

  const send = async (method: string, path: string, body: unknown = {}) => {
    const response = await fetch(`${sandbox.addresses.control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text) as Record<
        string,
        unknown
      >,
    };
  };
  const log = async () => (await send('GET', '/log')).body as unknown as ReturnType<Sandbox['control']['log']>;

  it('returns the accounts and addresses', async () => {
    expect((await send('GET', '')).body).toEqual({ accounts: sandboxAccounts, addresses: sandbox.addresses });
  });

  it('plans a run that fails at a step, and logs every run', async () => {
    expect((await send('POST', '/durations', { queuedMilliseconds: 20, runningMilliseconds: 40 })).status).toBe(204);
    await send('POST', '/runs/next', {
      service: 'data-factory',
      name: 'Nightly_load',
      failure: { step: 'Look up sources', message: 'No rows.' },
    });
    const authorization = `Bearer ${await accessToken(sandbox, 'https://management.azure.com/.default')}`;
    await fetch(`${factoryAddress(sandbox)}/pipelines/Nightly_load/createRun?api-version=2018-06-01`, {
      method: 'POST',
      headers: { authorization },
      body: '{}',
    });
    const { runs } = await until(log, ({ runs: { dataFactory } }) => dataFactory[0]?.['status'] === 'Failed');
    expect(runs.dataFactory).toMatchObject([
      { pipelineName: 'Nightly_load', message: 'Operation on target Look up sources failed: No rows.' },
    ]);
  });

  it('sends a Quantemplate event with its secret, and logs the delivery without it', async () => {
    const { body } = await send('POST', '/quantemplate/events', {
      url: `${receiver.url}?key=hush`,
      envelope: 'A',
      secret: { kind: 'header', name: 'X-Secret', value: 'hush' },
      event: { name: 'DatasetUpdated', payload: { datasetId: 'd-claims' } },
    });
    expect(body).toMatchObject({ status: 200, event: 'DatasetUpdated' });
    expect(receiver.received).toMatchObject([
      { headers: { 'x-secret': 'hush' }, body: { eventName: 'DatasetUpdated' } },
    ]);
    const { deliveries } = await log();
    expect(deliveries).toMatchObject([{ vendor: 'quantemplate', attempt: 1, to: expect.stringMatching(/\/hook$/) }]);
    expect(JSON.stringify(deliveries)).not.toContain('hush');
  });

  it('finishes a dbt run and redelivers its event', async () => {
    const subscription = { name: 'x', client_url: receiver.url, active: true, event_types: ['job.run.completed'] };
    sandbox.world.dbt.webhooks.create(subscription);
    const { runId } = (await send('POST', '/dbt/runs', { outcome: 'error' })).body;
    await until(
      async () => receiver.received.length,
      (count) => count === 1,
    );
    const eventId = String(receiver.received[0]?.body['eventId']);
    expect(receiver.received[0]?.body).toMatchObject({
      data: { runId: String(runId), runStatusCode: 20, runReason: 'Kicked off from the UI' },
    });
    expect((await send('POST', `/dbt/deliveries/${eventId}/again`)).body).toMatchObject({ status: 200 });
    expect(receiver.received).toHaveLength(2);
    await send('POST', '/durations', { runningMilliseconds: 60_000 });
    const later = (await send('POST', '/dbt/runs', {})).body['runId'];
    expect((await send('POST', `/dbt/runs/${later}/finish`, { outcome: 'success' })).status).toBe(204);
    expect((await send('POST', `/dbt/runs/${later}/finish`, { outcome: 'success' })).status).toBe(400);
    // Its event is being delivered too and must not arrive during the following steps.
    await until(log, ({ deliveries }) => deliveries.filter(({ vendor }) => vendor === 'dbt').length === 3);
  });

  it('sends an unsigned Mode event with the old host name', async () => {
    await send('POST', '/mode/events', { url: receiver.url, event: 'report_run_completed', report: 'abc', run: 'def' });
    expect(receiver.received[0]?.body).toEqual({
      event: 'report_run_completed',
      report_run_url: 'https://modeanalytics.com/api/contoso/reports/abc/runs/def',
    });
  });

  it('adds and clears faults, and writes datasets', async () => {
    expect(
      (await send('POST', '/faults', { match: { path: '^/slack' }, times: 3, fault: { kind: 'status', status: 500 } }))
        .status,
    ).toBe(204);
    expect((await fetch(`${sandbox.addresses.slack}/auth.test`)).status).toBe(500);
    await send('DELETE', '/faults');
    expect((await fetch(`${sandbox.addresses.slack}/auth.test`)).status).toBe(200);
    expect((await send('PUT', '/quantemplate/datasets/d-claims', { rows: 5 })).body).toEqual({ version: 2 });
    expect((await send('POST', '/azure/triggers/Every%20morning/fire')).body).toEqual({
      triggerRunId: expect.any(String),
    });
  });

  it.each([
    ['/faults', { match: { path: '(' }, fault: { kind: 'cut', afterBytes: 1 } }],
    ['/faults', { match: { path: 'x' }, fault: { kind: 'explode' } }],
    ['/runs/next', { name: 'x' }],
    ['/quantemplate/events', { url: 'nowhere', event: { name: 'x' } }],
    ['/dbt/runs', { outcome: 'maybe' }],
  ])('rejects an invalid body at %s', async (path, body) => {
    expect((await send('POST', path, body)).status).toBe(400);
  });

  it('rejects requests from a web page', async () => {
    const plain = await fetch(`${sandbox.addresses.control}/reset`, { method: 'POST', body: '{}' });
    expect(plain.status).toBe(415);
    const status = await new Promise((resolve) => {
      request(`${sandbox.addresses.control}/log`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode),
      ).end();
    });
    expect(status).toBe(403);
  });

  it('resets the log', async () => {
    await send('POST', '/reset');
    expect(await log()).toMatchObject({ requests: {}, deliveries: [], slack: { messages: [], files: [] } });
  });
});

describe('a sandbox with a manual clock', () => {
  it('skips hours, and generates the same identifiers for the same seed', async () => {
    const ids: string[] = [];
    for (const seed of ['one', 'one', 'two']) {
      const clock = new ManualClock();
      const sandbox = await startSandbox({ clock, seed });
      sandbox.control.setDurations({ queuedMilliseconds: 0, runningMilliseconds: 6 * 3_600_000 });
      const run = sandbox.world.azure.dataFactory.start('Copy_source_01');
      const dbtRun = sandbox.control.startDbtRun();
      clock.advance(6 * 3_600_000 - 1);
      expect(sandbox.control.log().runs.dataFactory[0]).toMatchObject({ status: 'InProgress' });
      clock.advance(1);
      expect(sandbox.control.log().runs).toMatchObject({
        dataFactory: [{ status: 'Succeeded', durationInMs: 6 * 3_600_000 }],
        dbt: [{ id: dbtRun, status: 10, duration: '06:00:00' }],
      });
      ids.push(run.id);
      await sandbox.stop();
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });
});
