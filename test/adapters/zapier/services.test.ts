import { createHmac } from 'node:crypto';
import { services } from '../../../shared/src/catalog.ts';
import { noConnection } from '../../../shared/src/define/connection.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { schemes } from '../../../shared/src/webhooks/schemes.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { groupsOf } from './sandbox-accounts.ts';
import { startPlatform, type Platform } from './platform.ts';

let sandbox: Sandbox;
let zapier: Platform;
let groups: ReturnType<typeof groupsOf>;
let factory: string;
let said: jest.SpyInstance;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 500 });
  sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 200 });
  zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 3 }));
  groups = groupsOf(sandbox);
  factory = `${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`;
});
beforeEach(() => {
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  sandbox.faults.clear();
  said.mockRestore();
});
afterAll(async () => {
  await zapier.close();
  await sandbox.stop();
});

const requestsTo = (path: RegExp) => sandbox.requests.count({ path });

describe('the connection', () => {
  it('tests every group that is filled in, and its label names their accounts', async () => {
    const one = await zapier.testConnection(groups.azure);
    expect(one['label']).toMatch(/^Azure Service Principal: \S/);
    const several = await zapier.testConnection({ ...groups.azure, ...groups.quantemplate, ...groups.dbt });
    expect(several['label']).toContain(String(one['label']));
    expect(several['label']).toContain('Quantemplate API User: Quantemplate (c-contoso)');
    expect(several['connected']).toHaveLength(3);
  });

  it('is rejected when only defaults are filled in', async () => {
    await expect(zapier.testConnection({})).rejects.toThrow('The connection is empty. Fill in at least one group: ');
    await expect(
      zapier.testConnection({
        azure_cloud: 'public',
        quantemplate_apiUrl: 'https://api.prod.quantemplate.com/v1',
        azure_tenantId: '',
      }),
    ).rejects.toThrow('The connection is empty.');
  });

  it('reports which group failed and why, without secrets', async () => {
    const wrong = zapier.testConnection({
      ...groups.quantemplate,
      ...groups.azure,
      azure_clientSecret: 'a-wrong-secret',
    });
    await expect(wrong).rejects.toThrow(
      /Azure Service Principal: .*Enter the value of the client secret, not its ID\./,
    );
    await expect(wrong).rejects.not.toThrow(/Quantemplate|a-wrong-secret|AADSTS\d+.*Trace/);
    await expect(zapier.testConnection({ azure_tenantId: 't', azure_clientSecret: 's' })).rejects.toThrow(
      /In the connection, under “Azure Service Principal”: “Subscription ID” is missing/,
    );
    await expect(
      zapier.testConnection({ azure_tenantId: 't', azure_clientSecret: 's', azure_subscriptionId: 'sub' }),
    ).rejects.toThrow(/Azure Service Principal: .*Client ID is empty/);
  });
});

describe('the connection of an app with one service', () => {
  let dbtApp: Platform;
  beforeAll(async () => {
    dbtApp = await startPlatform(zapierApp([dbt]));
  });
  afterAll(() => dbtApp.close());

  it('is labeled with the account alone, because Zapier shows the app’s name', async () => {
    const { label } = await dbtApp.testConnection(groups.dbt);
    expect([label, groups.dbt]).toEqual([expect.stringMatching(/^[^:]+$/), expect.anything()]);
  });

  it('names the fields that are missing', async () => {
    await expect(dbtApp.testConnection({})).rejects.toThrow(
      /The connection has no values for “dbt API Token”.*fill in Access URL, Account ID and API Token/,
    );
    await expect(dbtApp.testConnection({ ...groups.dbt, dbt_accountId: '' })).rejects.toThrow(
      'In the connection, under “dbt API Token”: “Account ID” is missing',
    );
  });

  it('runs a step under the same key as in the app with all services', async () => {
    const job = String(sandbox.accounts.dbt.jobId);
    expect(await dbtApp.create('dbt_run_job', { authData: groups.dbt, inputData: { job } })).toMatchObject({
      service: 'dbt',
    });
  });
});

describe('the connection of an app that only some steps need', () => {
  const withoutLogin = { ...dbt, key: 'offline', name: 'Offline', connection: noConnection };

  it('may be empty, which its label says', async () => {
    const app = await startPlatform(zapierApp([dbt, withoutLogin]));
    expect(await app.testConnection({})).toMatchObject({ label: 'No dbt API Token' });
    expect((await app.testConnection(groups.dbt))['label']).toMatch(/^[^:]+$/);
    await app.close();
  });

  it('is still required by the steps that need it', async () => {
    const app = await startPlatform(zapierApp([dbt, withoutLogin]));
    await expect(app.create('dbt_run_job', { authData: {}, inputData: { job: '1' } })).rejects.toThrow(
      'The connection has no values for “dbt API Token”',
    );
    await app.close();
  });
});

describe('a pipeline run', () => {
  const run = (inputData: Record<string, unknown>) =>
    zapier.create('data_factory_run_pipeline', {
      authData: groups.azure,
      inputData: { factory, pipeline: 'QT_fetch_data', ...inputData },
    });

  it('has a field per declared parameter, and name and value columns until they are known', async () => {
    const shown = async (inputData: Record<string, unknown>) =>
      (await zapier.inputFields('data_factory_run_pipeline', { authData: groups.azure, inputData }))
        .filter(({ key }) => key.startsWith('parameters'))
        .map(({ key, type, default: initial }) => [key, type, initial]);
    expect(await shown({})).toEqual([['parameters', 'string', undefined]]);
    expect(await shown({ factory, pipeline: 'No_such_pipeline' })).toEqual([['parameters', 'string', undefined]]);
    expect(await shown({ factory, pipeline: 'Run_KPI_notebook' })).toEqual([
      ['parameters_reportDate', 'string', '2026-01-31'],
      ['parameters_regions', 'text', '["EMEA","APAC"]'],
      ['parameters_fullRefresh', 'boolean', 'false'],
      ['parameters_topN', 'integer', '10'],
    ]);
  });

  it('converts the values of those fields to their types', async () => {
    const started = await run({
      pipeline: 'Run_KPI_notebook',
      parameters_reportDate: '2026-11-20',
      parameters_regions: '["EMEA"]',
      parameters_fullRefresh: 'true',
      parameters_topN: '',
    });
    expect(started['parameters']).toEqual({
      reportDate: '2026-11-20',
      regions: '["EMEA"]',
      fullRefresh: 'true',
      topN: '10',
    });
  });

  it('reports what failed in a child pipeline', async () => {
    sandbox.control.planRun({
      service: 'data-factory',
      name: 'Load_sources',
      failure: { message: 'The source does not answer.' },
    });
    await expect(run({ pipeline: 'Nightly_load' })).rejects.toThrow(
      /The run of Nightly_load failed at “Load sources › .+”: The source does not answer \(code 2200\)\./,
    );
  });

  it('does not start a run with a misspelled parameter and suggests the right name', async () => {
    await expect(run({ parameters: { datasetid: 'd-claims' } })).rejects.toThrow(
      /has no parameter “datasetid”.+Use “DatasetID”/,
    );
  });

  it('is started with parameters and awaited, with one token for many steps', async () => {
    const before = requestsTo(/oauth2/);
    const output = await run({ parameters: { DatasetID: 'd-claims' } });
    expect(output).toMatchObject({
      status: 'succeeded',
      finished: true,
      succeeded: true,
      parameters: { DatasetID: 'd-claims' },
    });
    expect(output['steps']).toHaveLength(2);
    expect(JSON.parse(JSON.stringify(output))).toEqual(output);
    const again = await zapier.search('data_factory_get_pipeline_run', {
      authData: groups.azure,
      inputData: { factory, run: output['id'] },
    });
    expect(again).toMatchObject([{ id: output['id'], status: 'succeeded' }]);
    expect(requestsTo(/oauth2/) - before).toBeLessThanOrEqual(1);
  });

  it('that takes longer than a step may wait halts the Zap, or is awaited again under its Start Key', async () => {
    sandbox.control.planRun({ service: 'data-factory', name: 'Nightly_load', runningMilliseconds: 600_000 });
    await expect(run({ pipeline: 'Nightly_load' })).rejects.toMatchObject({
      name: 'HaltedError',
      message: expect.stringMatching(/has not finished after \d seconds\. The Zap stops here.* Start Key/),
    });
    const keyed = { pipeline: 'Nightly_load', startKey: 'event-of-the-night' };
    const first = requestsTo(/createRun/);
    sandbox.control.planRun({ service: 'data-factory', name: 'Nightly_load', runningMilliseconds: 600_000 });
    await expect(run(keyed)).rejects.toMatchObject({
      name: 'ThrottledError',
      message: expect.stringMatching(/"delay":30/),
    });
    await expect(run(keyed)).rejects.toMatchObject({ name: 'ThrottledError' });
    expect(requestsTo(/createRun/) - first).toBe(1);
  });

  it('that fails reports which step failed and why', async () => {
    await expect(run({ pipeline: 'Broken_export' })).rejects.toThrow(
      /The run of Broken_export failed at “Write file”: .*The container 'exports' does not exist/,
    );
    const continued = await run({ pipeline: 'Broken_export', onFailure: 'continue' });
    expect(continued).toMatchObject({ finished: true, succeeded: false, failedStep: 'Write file' });
  });

  it('renews a token that expires during the wait', async () => {
    sandbox.faults.add({ match: { path: /pipelineruns\/[^/]+$/ }, fault: { kind: 'expire-tokens', status: 403 } });
    expect(await run({ parameters: { DatasetID: 'd-claims' } })).toMatchObject({ succeeded: true });
    expect(sandbox.faults.waiting).toBe(0);
  });

  it('is emitted once by the polling trigger when it has finished', async () => {
    const trigger = await zapier.trigger('data_factory_pipeline_run_finished');
    const setup = { authData: groups.azure, inputData: { factory, pipeline: 'Copy_source_01' } };
    await trigger.poll(setup);
    await run({ pipeline: 'Copy_source_01' });
    expect(await trigger.poll(setup)).toMatchObject([
      { name: 'Copy_source_01', finished: true, id: expect.any(String) },
    ]);
    expect(await trigger.poll(setup)).toEqual([]);
  });

  it('is emitted by the polling trigger although 130 later runs without an end time come before it', async () => {
    const { dag } = sandbox.accounts.restJob;
    const { airflow } = sandbox.world.restJob;
    sandbox.control.planRun({ service: 'airflow', name: dag, runningMilliseconds: 600_000 });
    const long = airflow.start(dag, {});
    for (let count = 0; count < 130; count += 1) airflow.start(dag, {});
    const inputData = {
      tool: 'custom',
      listPath: `/api/v2/dags/${dag}/dagRuns?offset={offset}`,
      listField: 'dag_runs',
      listedIdField: 'dag_run_id',
      statusField: 'state',
      successWords: ['success'],
      failureWords: ['failed'],
    };
    const trigger = await zapier.trigger('rest_job_job_run_finished');
    const setup = { authData: groups.restJob, inputData };
    // Runs take a quarter of a second.
    while (airflow.all.some((one) => one !== long && !airflow.isOver(one))) await new Promise(setImmediate);
    expect(await trigger.poll(setup)).toEqual([]);
    airflow.cancel(long);
    while (!airflow.isOver(long)) await new Promise(setImmediate);
    expect(await trigger.poll(setup)).toMatchObject([{ id: long.id, status: 'failed' }]);
    expect(await trigger.poll(setup)).toEqual([]);
  });

  it('is set up with dependent dropdowns', async () => {
    const { choices } = await zapier.choices('data_factory_run_pipeline', 'factory', { authData: groups.azure });
    expect(choices.map(({ value }) => value)).toContain(factory);
    expect((await zapier.choices('data_factory_run_pipeline', 'pipeline', { authData: groups.azure })).choices).toEqual(
      [],
    );
    const pipelines = await zapier.choices('data_factory_run_pipeline', 'pipeline', {
      authData: groups.azure,
      inputData: { factory },
    });
    expect(pipelines.choices.map(({ value }) => value)).toContain('QT_fetch_data');
  });
});

describe('a dataset', () => {
  const download = (dataset: string) =>
    zapier.create('quantemplate_download_dataset', { authData: groups.quantemplate, inputData: { dataset } });

  it('becomes a pointer and is downloaded when a later step needs it', async () => {
    const before = requestsTo(/datasets\/d-claims/);
    const { file, ...details } = await download('d-claims');
    expect(details).toMatchObject({ datasetId: 'd-claims', empty: false });
    expect(JSON.stringify(zapier.pointerOf(file))).not.toContain(groups.quantemplate.quantemplate_clientSecret);
    expect(requestsTo(/datasets\/d-claims/) - before).toBe(1);
    const fetched = await zapier.hydrate(file, groups.quantemplate);
    expect([fetched.name, fetched.text.trim().split(/\r\n(?=CLM)/).length]).toEqual(['d-claims.csv', 501]);
    expect(fetched.mediaType).toMatch(/^text\/csv/);
  });

  it('that does not exist fails at once and not in a later step', async () => {
    await expect(download('d-nowhere')).rejects.toThrow('Quantemplate');
  });

  it('that is truncated in transit is not stored', async () => {
    const { file } = await download('d-claims');
    sandbox.faults.add({ match: { path: /datasets\/d-claims/ }, fault: { kind: 'cut', afterBytes: 5_000 } });
    await expect(zapier.hydrate(file, groups.quantemplate)).rejects.toThrow('The connection was lost');
  });

  it('is replaced by a file of a previous step', async () => {
    const { file } = await download('d-claims');
    const { text, name } = await zapier.hydrate(file, groups.quantemplate);
    const stored = [...zapier.files.values()].find((entry) => entry.name === name);
    const url = zapier.offerFile(async () => stored as NonNullable<typeof stored>);
    const uploaded = await zapier.create('quantemplate_upload_dataset', {
      authData: groups.quantemplate,
      inputData: { dataset: 'd-claims', file: url },
    });
    expect(uploaded).toMatchObject({ datasetId: 'd-claims', fileName: 'd-claims.csv', size: Buffer.byteLength(text) });
  });
});

describe('an event of Quantemplate', () => {
  const notification = (id: string, datasetId = 'd-claims') =>
    JSON.stringify({
      id,
      name: 'DatasetUpdated',
      created: '2026-11-20T08:00:00Z',
      payload: { eventName: 'DatasetUpdated', datasetId },
    });
  const secret = 'a-long-secret-of-our-own';
  const listen = async (inputData: Record<string, unknown> = {}) =>
    (await zapier.trigger('quantemplate_dataset_updated')).subscribe({ authData: groups.quantemplate, inputData });

  it('is accepted with the secret in a header, basic authentication or a query parameter', async () => {
    const byHeader = await listen();
    expect(await byHeader.deliver(notification('h'), { 'X-Webhook-Secret': secret })).toMatchObject([
      { datasetId: 'd-claims', verified: true, matchedSecret: 'current' },
    ]);
    const byBasic = await listen({ secretLocation: 'basic' });
    expect(
      await byBasic.deliver(notification('b'), {
        Authorization: `Basic ${Buffer.from(`q:${secret}`).toString('base64')}`,
      }),
    ).toHaveLength(1);
    const byQuery = await listen({ secretLocation: 'query', secretName: 'key' });
    expect(await byQuery.deliver(notification('q'), {}, `key=${encodeURIComponent(secret)}`)).toHaveLength(1);
    expect(
      await byQuery.deliver(
        notification('r'),
        {},
        `key=${encodeURIComponent(secret)}&key=${encodeURIComponent(secret)}`,
      ),
    ).toEqual([]);
  });

  it('is rejected with a wrong secret, and the log contains no secret', async () => {
    const hook = await listen();
    expect(await hook.deliver(notification('w'), { 'X-Webhook-Secret': 'a wrong secret' })).toEqual([]);
    expect(await hook.deliver(notification('p'), { 'X-Webhook-Secret': 'the-secret-before-this-one' })).toMatchObject([
      { matchedSecret: 'previous' },
    ]);
    expect(JSON.stringify(said.mock.calls)).toContain('An event was rejected.');
    expect(JSON.stringify(said.mock.calls)).not.toMatch(
      /a wrong secret|a-long-secret-of-our-own|the-secret-before-this-one/,
    );
  });

  it('triggers nothing when it is filtered out or repeated', async () => {
    const hook = await listen({ datasets: ['d-claims'] });
    const headers = { 'X-Webhook-Secret': secret };
    expect(await hook.deliver(notification('f', 'd-other'), headers)).toEqual([]);
    expect(await hook.deliver(notification('once'), headers)).toHaveLength(1);
    expect(await hook.deliver(notification('once'), headers)).toEqual([]);
  });

  it('reaches every Zap once, and is repeated rather than lost when Zapier does not identify the Zap', async () => {
    const content = notification('shared');
    const deliver = async (zap?: string) => {
      const rawRequest = { method: 'POST', querystring: '', headers: { 'Http-X-Webhook-Secret': secret }, content };
      const { results } = await zapier.run(
        'triggers.quantemplate_dataset_updated.operation.perform',
        { authData: groups.quantemplate },
        { ...(zap ? { meta: { zap: { id: zap } } } : {}), bundle: { rawRequest, cleanedRequest: {} } },
      );
      return (results as unknown[]).length;
    };
    expect([await deliver('1'), await deliver('1'), await deliver('2'), await deliver('2')]).toEqual([1, 0, 1, 0]);
    expect([await deliver(), await deliver()]).toEqual([1, 1]);
  });

  it('is accepted without a secret only with Accept Unverified Events', async () => {
    const { quantemplate_webhookSecret: _, quantemplate_previousWebhookSecret: __, ...authData } = groups.quantemplate;
    const trigger = await zapier.trigger('quantemplate_dataset_updated');
    expect(await (await trigger.subscribe({ authData })).deliver(notification('u'))).toEqual([]);
    expect(
      await (await trigger.subscribe({ authData, inputData: { acceptsUnsigned: true } })).deliver(notification('v')),
    ).toMatchObject([{ verified: false, matchedSecret: 'none' }]);
  });
});

describe('an event of dbt', () => {
  it("is subscribed by the app, verified with the subscription's secret, and unsubscribed", async () => {
    const items: Record<string, unknown>[] = [];
    const trigger = await zapier.trigger('dbt_job_run_completed');
    const hook = await trigger.subscribe({
      authData: groups.dbt,
      inputData: {},
      onEvents: (events) => void items.push(...events),
    });
    expect(hook.subscribeData).toEqual({ id: expect.any(String), secret: expect.any(String) });
    sandbox.control.startDbtRun({ outcome: 'success' });
    for (let tries = 0; tries < 1_200 && items.length === 0; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(items).toMatchObject([{ verified: true, matchedSecret: 'current', id: expect.any(String) }]);
    await hook.unsubscribe();
    await expect(hook.unsubscribe()).resolves.toBeUndefined();
  });

  it('has recent runs as examples', async () => {
    const [recent] = await (await zapier.trigger('dbt_job_run_completed')).performList({ authData: groups.dbt });
    expect(recent).toMatchObject({ id: expect.anything(), verified: true });
  });
});

describe('a signed event from any sender', () => {
  it('triggers a Zap once when its signature is valid and it matches the filter', async () => {
    const trigger = await zapier.trigger('signed_webhook_event_received');
    const hook = await trigger.subscribe({
      authData: groups.webhookSecret,
      inputData: { filter: ['event.type = ready'] },
    });
    const deliver = (event: object, secret = groups.webhookSecret.webhookSecret_secret) => {
      const body = JSON.stringify(event);
      const id = `msg_${(event as { id?: string }).id}`;
      const { headers } = schemes['standard-webhooks'].sign({
        secret,
        body: Buffer.from(body),
        id,
        now: Math.floor(Date.now() / 1000),
      });
      return hook.deliver(body, headers as Record<string, string>);
    };
    expect(await deliver({ id: 'evt_1', type: 'ready' })).toMatchObject([
      { id: 'msg_evt_1', eventId: 'msg_evt_1', deliveryId: 'msg_evt_1', event: { type: 'ready' }, verified: true },
    ]);
    expect(await deliver({ id: 'evt_1', type: 'ready' })).toEqual([]);
    expect(await deliver({ id: 'evt_2', type: 'deleted' })).toEqual([]);
    expect(
      await deliver({ id: 'evt_3', type: 'ready' }, 'whsec_YSBmb3JnZWQgc2VjcmV0IG9mIDI0IGJ5dGVzIG9yIG1vcmUhIQ=='),
    ).toEqual([]);
    expect(await deliver({ id: 'evt_4', type: 'ready' })).toHaveLength(1);
  });

  it('verifies a custom HMAC, passes its event type on, and rejects a forged one', async () => {
    const secret = groups.webhookSecret.webhookSecret_secret;
    const trigger = await zapier.trigger('signed_webhook_event_received');
    const hook = await trigger.subscribe({
      authData: groups.webhookSecret,
      inputData: {
        scheme: 'custom-hmac',
        signatureHeader: 'X-Acme-Signature',
        algorithm: 'sha512',
        signedContent: '{url}{body}',
        signedUrl: 'https://hooks.example.com/1',
        typeHeader: 'X-Acme-Event',
      },
    });
    const deliver = (key: string) => {
      const body = '{"id":"evt_hmac"}';
      const signature = createHmac('sha512', key).update(`https://hooks.example.com/1${body}`).digest('hex');
      return hook.deliver(body, { 'X-Acme-Signature': signature, 'X-Acme-Event': 'paid' });
    };
    expect(await deliver('another-secret-of-16')).toEqual([]);
    expect(await deliver(secret)).toMatchObject([{ eventType: 'paid', matchedSecret: 'current' }]);
  });
});
