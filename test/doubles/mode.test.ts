import { gunzipSync } from 'node:zlib';
import { sandboxAccounts, startSandbox, type Sandbox } from './sandbox.ts';
import { ManualClock } from './server/clock.ts';
import { until } from './until.ts';

const { workspace, token, secret, spaceToken, reportToken } = sandboxAccounts.mode;

describe('Mode in the sandbox', () => {
  const clock = new ManualClock(Date.now());
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock });
    sandbox.control.setDurations({ queuedMilliseconds: 200, runningMilliseconds: 300 });
  });
  afterAll(() => sandbox.stop());

  const authorization = `Basic ${Buffer.from(`${token}:${secret}`).toString('base64')}`;
  const call = (path: string, init: RequestInit = {}, base = sandbox) =>
    fetch(`${base.addresses.mode}/api/${workspace}${path}`, { headers: { authorization }, ...init });
  const read = async (path: string) =>
    (await (await call(path)).json()) as Record<string, unknown> & {
      state: string;
      _embedded: Record<string, Record<string, unknown>[]>;
      pagination: unknown;
    };
  const start = async (report: string, parameters = {}) => {
    const response = await call(`/reports/${report}/runs`, {
      method: 'POST',
      body: JSON.stringify({ parameters }),
      headers: { authorization, 'content-type': 'application/json' },
    });
    return { status: response.status, run: (await response.json()) as { token: string; state: string } };
  };

  it('requires the right token and secret', async () => {
    expect((await call('')).headers.get('content-type')).toMatch(/hal\+json/);
    expect((await call('', { headers: {} })).status).toBe(401);
    expect((await fetch(`${sandbox.addresses.mode}/api/other`, { headers: { authorization } })).status).toBe(404);
  });

  it('lists spaces, reports in pages, and queries', async () => {
    expect((await read('/spaces?filter=all'))._embedded['spaces']).toMatchObject([
      { name: 'Claims' },
      { name: 'Finance' },
    ]);
    const first = await read(`/spaces/${spaceToken}/reports`);
    const second = await read(`/spaces/${spaceToken}/reports?page=2`);
    expect([first._embedded['reports']?.length, second._embedded['reports']?.length]).toEqual([30, 4]);
    expect((await read(`/reports/${reportToken}/queries`))._embedded['queries']).toMatchObject([
      { name: 'Claims by country' },
      { name: 'Claims by month' },
    ]);
  });

  it('runs a report and returns gzipped rows without a content-encoding header', async () => {
    const { status, run } = await start(reportToken, { region: 'EMEA' });
    expect([status, run]).toMatchObject([
      202,
      {
        state: 'pending',
        parameters: { region: 'EMEA' },
        completed_at: null,
        _links: { self: { href: `/api/contoso/reports/${reportToken}/runs/${run.token}` } },
      },
    ]);
    const path = `/reports/${reportToken}/runs/${run.token}`;
    const states = new Set<string>();
    await until(
      async () => (await read(path)).state,
      (state) => states.add(state) && state === 'succeeded',
      clock,
    );
    expect([...states].filter((state) => state !== 'pending')).toEqual(['enqueued', 'running_notebook', 'succeeded']);
    const queryRuns = (await read(`${path}/query_runs`))._embedded['query_runs'];
    expect(queryRuns).toMatchObject([{ state: 'succeeded', query_name: 'Claims by country' }, { state: 'succeeded' }]);
    const result = await call(`${path}/query_runs/${String(queryRuns?.[0]?.['token'])}/results/content.csv`);
    expect(result.headers.get('content-encoding')).toBeNull();
    const bytes = Buffer.from(await result.arrayBuffer());
    expect(gunzipSync(bytes).toString()).toBe(
      'country,claims,note\nGB,120,"includes ""Lucky 7"""\nNA,3,\nCI,17,Côte d\'Ivoire\n',
    );
  });

  it('fails a report at a query', async () => {
    const { run } = await start('4e0af8c10002');
    const path = `/reports/4e0af8c10002/runs/${run.token}`;
    expect(
      (
        await until(
          () => read(path),
          ({ state }) => state === 'failed',
          clock,
        )
      )['completed_at'],
    ).not.toBeNull();
    expect((await read(`${path}/query_runs`))._embedded['query_runs']).toMatchObject([
      { state: 'failed', error_message: 'relation "claims" does not exist' },
    ]);
  });

  it('lists the runs of a report, newest first, since a timestamp', async () => {
    const since = new Date(clock.now()).toISOString();
    clock.advance(5);
    const { run } = await start('4e0af8c30001');
    const runs = (await read(`/reports/4e0af8c30001/runs?filter=created_at.gt.${since}&order=desc&order_by=created_at`))
      ._embedded['report_runs'];
    expect(runs?.map((entry) => entry['token'])).toEqual([run.token]);
    expect((await read(`/reports/4e0af8c30001/runs?filter=created_at.lt.${since}`))._embedded['report_runs']).toEqual(
      [],
    );
  });

  it('has no route for the address in the dbt guide', async () => {
    expect((await call(`/reports/${reportToken}/run`, { method: 'POST' })).status).toBe(404);
  });

  it('limits requests if configured', async () => {
    const limited = await startSandbox({ mode: { requestsPerTenSeconds: 2 } });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await call('', {}, limited)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await limited.stop();
  });
});
