import nock from 'nock';
import { services } from '../../../shared/src/catalog.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { startPlatform, type Platform } from './platform.ts';

const secret = 'a-long-secret-of-our-own';
const querystring = `token=${secret}`;
let zapier: Platform;
let said: jest.SpyInstance;

beforeAll(async () => {
  zapier = await startPlatform(zapierApp(services));
});
beforeEach(() => {
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
});
afterEach(() => {
  said.mockRestore();
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(async () => {
  await zapier.close();
  nock.restore();
});

const logged = (): string => said.mock.calls.flat().join('\n');

describe('Event Grid, to which Zapier responds before the app runs', () => {
  const hook = async () =>
    (await zapier.trigger('event_grid_blob_created')).subscribe({ authData: { eventGridSecret_secret: secret } });
  const validation = (validationUrl: string) =>
    JSON.stringify([
      {
        id: 'v',
        eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
        data: { validationCode: 'code-1', validationUrl },
      },
    ]);

  it('gets its validation URL confirmed', async () => {
    const asked = nock('https://rp.eventgrid.azure.net:553').get('/validate').query({ id: 'code-1' }).reply(200, 'ok');
    expect(
      await (await hook()).deliver(
        validation('https://rp.eventgrid.azure.net:553/validate?id=code-1'),
        {},
        querystring,
      ),
    ).toEqual([]);
    expect(asked.isDone()).toBe(true);
    expect(logged()).toContain('confirmation of this URL, which was sent');
    expect(logged()).not.toContain('code-1');
  });

  it('gets no confirmation for a URL on another host or without the secret', async () => {
    expect(await (await hook()).deliver(validation('https://evil.example/validate'), {}, querystring)).toEqual([]);
    expect(
      await (await hook()).deliver(
        validation('https://rp.eventgrid.azure.net:553/validate?id=code-1'),
        {},
        'token=guessed',
      ),
    ).toEqual([]);
  });

  it('triggers a Zap for each file', async () => {
    const blob = (name: string) => ({
      id: name,
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: `/blobServices/default/containers/in/blobs/${name}`,
      data: { api: 'PutBlob', url: `https://contoso.blob.core.windows.net/in/${name}` },
    });
    const items = await (await hook()).deliver(JSON.stringify([blob('a.csv'), blob('b.csv')]), {}, querystring);
    expect(items).toMatchObject([{ id: 'a.csv', container: 'in', fileName: 'a.csv', verified: true }, { id: 'b.csv' }]);
  });
});

describe('data that an event references', () => {
  const workspace = 'https://adb-1.7.azuredatabricks.net';
  const authData = { databricks_workspaceUrl: workspace, databricks_token: 'dapi-1', databricks_webhookSecret: secret };
  const headers = { authorization: `Basic ${Buffer.from(`any:${secret}`).toString('base64')}` };
  const body = (run: number) =>
    JSON.stringify({ event_type: 'jobs.on_success', run: { run_id: run }, job: { job_id: 910, name: 'Report' } });
  const hook = async () => (await zapier.trigger('databricks_job_notification')).subscribe({ authData });

  it('is read from the vendor', async () => {
    nock(workspace, { reqheaders: { authorization: 'Bearer dapi-1' } })
      .get('/api/2.2/jobs/runs/get')
      .query({ run_id: '7' })
      .reply(200, {
        run_id: 7,
        run_name: 'Report',
        state: { life_cycle_state: 'TERMINATED', result_state: 'SUCCESS' },
      });
    expect(await (await hook()).deliver(body(7), headers)).toMatchObject([
      { id: '7', name: 'Report', status: 'succeeded', jobId: '910', verified: true },
    ]);
  });

  it('triggers the Zap with the reason when it cannot be read', async () => {
    nock(workspace).get('/api/2.2/jobs/runs/get').query({ run_id: '8' }).reply(403, { message: 'no' });
    expect(await (await hook()).deliver(body(8), headers)).toMatchObject([
      { status: 'succeeded', problem: expect.stringContaining('permission') },
    ]);
  });
});
