import { parse } from 'csv-parse/sync';
import { claimsColumns, claimsCsv, claimsSize } from './quantemplate/claims-csv.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const account = sandboxAccounts.quantemplate;

async function logIn(sandbox: Sandbox, change: Record<string, string> = {}): Promise<Response> {
  const form = {
    grant_type: 'client_credentials',
    client_id: account.clientId,
    client_secret: account.clientSecret,
    ...change,
  };
  return fetch(sandbox.addresses.quantemplateLogin, { method: 'POST', body: new URLSearchParams(form) });
}

describe('Quantemplate in the sandbox', () => {
  const clock = new ManualClock(Date.now());
  let sandbox: Sandbox;
  let headers: Record<string, string>;
  let organisation: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ claimsRows: 2500, clock });
    sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 150 });
    const { access_token: token } = (await (await logIn(sandbox)).json()) as { access_token: string };
    headers = { authorization: `Bearer ${token}` };
    organisation = `${sandbox.addresses.quantemplate}/organisations/${account.organisationId}`;
  });
  afterAll(() => sandbox.stop());

  const get = (path: string) => fetch(`${organisation}${path}`, { headers });

  it('rejects a wrong secret and a login that is not a form', async () => {
    const wrong = await logIn(sandbox, { client_secret: 'wrong' });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      401,
      { error: 'unauthorized_client', error_description: expect.any(String) },
    ]);
    const asJson = await fetch(sandbox.addresses.quantemplateLogin, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect(asJson.status).toBe(400);
  });

  it('streams the dataset as CSV that csv-parse reads', async () => {
    const response = await get('/datasets/d-claims');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-length')).toBeNull();
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(claimsSize(2500));
    const rows = parse(bytes) as string[][];
    expect(rows).toHaveLength(2501);
    expect(rows[0]).toEqual(claimsColumns);
    expect(rows[2500]?.[0]).toBe('CLM-000002500');
    expect(
      rows
        .slice(1)
        .every((row) => row.length === 20 && /^00\d{8}$/.test(row[1] ?? '') && /^\d{17}$/.test(row[17] ?? '')),
    ).toBe(true);
    expect(rows.some((row) => row[18]?.includes('\r\n'))).toBe(true);
    expect(bytes.length / 2500).toBeGreaterThan(200);
  });

  it('responds with 204 for an empty dataset, 404 for an unknown dataset or version, and 403 for one that is not shared', async () => {
    expect((await get('/datasets/d-empty')).status).toBe(204);
    const unknown = await get('/datasets/d-nowhere');
    expect([unknown.status, await unknown.json()]).toEqual([
      404,
      { executionId: { value: '' }, outputId: { value: 'd-nowhere' } },
    ]);
    expect((await get('/datasets/d-claims?version=99')).status).toBe(404);
    expect((await get('/datasets/d-private')).status).toBe(403);
    expect(
      (await fetch(`${sandbox.addresses.quantemplate}/organisations/c-other/datasets/d-claims`, { headers })).status,
    ).toBe(403);
    expect((await fetch(`${organisation}/datasets/d-claims`)).status).toBe(401);
  });

  it('stores an upload as a new version', async () => {
    const version = sandbox.world.quantemplate.datasets.generate('d-upload', 3);
    const upload = (id: string, body: string) =>
      fetch(`${organisation}/datasets/${id}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body,
      });
    expect((await upload('d-upload', 'a,b\n1,2\n')).status).toBe(200);
    expect(await (await get('/datasets/d-upload')).text()).toBe('a,b\n1,2\n');
    expect(await (await get(`/datasets/d-upload?version=${version}`)).text()).toContain('CLM-000000003');
    expect((await upload(account.readOnlyDatasetId, 'a')).status).toBe(403);
  });

  it('runs a pipeline, and returns outputs after it has finished', async () => {
    const started = (await (
      await fetch(`${organisation}/pipelines/p-bordereaux/executions`, { method: 'POST', headers })
    ).json()) as { id: string };
    expect(started).toMatchObject({
      id: expect.stringMatching(/^e-/),
      runNumber: 1,
      status: 'Started',
      createdAt: expect.any(String),
      version: 7,
      outputs: [],
    });
    const read = async () =>
      (
        (await (await get('/pipelines/p-bordereaux/executions')).json()) as {
          id: string;
          status: string;
          outputs: { id: string; name: string }[];
        }[]
      )[0];
    const done = await until(read, (execution) => execution?.status !== 'Started', clock);
    expect(done).toMatchObject({ id: started.id, status: 'Succeeded', finishedAt: expect.any(String) });
    const output = await get(`/pipelines/p-bordereaux/executions/${started.id}/outputs/${done?.outputs[0]?.id}`);
    expect(parse(Buffer.from(await output.arrayBuffer()))).toHaveLength(101);
    expect((await get(`/pipelines/p-bordereaux/executions/${started.id}/outputs/o-nowhere`)).status).toBe(404);
    expect((await get('/pipelines/p-nowhere/executions')).status).toBe(404);
  });

  it('applies backpressure for a slow client', async () => {
    let made = 0;
    jest.spyOn(sandbox.world.quantemplate.datasets, 'open').mockImplementationOnce(function* () {
      for (const piece of claimsCsv(1_000_000)) {
        made += piece.length;
        yield piece;
      }
    });
    const controller = new AbortController();
    const response = await fetch(`${organisation}/datasets/d-claims`, { headers, signal: controller.signal });
    await response.body?.getReader().read();
    await new Promise((resolve) => setTimeout(resolve, 300));
    controller.abort();
    expect(made).toBeLessThan(30_000_000);
  });

  it('cuts the body on demand', async () => {
    sandbox.faults.add({ match: { path: /datasets\/d-claims$/ }, fault: { kind: 'cut', afterBytes: 100_000 } });
    const response = await get('/datasets/d-claims');
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  describe('events of Quantemplate in the sandbox', () => {
    let receiver: Receiver;
    beforeAll(async () => {
      receiver = await startReceiver();
    });
    afterAll(() => receiver.stop());
    afterEach(() => receiver.received.splice(0));

    const event = { name: 'DatasetUpdated', payload: { datasetId: 'd-claims' } };

    it('are sent in both envelopes, with the secret in a header, as basic authentication or in the query', async () => {
      const { received, url } = receiver;
      await sandbox.world.quantemplate.events.send(
        { url, envelope: 'A', secret: { kind: 'header', name: 'X-Secret', value: 'open sesame' } },
        event,
      );
      await sandbox.world.quantemplate.events.send(
        { url, envelope: 'B', secret: { kind: 'basic', user: 'ada', password: 'pw' } },
        event,
      );
      await sandbox.world.quantemplate.events.send(
        { url, secret: { kind: 'query', name: 'key', value: 'k1' } },
        { ...event, id: 'again' },
      );
      expect(received[0]).toMatchObject({
        headers: { 'x-secret': 'open sesame' },
        body: {
          eventId: expect.any(String),
          eventName: 'DatasetUpdated',
          created: expect.any(String),
          payload: { datasetId: 'd-claims', eventName: 'DatasetUpdated' },
        },
      });
      expect(received[1]).toMatchObject({
        headers: { authorization: `Basic ${Buffer.from('ada:pw').toString('base64')}` },
        body: { id: expect.any(String), name: 'DatasetUpdated' },
      });
      expect(received[2]).toMatchObject({ url: '/hook?key=k1', body: { id: 'again' } });
      expect(sandbox.world.quantemplate.events.deliveries.map(({ status }) => status)).toEqual([200, 200, 200]);
    });

    it('are sent to subscribers when a dataset changes and when a pipeline completes', async () => {
      sandbox.world.quantemplate.events.subscribe({ url: receiver.url });
      await fetch(`${organisation}/datasets/d-upload`, { method: 'POST', headers, body: 'a\n' });
      await fetch(`${organisation}/pipelines/p-broken/executions`, { method: 'POST', headers });
      await until(
        async () => receiver.received.length,
        (count) => count === 2,
        clock,
      );
      expect(receiver.received.map(({ body }) => body)).toMatchObject([
        { name: 'DatasetUpdated', payload: { datasetId: 'd-upload' } },
        {
          name: 'PipelineCompleted',
          payload: { pipelineId: 'p-broken', status: 'Failed', pipelineExecutionId: expect.stringMatching(/^e-/) },
        },
      ]);
      sandbox.world.quantemplate.events.clear();
    });

    it('are never sent to another machine', async () => {
      const record = await sandbox.world.quantemplate.events.send({ url: 'https://example.com/hook' }, event);
      expect(record).toMatchObject({ error: 'The sandbox delivers to this machine only.' });
    });
  });
});
