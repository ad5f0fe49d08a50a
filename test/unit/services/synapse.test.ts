import { describeField } from '../../../shared/src/define/fields.ts';
import type { PollingTrigger } from '../../../shared/src/define/trigger.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { fakeHost, fakeStart, type FakeHost, type SentRequest } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'secret-1', subscriptionId: 'sub-1' };
const login = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';
const management = 'https://management.azure.com/subscriptions/sub-1';
const id = '/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.Synapse/workspaces/contoso';
const batches = 'https://contoso.dev.azuresynapse.net/livyApi/versions/2019-11-01-preview/sparkPools/sparkpool/batches';
const file = 'abfss://data@lake.dfs.core.windows.net/job.py';
const job = { workspace: 'rg/contoso', pool: 'sparkpool', name: 'daily', file };

const connected = (options = {}): FakeHost =>
  fakeHost(options).on('POST', login, ({ body }) => ({
    json: { access_token: `token for ${new URLSearchParams(body).get('scope')}`, expires_in: 3599 },
  }));
const run = (key: string, typed: Record<string, unknown>, host: FakeHost) =>
  operate(synapse, key, typed, host, connection);
const batch = (state: string, result: string, more = {}) => ({
  json: { id: 42, name: 'daily', state, result, ...more },
});
const inputOf = (key: string) => synapse.operations.find((one) => one.key === key)?.input ?? {};
const choicesOf = (key: string, field: string, input: Record<string, unknown>, host: FakeHost, more = {}) =>
  describeField(inputOf(key)[field] as never).choices?.load({ input, ...more }, context(synapse, host, connection));

describe('A Synapse workspace', () => {
  const workspace = {
    id,
    name: 'contoso',
    location: 'westeurope',
    properties: {
      provisioningState: 'Succeeded',
      connectivityEndpoints: { dev: 'https://contoso.dev.azuresynapse.net' },
    },
  };
  const listed = (host: FakeHost) =>
    host.on('GET', `${management}/providers/Microsoft.Synapse/workspaces`, { json: { value: [workspace] } });

  it('is read from the management plane with the current API version', async () => {
    const host = connected().on('GET', `https://management.azure.com${id}`, { json: workspace });
    expect(await run('getWorkspace', { workspace: 'rg/contoso' }, host)).toEqual({
      id,
      name: 'contoso',
      resourceGroup: 'rg',
      location: 'westeurope',
      state: 'Succeeded',
      developmentEndpoint: 'https://contoso.dev.azuresynapse.net',
    });
    expect(host.sent('GET', 'workspaces')[0]?.query).toEqual({ 'api-version': '2021-06-01' });
  });

  it('is found by its name in any case, or by the URL of a page', async () => {
    const host = listed(connected()).on('GET', `https://management.azure.com${id}`, { json: workspace });
    expect(await run('getWorkspace', { workspace: 'CONTOSO' }, host)).toMatchObject({ id });
    const page = `https://web.azuresynapse.net/en/home?workspace=${encodeURIComponent(id)}`;
    expect(await run('getWorkspace', { workspace: page }, host)).toMatchObject({ id });
    await expect(run('getWorkspace', { workspace: 'other' }, host)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('“other”'),
    });
  });

  it('is listed for selection, with its Spark pools', async () => {
    const host = listed(connected()).on('GET', `https://management.azure.com${id}/bigDataPools`, {
      json: {
        value: [{ name: 'sparkpool', properties: { sparkVersion: '3.4', nodeSize: 'Small' } }, { name: 'bare' }],
      },
    });
    expect(await choicesOf('runPipeline', 'workspace', {}, host)).toEqual({
      choices: [{ value: 'rg/contoso', label: 'contoso (rg)' }],
    });
    expect(await choicesOf('runSparkJob', 'pool', { workspace: 'rg/contoso' }, host)).toEqual({
      choices: [
        { value: 'sparkpool', label: 'sparkpool (Spark 3.4, Small)' },
        { value: 'bare', label: 'bare' },
      ],
    });
  });

  it('requires one token per plane, which is requested once', async () => {
    const host = connected()
      .on('GET', `https://management.azure.com${id}`, { json: workspace })
      .on('GET', `${batches}/42`, batch('running', 'Uncertain'));
    for (let round = 0; round < 2; round += 1) {
      await run('getWorkspace', { workspace: 'rg/contoso' }, host);
      await run('getSparkJob', { workspace: 'contoso', pool: 'sparkpool', job: '42' }, host);
    }
    expect(host.sent('POST', 'oauth2')).toHaveLength(2);
    const tokens = (part: string) => new Set(host.sent('GET', part).map(({ headers }) => headers['authorization']));
    expect([...tokens('Microsoft.Synapse'), ...tokens('livyApi')]).toEqual([
      'Bearer token for https://management.azure.com/.default',
      'Bearer token for https://dev.azuresynapse.net/.default',
    ]);
  });

  it.each(['contoso.evil.example', 'a b', 'x@y', 'rg/a:1'])('is not requested if its name is “%s”', async (name) => {
    const host = connected();
    await expect(run('getSparkJob', { workspace: name, pool: 'p', job: '1' }, host)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(host.requests).toEqual([]);
  });
});

describe('A Synapse Spark job', () => {
  it('is submitted with the same size for driver and executors', async () => {
    const host = connected().on('POST', batches, batch('not_started', 'Uncertain'));
    const typed = {
      ...job,
      arguments: 'a\nb',
      size: 'medium',
      executors: 3,
      configuration: { 'spark.x': 1 },
      wait: false,
    };
    expect(await run('runSparkJob', typed, host)).toMatchObject({
      id: '42',
      status: 'queued',
      details: { pool: 'sparkpool' },
    });
    expect(host.sent('POST', 'batches')[0]?.json).toEqual({
      name: 'daily',
      file,
      args: ['a', 'b'],
      conf: { 'spark.x': '1' },
      numExecutors: 3,
      driverCores: 8,
      driverMemory: '56g',
      executorCores: 8,
      executorMemory: '56g',
      tags: { pipewright: expect.any(String) },
    });
  });

  it('has not finished while its state is success but its result is uncertain', async () => {
    const host = connected()
      .on('POST', batches, batch('not_started', 'Uncertain'))
      .on('GET', `${batches}/42`, [
        batch('running', 'Uncertain'),
        batch('success', 'Uncertain'),
        batch('success', 'Succeeded', {
          livyInfo: { runningAt: '2026-11-20T08:00:10Z', jobCreationRequest: { file } },
          schedulerInfo: { endedAt: '2026-11-20T08:01:10Z' },
        }),
      ]);
    expect(await run('runSparkJob', job, host)).toMatchObject({
      status: 'succeeded',
      vendorStatus: 'Succeeded',
      durationSeconds: 60,
      parameters: { file },
    });
    expect(host.sent('GET', 'batches/42')).toHaveLength(3);
  });

  it('that is dead has failed with the error of Synapse', async () => {
    const errorInfo = [{ message: 'Path does not exist', errorCode: 'Spark_User_UserApp', source: 'User' }];
    const host = connected()
      .on('POST', batches, batch('starting', 'Uncertain'))
      .on('GET', `${batches}/42`, [batch('dead', 'Uncertain'), batch('dead', 'Failed', { errorInfo })]);
    await expect(run('runSparkJob', job, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of daily failed: Path does not exist.',
    });
  });

  it.each(['Cancelled', 'Canceled'])('with the result %s is cancelled', async (result) => {
    const host = connected().on('GET', `${batches}/42`, batch('killed', result));
    expect(await run('getSparkJob', { ...job, job: '42' }, host)).toMatchObject({
      status: 'cancelled',
      finished: true,
    });
  });

  it('is found by its tag when the response to the start is lost', async () => {
    let sent: SentRequest | undefined;
    const tagged = () => ({ ...batch('running', 'Uncertain').json, tags: (sent?.json as { tags: object }).tags });
    const host = connected()
      .on('POST', batches, (request) => {
        sent = request;
        return 'lost';
      })
      .on('GET', batches, ({ query }) =>
        query['from'] === '0'
          ? { json: { total: 90, sessions: [{ id: 1 }] } }
          : { json: { total: 90, sessions: [tagged()] } },
      );
    expect(await run('runSparkJob', { ...job, wait: false }, host)).toMatchObject({ id: '42', status: 'running' });
    expect(host.sent('POST', 'batches')).toHaveLength(1);
  });

  it('is deleted on timeout if Cancel is selected', async () => {
    const host = connected()
      .on('POST', batches, batch('starting', 'Uncertain'))
      .on('GET', `${batches}/42`, batch('running', 'Uncertain'))
      .on('DELETE', `${batches}/42`, {});
    await expect(run('runSparkJob', { ...job, timeoutMinutes: 1, onTimeout: 'cancel' }, host)).rejects.toMatchObject({
      code: 'timed-out',
    });
    expect([host.sent('DELETE', '42').length, host.now() - fakeStart]).toEqual([1, 60_000]);
  });

  it('rejects the https URL of a file with the abfss URL as a hint', async () => {
    const host = connected();
    const typed = { ...job, file: 'https://lake.dfs.core.windows.net/data/jobs/job.py?sv=secret' };
    await expect(run('runSparkJob', typed, host)).rejects.toMatchObject({
      code: 'invalid-input',
      hint: 'Enter abfss://data@lake.dfs.core.windows.net/jobs/job.py instead.',
    });
    expect(host.requests).toEqual([]);
  });

  it('is listed for selection page by page', async () => {
    const host = connected().on('GET', batches, ({ query }) => ({
      json: { total: 2, sessions: [{ ...batch('dead', 'Failed').json, id: Number(query['from']) }] },
    }));
    const input = { workspace: 'contoso', pool: 'sparkpool' };
    expect(await choicesOf('getSparkJob', 'job', input, host)).toEqual({
      choices: [{ value: '0', label: 'daily (0, failed)' }],
      nextPage: '1',
    });
    expect(await choicesOf('getSparkJob', 'job', input, host, { page: '1' })).toEqual({
      choices: [{ value: '1', label: 'daily (1, failed)' }],
    });
  });
});

describe('Spark Job Finished of Synapse', () => {
  const hour = 3_600_000;
  const trigger = synapse.triggers.find(({ key }) => key === 'sparkJobFinished') as PollingTrigger;
  /** A pool with 400 jobs, one per hour; the last one ran now. */
  const pool = (order: 'ascending' | 'descending') => {
    const jobs = Array.from({ length: 400 }, (_, index) => {
      const at = new Date(fakeStart - (399 - index) * hour).toISOString();
      const times = { livyInfo: { runningAt: at }, schedulerInfo: { scheduledAt: at, endedAt: at } };
      return { ...batch('success', 'Succeeded', times).json, id: index + 1 };
    });
    const listed = order === 'ascending' ? jobs : jobs.toReversed();
    return connected().on('GET', batches, ({ query }) => {
      const from = Number(query['from']);
      return { json: { total: 400, sessions: listed.slice(from, from + Number(query['size'])) } };
    });
  };

  it.each(['ascending', 'descending'] as const)('reads the newest jobs of a list in %s order', async (order) => {
    const host = pool(order);
    const since = new Date(fakeStart - 24 * hour);
    const events = await trigger.poll(
      { workspace: 'contoso', pool: 'sparkpool' },
      since,
      context(synapse, host, connection),
    );
    expect(events.map(({ id: run }) => Number(run))).toEqual(Array.from({ length: 25 }, (_, index) => 400 - index));
    expect(host.sent('GET', 'batches').length).toBeLessThanOrEqual(4);
  });
});
