import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;
let dataFactory: (parameters: object, more?: Partial<NodeSetup>) => NodeSetup;

const run = { resource: 'pipelineRun', operation: 'runPipeline' };
const pipeline = (value: string, mode = 'list') => ({ pipeline: { __rl: true, mode, value } });

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n('pipewright');
  const { pipewrightAzureApi = {} } = sandboxCredentials(sandbox);
  const { resourceGroup, factory } = sandbox.accounts.azure;
  dataFactory = (parameters, more = {}) => ({
    node: 'dataFactory',
    credentials: { pipewrightAzureApi },
    parameters: { factory: { __rl: true, mode: 'list', value: `${resourceGroup}/${factory}` }, ...parameters },
    ...more,
  });
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

beforeEach(() => {
  sandbox.control.reset();
  sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 300 });
});

it('runs a pipeline with parameters typed in rows and waits for its end', async () => {
  const { items, error } = await n8n.execute(
    dataFactory({
      ...run,
      ...pipeline('QT_fetch_data'),
      parametersMode: 'rows',
      parameters: {
        rows: [
          { name: 'DatasetID', value: 'd-claims' },
          { name: '', value: 'left out' },
        ],
      },
    }),
  );
  expect(error).toBeUndefined();
  expect(items).toEqual([
    {
      json: expect.objectContaining({
        name: 'QT_fetch_data',
        status: 'succeeded',
        finished: true,
        parameters: { DatasetID: 'd-claims' },
      }),
      pairedItem: { item: 0 },
    },
  ]);
});

it('takes parameters from the form of those that the pipeline declares, and leaves out what was left empty', async () => {
  const setup = dataFactory({
    ...run,
    ...pipeline('Run_KPI_notebook'),
    parametersForm: {
      mappingMode: 'defineBelow',
      value: { reportDate: '2026-11-20', regions: '["EMEA"]', fullRefresh: true, topN: null },
    },
  });
  const { items, error } = await n8n.execute(setup);
  expect(error).toBeUndefined();
  expect(items[0]?.json['parameters']).toEqual({
    reportDate: '2026-11-20',
    regions: '["EMEA"]',
    fullRefresh: 'true',
    topN: '10',
  });
});

it('takes parameters as JSON, by expression of each item, and pairs every result with its item', async () => {
  const setup = dataFactory({
    ...run,
    ...pipeline('QT_fetch_data'),
    parametersMode: 'json',
    parametersJson: '={{ JSON.stringify({ DatasetID: $json.id }) }}',
  });
  const { items } = await n8n.execute(setup, [{ json: { id: 'd-1' } }, { json: { id: 'd-2' } }]);
  expect(
    items.map(({ json, pairedItem }) => [(json['parameters'] as { DatasetID: string }).DatasetID, pairedItem]),
  ).toEqual([
    ['d-1', { item: 0 }],
    ['d-2', { item: 1 }],
  ]);
});

it('takes the name of a pipeline out of the address of its page', async () => {
  const { items } = await n8n.execute(
    dataFactory({ ...run, ...pipeline('https://adf.azure.com/en/authoring/pipeline/Load_sources?factory=x', 'url') }),
  );
  expect(items[0]?.json).toMatchObject({ name: 'Load_sources', succeeded: true });
});

it('starts without waiting when that is not wished', async () => {
  const { items } = await n8n.execute(dataFactory({ ...run, ...pipeline('Load_sources'), wait: false }));
  expect(items[0]?.json).toMatchObject({ finished: false });
});

it('says which step of a run failed and why, and at which item', async () => {
  const { error, status } = await n8n.execute(dataFactory({ ...run, ...pipeline('Broken_export') }));
  expect(status).toBe('error');
  expect(error?.message).toContain('Write file');
  expect(`${error?.message} ${error?.description}`).toContain("The container 'exports' does not exist (code 2200).");
  expect(error?.context?.itemIndex).toBe(0);
});

it('says what failed in a pipeline that the pipeline ran', async () => {
  sandbox.control.planRun({
    service: 'data-factory',
    name: 'Load_sources',
    failure: { message: 'The source does not answer.' },
  });
  const { error } = await n8n.execute(dataFactory({ ...run, ...pipeline('Nightly_load') }));
  expect(error?.message).toMatch(
    /^The run of Nightly_load failed at “Load sources › .+”: The source does not answer \(code 2200\)\.$/,
  );
});

it('starts nothing when a parameter is spelled in another way, and says how', async () => {
  const { error } = await n8n.execute(
    dataFactory({
      ...run,
      ...pipeline('QT_fetch_data'),
      parametersMode: 'rows',
      parameters: { rows: [{ name: 'datasetid', value: 'd-claims' }] },
    }),
  );
  expect(error?.message).toContain('has no parameter “datasetid”');
  expect(error?.description).toContain('Use “DatasetID”');
});

it('shows a refusal of the vendor with its status and what to do', async () => {
  const { error } = await n8n.execute(dataFactory({ ...run, ...pipeline('No_such_pipeline') }));
  expect(error?.name).toBe('NodeApiError');
  expect(error?.httpCode).toBe('404');
  expect(error?.message).toContain('No_such_pipeline');
  expect(error?.description).toBeTruthy();
});

it('goes on with the error paired to its item when Continue On Fail is set', async () => {
  const named = (pipelineName: string) => ({ json: { pipelineName } });
  const setup = dataFactory(
    { ...run, pipeline: { __rl: true, mode: 'id', value: '={{ $json.pipelineName }}' } },
    { onError: 'continueRegularOutput' },
  );
  const { items, error } = await n8n.execute(setup, [named('No_such_pipeline'), named('Load_sources')]);
  expect(error).toBeUndefined();
  expect(items).toHaveLength(2);
  expect(items[0]).toMatchObject({
    json: { error: expect.stringContaining('No_such_pipeline'), details: expect.any(String) },
    pairedItem: { item: 0 },
  });
  expect(items[1]).toMatchObject({ json: { succeeded: true }, pairedItem: { item: 1 } });
});

it('sends a failed item to the error output where there is one', async () => {
  const setup = dataFactory({ ...run, ...pipeline('No_such_pipeline') }, { onError: 'continueErrorOutput' });
  const { outputs } = await n8n.execute(setup);
  expect(outputs[0]).toEqual([]);
  expect(outputs[1]).toEqual([
    expect.objectContaining({
      json: { error: expect.stringContaining('No_such_pipeline'), details: expect.any(String) },
    }),
  ]);
});

it('names the field that is missing', async () => {
  const { error } = await n8n.execute(
    dataFactory({ ...run, pipeline: { __rl: true, mode: 'id', value: '={{ $json.none }}' } }),
  );
  expect(error?.message).toBe('“Pipeline” is missing.');
});

it('says which value of the credential is missing', async () => {
  const { error } = await n8n.execute(
    dataFactory({ ...run, ...pipeline('Load_sources') }, { credentials: { pipewrightAzureApi: { tenantId: 't' } } }),
  );
  expect(error?.message).toContain('Client Secret');
  expect(error?.description).toContain('credential');
});

it('stops waiting as soon as the execution is stopped', async () => {
  sandbox.control.setDurations({ runningMilliseconds: 600_000 });
  const before = sandbox.world.azure.dataFactory.runs.length;
  const begin = Date.now();
  const { status } = await n8n.execute(dataFactory({ ...run, ...pipeline('Load_sources') }), undefined, {
    stopWhen: () => sandbox.world.azure.dataFactory.runs.length > before,
  });
  expect(status).not.toBe('success');
  // Of the ten minutes that the run takes.
  expect(Date.now() - begin).toBeLessThan(120_000);
});

it('gives one item for each thing that a search finds', async () => {
  const { items } = await n8n.execute(dataFactory({ resource: 'pipeline', operation: 'findPipeline', name: 'load' }));
  expect(items.map(({ json }) => json['id'])).toEqual(['Nightly_load', 'Load_sources', 'Load_and_call']);
  expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
});

it('says that nothing answers when the address is wrong, without any secret', async () => {
  const credentials = {
    pipewrightAzureApi: {
      ...sandboxCredentials(sandbox)['pipewrightAzureApi'],
      tenantId: 'another-tenant',
      authorityUrl: 'http://127.0.0.1:9',
      managementUrl: 'http://127.0.0.1:9',
    },
  };
  const { error } = await n8n.execute(dataFactory({ ...run, ...pipeline('QT_fetch_data') }, { credentials }));
  expect(error?.message).toContain('nothing answers at that address');
  expect(JSON.stringify(error)).not.toContain(sandbox.accounts.azure.clientSecret);
});
