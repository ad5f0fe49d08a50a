import type { PollingTrigger } from '../../../shared/src/define/trigger.ts';
import { checkInput } from '../../../shared/src/define/check-input.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { fakeHost, fakeStart, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'secret-1', subscriptionId: 'sub-1' };
const login = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';
const group = '/subscriptions/sub-1/resourceGroups/rg';
const factoryId = `${group}/providers/Microsoft.DataFactory/factories/contoso`;

/** The differences between the two pipeline homes. */
const homes = [
  {
    service: dataFactory,
    home: { factory: 'rg/contoso' },
    base: `https://management.azure.com${factoryId}`,
    activities: (id: string) => `/pipelineruns/${id}/queryActivityruns`,
    version: '2018-06-01',
    scope: 'https://management.azure.com/.default',
    startedStatus: 200,
    page: `https://adf.azure.com/en/monitoring/pipelineruns/run-1?factory=${encodeURIComponent(factoryId)}`,
  },
  {
    service: synapse,
    home: { workspace: 'rg/contoso' },
    base: 'https://contoso.dev.azuresynapse.net',
    activities: (id: string) => `/pipelines/Load/pipelineruns/${id}/queryActivityruns`,
    version: '2020-12-01',
    scope: 'https://dev.azuresynapse.net/.default',
    startedStatus: 202,
    page: `https://web.azuresynapse.net/en/monitoring/pipelineruns/run-1?workspace=${encodeURIComponent(
      `${group}/providers/Microsoft.Synapse/workspaces/contoso`,
    )}`,
  },
];

describe.each(homes)(
  'Pipelines of $service.name',
  ({ service, home, base, activities, version, scope, startedStatus, page }) => {
    const connected = (options = {}): FakeHost =>
      fakeHost(options).on('POST', login, ({ body }) => ({
        json: { access_token: `token for ${new URLSearchParams(body).get('scope')}`, expires_in: 3599 },
      }));
    const run = (key: string, typed: Record<string, unknown>, host: FakeHost) =>
      operate(service, key, { ...home, ...typed }, host, connection);
    const runAddress = `${base}/pipelineruns/run-1`;
    const status = (word: string, more = {}) => ({
      json: { runId: 'run-1', pipelineName: 'Load', status: word, ...more },
    });
    const declares = (parameters: object) => ({ json: { name: 'Load', properties: { parameters } } });
    const startable = (options = {}) =>
      connected(options)
        .on(
          'GET',
          `${base}/pipelines/Load`,
          declares({ DatasetID: { type: 'string', defaultValue: '' }, rows: { type: 'int', defaultValue: 0 } }),
        )
        .on('POST', `${base}/pipelines/Load/createRun`, { status: startedStatus, json: { runId: 'run-1' } })
        .on('POST', `${base}${activities('run-1')}`, { json: { value: [] } });

    it('starts a pipeline with the parameters as the body, without an empty reference run', async () => {
      const host = startable();
      const result = await run(
        'runPipeline',
        { pipeline: 'Load', parameters: { DatasetID: 'd-1' }, wait: false },
        host,
      );
      expect(result).toMatchObject({ id: 'run-1', status: 'queued', finished: false, url: page });
      const [sent] = host.sent('POST', 'createRun');
      expect(sent?.json).toEqual({ DatasetID: 'd-1' });
      expect(sent?.query).toEqual({ 'api-version': version });
      expect(sent?.headers['authorization']).toBe(`Bearer token for ${scope}`);
    });

    it('sends an empty object without parameters', async () => {
      const host = startable();
      await run('runPipeline', { pipeline: 'Load', wait: false }, host);
      expect(host.sent('POST', 'createRun')[0]?.body).toBe('{}');
    });

    it('waits through a missing run, Queued, throttling, server errors and an unknown status until the run succeeds', async () => {
      const host = startable().on('GET', runAddress, [
        { status: 404, json: { error: { code: 'PipelineRunNotFound', message: 'not there yet' } } },
        status('Queued'),
        { status: 429, headers: { 'retry-after': '7' }, json: { error: { message: 'slow down' } } },
        status('InProgress'),
        { status: 500 },
        status('Pondering'),
        'lost',
        status('Succeeded', { runStart: '2026-11-20T08:00:00Z', runEnd: '2026-11-20T08:01:00Z', durationInMs: 60_000 }),
      ]);
      const result = await run('runPipeline', { pipeline: 'Load' }, host);
      expect(result).toMatchObject({ status: 'succeeded', finished: true, succeeded: true, durationSeconds: 60 });
      expect(host.sent('POST', 'createRun')).toHaveLength(1);
      expect(host.sleeps).toContain(7_000);
    });

    it('reports the failed activity and its error', async () => {
      const host = startable()
        .on('GET', runAddress, status('Failed', { message: 'Operation on target Copy failed' }))
        .on('POST', `${base}${activities('run-1')}`, {
          json: {
            value: [
              {
                activityName: 'Copy',
                status: 'Failed',
                activityRunStart: '2026-11-20T08:00:09Z',
                error: { errorCode: '2200', message: 'The table is missing.' },
              },
              { activityName: 'Look up', status: 'Succeeded', activityRunStart: '2026-11-20T08:00:01Z' },
            ],
          },
        });
      await expect(run('runPipeline', { pipeline: 'Load' }, host)).rejects.toMatchObject({
        code: 'run-failed',
        message: 'The run of Load failed at “Copy”: The table is missing (code 2200).',
        hint: expect.stringContaining(page),
      });
      const read = await run('getPipelineRun', { run: 'run-1' }, host);
      expect(read).toMatchObject({ failedStep: 'Copy', steps: [{ name: 'Look up' }, { name: 'Copy', code: '2200' }] });
    });

    it.each(['Cancelled', 'Canceled'])('reads %s as cancelled and Canceling as running', async (word) => {
      const host = startable().on('GET', runAddress, [status('Canceling'), status(word)]);
      const result = await run('runPipeline', { pipeline: 'Load', onFailure: 'continue' }, host);
      expect(result).toMatchObject({ status: 'cancelled', finished: true, succeeded: false });
      expect(host.sent('GET', 'run-1')).toHaveLength(2);
    });

    it('reports the failure in a child pipeline, not only the Execute Pipeline activity', async () => {
      const ran = (id: string, name: string) => ({
        activityName: `Run ${name}`,
        activityType: 'ExecutePipeline',
        status: 'Failed',
        error: { message: `Operation on target ${name} failed` },
        output: { pipelineRunId: id, pipelineName: name },
      });
      const asked: Record<string, object[]> = {
        'run-1': [{ activityName: 'Look up', status: 'Succeeded' }, ran('run-2', 'Load')],
        'run-2': [ran('run-3', 'Load')],
        'run-3': [
          { activityName: 'Before', status: 'Succeeded' },
          {
            activityName: 'Copy',
            activityType: 'Copy',
            status: 'Failed',
            error: { errorCode: '2200', message: 'The file is not there' },
          },
        ],
      };
      const host = startable().on(
        'GET',
        runAddress,
        status('Failed', { message: 'Operation on target Run Load failed' }),
      );
      for (const [id, activityRuns] of Object.entries(asked))
        host.on('POST', `${base}${activities(id)}`, { json: { value: activityRuns } });
      await expect(run('runPipeline', { pipeline: 'Load' }, host)).rejects.toMatchObject({
        message: 'The run of Load failed at “Run Load › Run Load › Copy”: The file is not there (code 2200).',
      });
    });

    it('returns the steps even if those of a child run cannot be read', async () => {
      const failed = {
        activityName: 'Run child',
        activityType: 'ExecutePipeline',
        status: 'Failed',
        error: { message: 'It failed' },
        output: { pipelineRunId: 'run-2', pipelineName: 'Load' },
      };
      const host = startable()
        .on('GET', runAddress, status('Failed'))
        .on('POST', `${base}${activities('run-1')}`, { json: { value: [failed] } })
        .on('POST', `${base}${activities('run-2')}`, { status: 403, json: { error: { message: 'no' } } });
      await expect(run('runPipeline', { pipeline: 'Load' }, host)).rejects.toMatchObject({
        message: 'The run of Load failed at “Run child”: It failed.',
      });
    });

    it.each([
      [
        'has the wrong case',
        { datasetId: 'd-1' },
        'has no parameter “datasetId” and requires a value for “DatasetID”',
        'Use “DatasetID”: names are case-sensitive.',
      ],
      [
        'is not declared',
        { DatasetID: 'd-1', nope: 1 },
        'has no parameter “nope”',
        'Available parameters: “DatasetID”, “mode”',
      ],
      ['has no value', {}, 'requires a value for “DatasetID”', 'Available parameters'],
    ])('rejects parameters: %s, with a hint', async (_case, parameters, message, hint) => {
      const host = startable().on(
        'GET',
        `${base}/pipelines/Load`,
        declares({ DatasetID: { type: 'string' }, mode: { type: 'string', defaultValue: null } }),
      );
      await expect(run('runPipeline', { pipeline: 'Load', parameters }, host)).rejects.toMatchObject({
        code: 'invalid-input',
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      });
      expect(host.sent('POST', 'createRun')).toEqual([]);
    });

    it('rejects parameters for a pipeline without parameters', async () => {
      const host = startable().on('GET', `${base}/pipelines/Load`, { json: { name: 'Load', properties: {} } });
      await expect(run('runPipeline', { pipeline: 'Load', parameters: { a: 1 } }, host)).rejects.toMatchObject({
        hint: expect.stringContaining('there are no parameters'),
      });
    });

    it('starts a pipeline that it may not read with the parameters unchanged', async () => {
      const host = startable().on('GET', `${base}/pipelines/Load`, {
        status: 403,
        json: { error: { code: 'AuthorizationFailed', message: 'no' } },
      });
      expect(await run('runPipeline', { pipeline: 'Load', parameters: { any: 1 }, wait: false }, host)).toMatchObject({
        id: 'run-1',
      });
    });

    it('does not start a second run when the response is lost', async () => {
      const host = startable()
        .on('POST', `${base}/pipelines/Load/createRun`, 'lost')
        .on('POST', `${base}/queryPipelineRuns`, { json: { value: [] } });
      await expect(run('runPipeline', { pipeline: 'Load' }, host)).rejects.toMatchObject({
        code: 'unavailable',
        retryable: false,
        hint: expect.stringContaining(service.name),
      });
      expect(host.sent('POST', 'createRun')).toHaveLength(1);
    });

    it('starts after a failed login, because nothing was sent', async () => {
      const host = startable().on('POST', login, ['lost', { json: { access_token: 'token', expires_in: 3599 } }]);
      expect(await run('runPipeline', { pipeline: 'Load', wait: false }, host)).toMatchObject({ id: 'run-1' });
      expect(host.sent('POST', 'createRun')).toHaveLength(1);
    });

    it('reports why the login failed', async () => {
      const host = startable().on('POST', login, 'lost');
      await expect(run('runPipeline', { pipeline: 'Load' }, host)).rejects.toMatchObject({
        message: expect.stringContaining('closed the connection'),
        retryable: true,
        unsent: true,
      });
      expect(host.sent('POST', 'createRun')).toEqual([]);
    });

    it('retries a throttled start', async () => {
      const host = startable().on('POST', `${base}/pipelines/Load/createRun`, [
        { status: 429, headers: { 'retry-after': '3' } },
        { json: { runId: 'run-1' } },
      ]);
      expect(await run('runPipeline', { pipeline: 'Load', wait: false }, host)).toMatchObject({ id: 'run-1' });
      expect(host.sleeps).toEqual([3_000]);
    });

    it('renews a token that Azure rejects as expired with 403', async () => {
      let logins = 0;
      const host = fakeHost()
        .on('POST', login, () => ({ json: { access_token: `token-${(logins += 1)}`, expires_in: 3599 } }))
        .on('GET', runAddress, ({ headers }) =>
          headers['authorization'] === 'Bearer token-1'
            ? {
                status: 403,
                json: {
                  error: {
                    code: 'ExpiredAuthenticationToken',
                    message: 'Lifetime validation failed, the token is expired.',
                  },
                },
              }
            : status('Succeeded'),
        )
        .on('POST', `${base}${activities('run-1')}`, { json: { value: [] } });
      expect(await run('getPipelineRun', { run: 'run-1' }, host)).toMatchObject({ status: 'succeeded' });
      expect(logins).toBe(2);
    });

    it('reports the missing role without requesting another token', async () => {
      const host = connected().on('GET', runAddress, {
        status: 403,
        json: { error: { code: 'AuthorizationFailed', message: 'No access.' } },
      });
      await expect(run('getPipelineRun', { run: 'run-1' }, host)).rejects.toMatchObject({
        code: 'forbidden',
        hint: expect.stringContaining(service === synapse ? 'Synapse Compute Operator' : 'Data Factory Contributor'),
      });
      expect(host.sent('POST', 'oauth2')).toHaveLength(1);
    });

    it('cancels a run with its child runs, and leaves a finished run unchanged', async () => {
      const host = connected()
        .on('POST', `${runAddress}/cancel`, {})
        .on('GET', runAddress, [status('InProgress'), status('Canceling')]);
      expect(await run('cancelPipelineRun', { run: 'run-1' }, host)).toMatchObject({
        vendorStatus: 'Canceling',
        finished: false,
      });
      expect(host.sent('POST', 'cancel')[0]?.query).toMatchObject({ isRecursive: 'true' });
      host.on('GET', runAddress, status('Succeeded'));
      expect(await run('cancelPipelineRun', { run: 'run-1' }, host)).toMatchObject({ succeeded: true });
      expect(host.sent('POST', 'cancel')).toHaveLength(1);
    });

    it('cancels the run on timeout if selected', async () => {
      const host = startable().on('GET', runAddress, status('InProgress')).on('POST', `${runAddress}/cancel`, {});
      await expect(
        run('runPipeline', { pipeline: 'Load', timeoutMinutes: 2, onTimeout: 'cancel' }, host),
      ).rejects.toMatchObject({
        code: 'timed-out',
        hint: expect.stringContaining('Cancellation of the run was requested'),
      });
      expect(host.now() - fakeStart).toBe(120_000);
      expect(host.sent('POST', 'cancel')).toHaveLength(1);
    });

    it('finds pipelines on all pages, with an exact match first', async () => {
      const host = connected().on('GET', `${base}/pipelines`, ({ query }) =>
        query['page']
          ? { json: { value: [{ name: 'load', properties: { parameters: { DatasetID: { type: 'string' } } } }] } }
          : {
              json: {
                value: [{ name: 'Nightly_load' }, { name: 'Export' }],
                nextLink: `${base}/pipelines?api-version=${version}&page=2`,
              },
            },
      );
      expect(await run('findPipeline', { name: 'LOAD' }, host)).toMatchObject([
        { id: 'load', parameters: [{ name: 'DatasetID', type: 'string' }] },
        { id: 'Nightly_load' },
      ]);
    });

    it('polls for finished runs with the selected status, with the continuation token in the body', async () => {
      const host = connected().on('POST', `${base}/queryPipelineRuns`, ({ json }) =>
        (json as { continuationToken?: string }).continuationToken
          ? { json: { value: [status('Failed').json] } }
          : {
              json: {
                value: [
                  { runId: 'run-2', status: 'InProgress' },
                  { runId: 'run-3', status: 'Succeeded' },
                ],
                continuationToken: 'more',
              },
            },
      );
      const trigger = service.triggers.find(({ key }) => key === 'pipelineRunFinished') as PollingTrigger;
      const input = checkInput(trigger.input, { ...home, pipeline: 'Load', outcome: 'failed' }) as never;
      const since = new Date(fakeStart - 60_000);
      const events = await trigger.poll(input, since, context(service, host, connection));
      expect(events.filter(({ data }) => trigger.isWanted(data, input))).toMatchObject([
        { id: 'run-1', data: { status: 'failed', url: page } },
      ]);
      expect(host.sent('POST', 'queryPipelineRuns')[0]?.json).toMatchObject({
        lastUpdatedAfter: since.toISOString(),
        filters: [{ operand: 'PipelineName', operator: 'Equals', values: ['Load'] }],
      });
    });
  },
);
