import { tableau } from '../../shared/src/services/tableau/service.ts';
import { minute, startCoreWorld, type CoreWorld } from '../conformance/core-host.ts';
import { context, deliver, operate, webhookTrigger } from '../unit/operate.ts';
import { startReceiver } from './receiver.ts';
import { sandboxAccounts } from './sandbox.ts';
import { tableauDouble } from './tableau/double.ts';

const { site, siteId, patName, patSecret, explorerName, explorerSecret, workbookId, dataSourceId } =
  sandboxAccounts.tableau;

let world: CoreWorld;

beforeEach(async () => {
  world = await startCoreWorld();
});
afterEach(() => world.sandbox.stop());

/** Sends a request to the REST API of the sandbox. */
async function call(method: string, path: string, token = '', body?: object) {
  const response = await fetch(`${world.sandbox.addresses.tableau}/api/3.27${path}`, {
    method,
    headers: { 'x-tableau-auth': token },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  return { status: response.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

async function signIn(name: string = patName, secret: string = patSecret): Promise<string> {
  const credentials = {
    personalAccessTokenName: name,
    personalAccessTokenSecret: secret,
    site: { contentUrl: site },
  };
  const { json } = await call('POST', '/auth/signin', '', { credentials });
  return (json['credentials'] as { token: string }).token;
}

const refresh = (token: string, id: string = workbookId) =>
  call('POST', `/sites/${siteId}/workbooks/${id}/refresh`, token, {});

describe('Tableau in the sandbox', () => {
  it('ends the session of a token when the token signs in again, but not that of another token', async () => {
    const first = await signIn();
    const explorer = await signIn(explorerName, explorerSecret);
    const second = await signIn();
    expect(await call('GET', `/sites/${siteId}/workbooks`, first)).toMatchObject({
      status: 401,
      json: { error: { code: '401002' } },
    });
    for (const token of [second, explorer])
      expect((await call('GET', `/sites/${siteId}/workbooks`, token)).status).toBe(200);
  });

  it('rejects a second refresh with 409093 and no job ID, and a workbook without an extract with 409090', async () => {
    const token = await signIn();
    expect((await refresh(token)).status).toBe(202);
    const { status, json } = await refresh(token);
    expect([status, JSON.stringify(json)]).toEqual([409, expect.stringContaining('409093')]);
    expect(JSON.stringify(json)).not.toMatch(/[\da-f]{8}-[\da-f]{4}/);
    const live = (await call('GET', `/sites/${siteId}/workbooks`, token)).json['workbooks'] as {
      workbook: { id: string; name: string }[];
    };
    const { id = '' } = live.workbook.find(({ name }) => name === 'Claims live') ?? {};
    expect(await refresh(token, id)).toMatchObject({ status: 409, json: { error: { code: '409090' } } });
  });

  it('shows finish code 1 and progress 0 until the job has a completion time', async () => {
    const token = await signIn();
    const { id } = (await refresh(token)).json['job'] as { id: string };
    const read = async () => (await call('GET', `/sites/${siteId}/jobs/${id}`, token)).json['job'];
    expect(await read()).toMatchObject({ progress: '0', finishCode: '1' });
    expect(await read()).not.toHaveProperty('completedAt');
    world.clock.advance(5 * minute);
    expect(await read()).toMatchObject({ progress: '100', finishCode: '0', completedAt: expect.any(String) });
  });

  it('writes numbers of pages as text, and an empty list without entries', async () => {
    const token = await signIn();
    expect(await call('GET', `/sites/${siteId}/workbooks?pageSize=2&pageNumber=2`, token)).toMatchObject({
      json: { pagination: { pageNumber: '2', pageSize: '2', totalAvailable: '3' }, workbooks: { workbook: [{}] } },
    });
    expect((await call('GET', `/sites/${siteId}/jobs`, token)).json['backgroundJobs']).toEqual({});
  });

  it('limits refreshes to 60 per hour, and the list of jobs to site administrators', async () => {
    const token = await signIn();
    world.sandbox.control.setDurations({ queuedMilliseconds: 0, runningMilliseconds: 0 });
    for (let count = 0; count < 60; count += 1) expect((await refresh(token)).status).toBe(202);
    expect(await refresh(token)).toMatchObject({ status: 429, json: { error: { code: '429000' } } });
    world.clock.advance(61 * minute);
    expect((await refresh(await signIn())).status).toBe(202);
    const explorer = await signIn(explorerName, explorerSecret);
    expect((await call('GET', `/sites/${siteId}/jobs`, explorer)).status).toBe(403);
  });
});

const connection = () => tableauDouble.connections(world.sandbox.addresses.tableau.replace(/\/tableau$/, '')).tableau;

it('a refresh sends its event to the webhook that the trigger created, with the secret that verifies it', async () => {
  const receiver = await startReceiver();
  try {
    const host = world.open();
    const opened = context(tableau, host, connection());
    const { subscriber } = webhookTrigger(tableau, 'refreshFinished');
    const subscription = await subscriber?.subscribe({ outcome: 'succeeded' }, receiver.url, opened);
    if (!subscription) throw new Error('There is no subscription.');
    expect(await subscriber?.isSubscribed(subscription, receiver.url, opened)).toBe(true);
    const run = await operate(tableau, 'refreshWorkbook', { workbook: workbookId }, host, connection());
    expect(await world.sandbox.control.sendRefreshEvent(String(run['id']))).toBe(1);
    const [{ url = '', raw, headers } = { raw: Buffer.alloc(0), headers: {} }] = receiver.received;
    const query = Object.fromEntries(new URL(url, receiver.url).searchParams);
    const setting = { host, connection: connection(), subscription };
    const taken = await deliver(tableau, 'refreshFinished', {}, { headers, query, body: raw }, setting);
    expect(taken).toMatchObject({ outcome: 'events', events: [{ data: { contentId: workbookId, verified: true } }] });
    await subscriber?.unsubscribe(subscription, opened);
    expect(world.sandbox.world.tableau.webhooks.size).toBe(0);
  } finally {
    await receiver.stop();
  }
});

describe('Processes that share a personal access token', () => {
  it('both finish their refreshes, although every sign-in of one ends the session of the other', async () => {
    const processes = [
      { host: world.open(), key: 'refreshWorkbook', input: { workbook: workbookId } },
      { host: world.open(), key: 'refreshDataSource', input: { dataSource: dataSourceId } },
    ];
    const runs = await Promise.all(
      processes.map(async ({ host, key, input }) => operate(tableau, key, input, host, connection())),
    );
    expect(runs).toMatchObject([
      { status: 'succeeded', name: 'Claims overview' },
      { status: 'succeeded', name: 'Claims' },
    ]);
    const signIns = world.sandbox.requests.list({ method: 'POST', path: /\/auth\/signin$/ });
    expect(signIns.length).toBeGreaterThan(2);
    expect(world.sandbox.control.log().runs.tableau).toHaveLength(2);
  });
});
