import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nock from 'nock';
import { nodeHost } from '../../../shared/src/host/node/node-host.ts';
import { describeField } from '../../../shared/src/define/fields.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { fakeHost, type FakeFile, type FakeHost } from '../fake-host.ts';
import { context, operate } from '../operate.ts';

const connection = { clientId: 'u-1', clientSecret: 'client-secret', organisationId: 'c-contoso' };
const login = 'https://accounts.prod.quantemplate.com/auth/realms/qt/protocol/openid-connect/token';
const organisation = 'https://api.prod.quantemplate.com/v1/organisations/c-contoso';
const dataset = `${organisation}/datasets/d-claims`;
const executions = `${organisation}/pipelines/p-1/executions`;

const connected = (options = {}): FakeHost =>
  fakeHost(options).on('POST', login, { json: { access_token: 'token-1', expires_in: 300 } });
const run = (
  key: string,
  typed: Record<string, unknown>,
  host: FakeHost,
  values: Record<string, unknown> = connection,
) => operate(quantemplate, key, typed, host, values);
const execution = (status: string, more = {}) => ({
  id: 'e-1',
  runNumber: 7,
  createdAt: '2026-11-20T08:00:00Z',
  createdBy: 'u-1',
  version: 2,
  status,
  ...more,
});

describe('Quantemplate over the network', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantemplate-'));
    nock.disableNetConnect();
  });
  afterAll(async () => {
    nock.enableNetConnect();
    nock.restore();
    await rm(folder, { recursive: true });
  });

  it('logs in with a form, downloads the dataset with the token and saves it', async () => {
    nock('https://accounts.prod.quantemplate.com')
      .post('/auth/realms/qt/protocol/openid-connect/token', {
        grant_type: 'client_credentials',
        client_id: 'u-1',
        client_secret: 'client-secret',
      })
      .matchHeader('content-type', /^application\/x-www-form-urlencoded/)
      .reply(200, { access_token: 'token-1', refresh_token: 'r', expires_in: 300 });
    nock('https://api.prod.quantemplate.com')
      .get('/v1/organisations/c-contoso/datasets/d-claims')
      .matchHeader('authorization', 'Bearer token-1')
      .reply(200, 'id,amount\n1,12.50\n', { 'content-type': 'text/csv' });
    const result = await operate(
      quantemplate,
      'downloadDataset',
      { dataset: 'd-claims' },
      nodeHost({ folder }),
      connection,
    );
    expect(result).toMatchObject({ datasetId: 'd-claims', empty: false, file: { size: 18 } });
    expect(await readFile((result['file'] as { path: string }).path, 'utf8')).toBe('id,amount\n1,12.50\n');
    expect(nock.isDone()).toBe(true);
  });

  it('saves an empty file for a dataset without content, and uploads a file with its length', async () => {
    const host = nodeHost({ folder });
    nock('https://accounts.prod.quantemplate.com')
      .post(/token$/)
      .reply(200, { access_token: 'token-1', expires_in: 300 });
    nock('https://api.prod.quantemplate.com')
      .get('/v1/organisations/c-contoso/datasets/d-empty')
      .query({ version: 2 })
      .reply(204);
    const { file } = await operate(
      quantemplate,
      'downloadDataset',
      { dataset: 'd-empty', version: 2 },
      host,
      connection,
    );
    expect(file).toMatchObject({ size: 0 });
    const path = join(folder, 'claims.csv');
    await writeFile(path, 'id\n1\n');
    nock('https://api.prod.quantemplate.com')
      .post('/v1/organisations/c-contoso/datasets/d-claims', 'id\n1\n')
      .matchHeader('content-length', '5')
      .reply(200);
    expect(
      await operate(quantemplate, 'uploadDataset', { dataset: 'd-claims', file: { path } }, host, connection),
    ).toEqual({ datasetId: 'd-claims', fileName: 'claims.csv', size: 5 });
    expect(nock.isDone()).toBe(true);
  });
});

describe('Download Dataset of Quantemplate', () => {
  it('streams the bytes unchanged into a file named after the dataset', async () => {
    const host = connected().on('GET', dataset, { pieces: ['id;na', 'me\n1;Ü', 'nal\n'] });
    expect(
      await run('downloadDataset', { dataset: 'https://app.prod.quantemplate.com/c-contoso/data/d-claims' }, host),
    ).toEqual({
      datasetId: 'd-claims',
      empty: false,
      file: { name: 'd-claims.csv', mediaType: 'text/csv', text: 'id;name\n1;Ünal\n' },
    });
    expect(host.sent('GET', 'd-claims')[0]?.query).toEqual({});
  });

  it('requests an older version, including version 0', async () => {
    const host = connected().on('GET', dataset, { text: 'x' });
    expect(await run('downloadDataset', { dataset: 'd-claims', version: '3' }, host)).toMatchObject({
      version: 3,
      file: { name: 'd-claims-v3.csv' },
    });
    await run('downloadDataset', { dataset: 'd-claims', version: 0 }, host);
    expect(host.sent('GET', 'd-claims').map(({ query }) => query)).toEqual([{ version: '3' }, { version: '0' }]);
  });

  it('returns an empty file for a dataset without content', async () => {
    const result = await run(
      'downloadDataset',
      { dataset: 'd-claims' },
      connected().on('GET', dataset, { status: 204 }),
    );
    expect(result).toMatchObject({ empty: true, file: { text: '' } });
  });

  it.each([
    [401, 'text/plain', 'Unauthorized', 'unauthorized', 'client secret'],
    [403, 'text/plain', 'Forbidden', 'forbidden', 'Share the dataset or pipeline with the API user'],
    [404, 'application/json', '{"executionId":{"value":""},"outputId":{"value":""}}', 'not-found', 'organisation ID'],
    [400, 'text/html', '<html><body>nginx</body></html>', 'invalid-input', 'Correct'],
  ])('explains what to do about status %d', async (status, type, text, code, hint) => {
    const host = connected().on('GET', dataset, { status, text, headers: { 'content-type': type } });
    const refusal = await run('downloadDataset', { dataset: 'd-claims' }, host).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, service: 'Quantemplate', status, hint: expect.stringContaining(hint) });
    expect((refusal as Error).message).not.toMatch(/[{<]/);
  });

  it('names the missing field', async () => {
    await expect(run('downloadDataset', {}, connected())).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('“Dataset ID” is missing'),
    });
  });
});

describe('The token of Quantemplate', () => {
  it('is requested once for many calls, and again shortly before it expires', async () => {
    const host = connected().on('GET', dataset, { text: 'x' });
    await run('downloadDataset', { dataset: 'd-claims' }, host);
    await run('downloadDataset', { dataset: 'd-claims' }, host);
    expect(host.sent('POST', 'openid-connect')).toHaveLength(1);
    host.pass(241_000);
    await run('downloadDataset', { dataset: 'd-claims' }, host);
    expect(host.sent('POST', 'openid-connect')).toHaveLength(2);
  });

  it('is renewed once when it is rejected', async () => {
    const host = fakeHost()
      .on('POST', login, [
        { json: { access_token: 'revoked', expires_in: 300 } },
        { json: { access_token: 'fresh', expires_in: 300 } },
      ])
      .on('GET', dataset, ({ headers }) =>
        headers['authorization'] === 'Bearer fresh' ? { text: 'x' } : { status: 401, text: 'Unauthorized' },
      );
    expect(await run('downloadDataset', { dataset: 'd-claims' }, host)).toMatchObject({ file: { text: 'x' } });
    expect(host.sent('GET', 'd-claims')).toHaveLength(2);
  });

  it('is not requested repeatedly when the API user has no permissions', async () => {
    const host = connected().on('GET', dataset, { status: 401, text: 'Unauthorized' });
    await expect(run('downloadDataset', { dataset: 'd-claims' }, host)).rejects.toMatchObject({ code: 'unauthorized' });
    expect([host.sent('POST', 'openid-connect').length, host.sent('GET', 'd-claims').length]).toEqual([2, 2]);
  });

  it.each([
    [401, { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' }],
    [400, { error: 'unauthorized_client', error_description: 'Invalid client secret' }],
  ])(
    'cannot be obtained with wrong credentials, and the error does not show them (status %d)',
    async (status, json) => {
      const host = fakeHost().on('POST', login, { status, json });
      const refusal = await quantemplate.connection
        .test(context(quantemplate, host, connection))
        .catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining(json.error_description),
        hint: expect.stringContaining('Quantemplate Support'),
      });
      expect(JSON.stringify([(refusal as Error).message, host.logged])).not.toContain('client-secret');
    },
  );

  it('names the connection after the organisation when the test succeeds', async () => {
    expect(await quantemplate.connection.test(context(quantemplate, connected(), connection))).toBe(
      'Quantemplate (c-contoso)',
    );
  });

  it('is requested from other URLs if the connection has them, but never over plain http', async () => {
    const host = fakeHost()
      .on('POST', 'https://login.example/token', { json: { access_token: 't', expires_in: 60 } })
      .on('GET', 'https://fabric.example/external/v1/organisations/c-contoso/datasets/d-claims', { text: 'x' });
    const other = {
      ...connection,
      apiUrl: 'https://fabric.example/external/v1/',
      loginUrl: 'https://login.example/token',
    };
    expect(await run('downloadDataset', { dataset: 'd-claims' }, host, other)).toMatchObject({ file: { text: 'x' } });
    await expect(
      run('downloadDataset', { dataset: 'd-claims' }, host, { ...other, loginUrl: 'http://login.example/token' }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('Upload Dataset of Quantemplate', () => {
  const file: FakeFile = { name: 'claims.csv', mediaType: 'text/csv', text: 'id\n1\n' };

  it('sends the file with its length', async () => {
    const host = connected().on('POST', dataset, {});
    expect(await run('uploadDataset', { dataset: 'd-claims', file }, host)).toEqual({
      datasetId: 'd-claims',
      fileName: 'claims.csv',
      size: 5,
    });
    expect(host.sent('POST', 'd-claims')[0]).toMatchObject({
      body: 'id\n1\n',
      length: 5,
      headers: { 'content-type': 'application/octet-stream' },
    });
  });

  it('opens the file again when the token was rejected or the response was lost', async () => {
    const host = connected().on('POST', dataset, [{ status: 401 }, 'lost', { status: 503 }, {}]);
    await run('uploadDataset', { dataset: 'd-claims', file }, host);
    expect(host.sent('POST', 'd-claims').map(({ body }) => body)).toEqual(Array(4).fill('id\n1\n'));
  });

  it('explains that the dataset must be shared for editing', async () => {
    const host = connected().on('POST', dataset, { status: 403, text: 'Forbidden' });
    await expect(run('uploadDataset', { dataset: 'd-claims', file }, host)).rejects.toMatchObject({
      code: 'forbidden',
      hint: expect.stringContaining('Can edit'),
    });
  });
});

describe('Run Pipeline of Quantemplate', () => {
  it('sends an empty body and returns the run at once without waiting', async () => {
    const host = connected().on('POST', executions, { json: execution('Started') });
    expect(await run('runPipeline', { pipeline: 'p-1', wait: false }, host)).toMatchObject({
      id: 'e-1',
      status: 'running',
      finished: false,
    });
    expect(host.sent('POST', 'executions')[0]?.body).toBe('');
    expect(host.sent('GET', 'executions')).toHaveLength(0);
  });

  it('waits through throttling, server errors, broken connections and a run that is not listed yet, until success', async () => {
    const outputs = [{ id: 'o-1', name: 'Claims' }];
    const host = connected()
      .on('POST', executions, { json: execution('Started') })
      .on('GET', executions, [
        { json: [] },
        { json: [execution('Started', { outputs: [] })] },
        { status: 429, headers: { 'retry-after': '30' } },
        { status: 500 },
        'lost',
        { json: [execution('Paused')] },
        {
          json: [
            execution('Succeeded', { id: 'e-0' }),
            execution('Succeeded', { startedAt: '2026-11-20T08:00:01Z', finishedAt: '2026-11-20T08:01:31Z', outputs }),
          ],
        },
      ]);
    expect(await run('runPipeline', { pipeline: 'p-1' }, host)).toMatchObject({
      status: 'succeeded',
      succeeded: true,
      durationSeconds: 90,
      details: { runNumber: 7, outputs },
    });
    expect(host.sleeps).toContain(30_000);
  });

  it.each(['Cancelled', 'Canceled'])('treats a %s run as finished', async (word) => {
    const host = connected()
      .on('POST', executions, { json: execution('Started') })
      .on('GET', executions, { json: [execution(word)] });
    await expect(run('runPipeline', { pipeline: 'p-1' }, host)).rejects.toMatchObject({
      code: 'run-failed',
      message: 'The run of p-1 was canceled.',
    });
    expect(await run('runPipeline', { pipeline: 'p-1', onFailure: 'continue' }, host)).toMatchObject({
      status: 'cancelled',
      vendorStatus: word,
      finished: true,
      succeeded: false,
    });
  });

  it('fails when the run fails', async () => {
    const host = connected()
      .on('POST', executions, { json: execution('Started') })
      .on('GET', executions, { json: [execution('Failed')] });
    await expect(run('runPipeline', { pipeline: 'p-1' }, host)).rejects.toMatchObject({
      code: 'run-failed',
      hint: expect.stringContaining('e-1'),
    });
  });

  it.each([
    ['the answer is lost', 'lost' as const, 'unavailable'],
    ['the server fails', { status: 502, text: '' }, 'unavailable'],
    ['no run is named', { status: 204 }, 'unexpected-response'],
  ])('never starts a second run when %s', async (_case, answer, code) => {
    const host = connected().on('POST', executions, answer).on('GET', executions, { json: [] });
    await expect(run('runPipeline', { pipeline: 'p-1' }, host)).rejects.toMatchObject({
      code,
      retryable: false,
      hint: expect.stringContaining('whether the run is active'),
    });
    expect(host.sent('POST', 'executions')).toHaveLength(1);
  });

  it('starts again only if the first start was certainly rejected', async () => {
    const host = connected().on('POST', executions, [
      { status: 429, headers: { 'retry-after': '2' } },
      { json: execution('Started') },
    ]);
    expect(await run('runPipeline', { pipeline: 'p-1', wait: false }, host)).toMatchObject({ id: 'e-1' });
  });

  it('stops waiting at the timeout, and offers no cancellation because Quantemplate cannot cancel runs', async () => {
    const host = connected()
      .on('POST', executions, { json: execution('Started') })
      .on('GET', executions, { json: [execution('Started')] });
    await expect(run('runPipeline', { pipeline: 'p-1', timeoutMinutes: 10 }, host)).rejects.toMatchObject({
      code: 'timed-out',
      hint: expect.stringContaining('The run is still active.'),
    });
    expect(host.sleeps.reduce((sum, sleep) => sum + sleep, 0)).toBeCloseTo(600_000);
    expect(quantemplate.operations.find(({ key }) => key === 'runPipeline')?.input).not.toHaveProperty('onTimeout');
  });
});

describe('Runs and outputs of Quantemplate', () => {
  const outputs = [
    { id: 'o-1', name: 'Claims' },
    { id: 'o-2', name: 'Errors' },
    { id: 'o-3', name: 'Errors' },
  ];
  const listed = () =>
    connected().on('GET', executions, {
      json: [
        execution('Failed', { id: 'e-0', createdAt: '2026-11-19T08:00:00Z', runNumber: 6 }),
        execution('Succeeded', { outputs }),
      ],
    });
  const choose = (field: string, input: Record<string, unknown>, search?: string) => {
    const schema = quantemplate.operations.find(({ key }) => key === 'downloadPipelineOutput')?.input[field];
    return describeField(schema as never).choices?.load(
      { input, ...(search ? { search } : {}) },
      context(quantemplate, listed(), connection),
    );
  };

  it('finds one run in the list', async () => {
    expect(await run('getPipelineRun', { pipeline: 'p-1', execution: 'e-0' }, listed())).toMatchObject({
      id: 'e-0',
      status: 'failed',
    });
    await expect(run('getPipelineRun', { pipeline: 'p-1', execution: 'e-9' }, listed())).rejects.toMatchObject({
      code: 'not-found',
      message: 'Pipeline p-1 has no run e-9.',
    });
  });

  it('lists recent runs, newest first, and the outputs of the selected run', async () => {
    expect((await choose('execution', { pipeline: 'p-1' }))?.choices).toEqual([
      { value: 'e-1', label: 'Run 7, succeeded, 2026-11-20 08:00 UTC' },
      { value: 'e-0', label: 'Run 6, failed, 2026-11-19 08:00 UTC' },
    ]);
    expect((await choose('output', { pipeline: 'p-1', execution: 'e-1' }))?.choices.map(({ value }) => value)).toEqual([
      'Claims',
      'o-2',
      'o-3',
    ]);
    expect((await choose('output', { pipeline: 'p-1', execution: 'e-1' }, 'claim'))?.choices).toHaveLength(1);
  });

  it('downloads an output by name or ID', async () => {
    const host = listed().on('GET', `${executions}/e-1/outputs/o-1`, { text: 'a\n' });
    const typed = { pipeline: 'p-1', execution: 'e-1' };
    expect(await run('downloadPipelineOutput', { ...typed, output: 'claims' }, host)).toMatchObject({
      outputId: 'o-1',
      outputName: 'Claims',
      file: { name: 'Claims.csv', text: 'a\n' },
    });
    expect(await run('downloadPipelineOutput', { ...typed, output: 'o-1' }, host)).toMatchObject({
      file: { name: 'o-1.csv' },
    });
    await expect(run('downloadPipelineOutput', { ...typed, output: 'Premiums' }, host)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('“Claims” (o-1)'),
    });
    await expect(run('downloadPipelineOutput', { ...typed, output: 'Errors' }, host)).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('(o-3)'),
    });
  });
});
