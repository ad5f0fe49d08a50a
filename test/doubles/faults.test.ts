import { accessToken, factoryAddress } from './azure-clients.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';

describe('faults of the sandbox', () => {
  let sandbox: Sandbox;
  let headers: Record<string, string>;
  let pipelines: string;
  beforeAll(async () => {
    sandbox = await startSandbox();
    headers = { authorization: `Bearer ${await accessToken(sandbox, 'https://management.azure.com/.default')}` };
    pipelines = `${factoryAddress(sandbox)}/pipelines`;
  });
  afterAll(() => sandbox.stop());
  afterEach(() => sandbox.control.reset());

  const list = () => fetch(`${pipelines}?api-version=2018-06-01`, { headers });
  const start = () =>
    fetch(`${pipelines}/Copy_source_01/createRun?api-version=2018-06-01`, { method: 'POST', headers, body: '{}' });
  const runs = () => sandbox.world.azure.dataFactory.runs.length;

  it('respond with a status a given number of times, without doing the work', async () => {
    const before = runs();
    sandbox.faults.add({
      match: { method: 'POST', path: /createRun$/ },
      times: 2,
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
    });
    expect((await list()).status).toBe(200);
    const refused = await start();
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('x-ms-request-id')]).toEqual([
      429,
      '3',
      expect.any(String),
    ]);
    expect((await start()).status).toBe(429);
    expect(runs()).toBe(before);
    expect((await start()).status).toBe(200);
    expect(sandbox.faults.waiting).toBe(0);
  });

  it('respond with a given body', async () => {
    sandbox.faults.add({
      match: { path: /pipelines$/ },
      fault: { kind: 'status', status: 503, body: '<html>Service Unavailable</html>' },
    });
    const answer = await list();
    expect([answer.status, await answer.text()]).toEqual([503, '<html>Service Unavailable</html>']);
  });

  it('lose the response after doing the work', async () => {
    const before = runs();
    sandbox.faults.add({ match: { path: /createRun$/ }, fault: { kind: 'lost-answer' } });
    await expect(start()).rejects.toThrow();
    expect(runs()).toBe(before + 1);
    expect(sandbox.requests.list({ method: 'POST' })).toMatchObject([{ status: 200, fault: 'lost-answer' }]);
  });

  it.each([0, 10, 1000])('cut the body after %d bytes', async (afterBytes) => {
    sandbox.faults.add({ match: { path: /pipelines$/ }, fault: { kind: 'cut', afterBytes } });
    const answer = await list();
    let bytes = 0;
    await expect(
      (async () => {
        for await (const piece of answer.body ?? []) bytes += (piece as Uint8Array).length;
      })(),
    ).rejects.toThrow();
    expect(bytes).toBeLessThanOrEqual(afterBytes);
  });

  it('delay a response, or only the second half of its body', async () => {
    sandbox.faults.add({ match: { path: /pipelines$/ }, fault: { kind: 'slow', milliseconds: 150 } });
    const start = performance.now();
    await list();
    expect(performance.now() - start).toBeGreaterThan(140);
    sandbox.faults.add({ match: { path: /pipelines$/ }, fault: { kind: 'slow', milliseconds: 150, part: 'body' } });
    const headersAt = performance.now();
    const answer = await list();
    expect(performance.now() - headersAt).toBeLessThan(140);
    expect(await answer.json()).toMatchObject({ value: expect.any(Array) });
    expect(performance.now() - headersAt).toBeGreaterThan(140);
  });

  it('are counted by vendor and route, without secrets', async () => {
    await list();
    await fetch(`${sandbox.addresses.slack}/nonsense?token=xoxb-secret`);
    await fetch(`${sandbox.baseUrl}/nowhere`);
    const counts = sandbox.requests.byVendor();
    expect(Object.values(counts['azure'] ?? {})).toEqual([1]);
    expect(counts['slack']).toEqual({ 'GET /api/{method}': 1 });
    expect(JSON.stringify(sandbox.requests.list())).not.toContain('xoxb-secret');
  });
});
