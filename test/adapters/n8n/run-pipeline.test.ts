import { simpleRun } from '../../../shared/src/runs/report.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { shortenWaits } from '../../support/machine/short-waits.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n, type NodeSetup } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;
let dataFactory: (parameters: object, more?: Partial<NodeSetup>) => NodeSetup;

const run = { resource: 'pipelineRun', operation: 'runPipeline', simplify: false };
const pipeline = (value: string, mode = 'list') => ({ pipeline: { __rl: true, mode, value } });

shortenWaits();

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n(['pipewright-azure', 'pipewright-extras']);
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

it('Run Pipeline runs a pipeline with parameters as rows and waits for it to finish', async () => {
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

it('Run Pipeline reads parameters from the resource mapper and omits empty ones', async () => {
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

it('Run Pipeline evaluates parameters as JSON per item and pairs each result with its item', async () => {
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

it('Run Pipeline returns a simplified run by default, from which Slack can post a card and draw a timeline', async () => {
  const { items } = await n8n.execute(dataFactory({ ...run, ...pipeline('Load_sources'), simplify: true }));
  const json = items[0]?.json ?? {};
  expect(Object.keys(json)).toEqual(simpleRun.filter((name) => !['explanation', 'url', 'reused'].includes(name)));
  const timeline = await n8n.execute(
    { node: 'slack', parameters: { resource: 'runCard', operation: 'drawRunTimeline' } },
    [{ json }],
  );
  expect(timeline.items[0]?.binary?.['data']?.mimeType).toBe('image/png');
  const { pipewrightSlackApi = {} } = sandboxCredentials(sandbox);
  const card = await n8n.execute(
    {
      node: 'slack',
      credentials: { pipewrightSlackApi },
      parameters: {
        resource: 'runCard',
        operation: 'postRunCard',
        channel: { __rl: true, mode: 'id', value: 'C0DATATEAM' },
      },
    },
    [{ json }],
  );
  expect(card.error).toBeUndefined();
  expect(card.items[0]?.json).toMatchObject({ updated: false });
});

it('Run Pipeline extracts the pipeline name from its URL', async () => {
  const { items } = await n8n.execute(
    dataFactory({ ...run, ...pipeline('https://adf.azure.com/en/authoring/pipeline/Load_sources?factory=x', 'url') }),
  );
  expect(items[0]?.json).toMatchObject({ name: 'Load_sources', succeeded: true });
});

it('Run Pipeline starts a run without waiting when Wait for Completion is off', async () => {
  const { items } = await n8n.execute(dataFactory({ ...run, ...pipeline('Load_sources'), wait: false }));
  expect(items[0]?.json).toMatchObject({ finished: false });
});

it('Run Pipeline reports which step of a run failed and why, with the item', async () => {
  const { error, status } = await n8n.execute(dataFactory({ ...run, ...pipeline('Broken_export') }));
  expect(status).toBe('error');
  expect(error?.message).toContain('Write file');
  expect(`${error?.message} ${error?.description}`).toContain("The container 'exports' does not exist (code 2200).");
  expect(error?.context?.itemIndex).toBe(0);
});

it('Run Pipeline sends a failed run with its explanation to the Failed output if that is connected', async () => {
  const named = (pipelineName: string) => ({ json: { pipelineName } });
  const setup = dataFactory(
    { ...run, pipeline: { __rl: true, mode: 'id', value: '={{ $json.pipelineName }}' } },
    { connected: [1] },
  );
  const { outputs, error } = await n8n.execute(setup, [named('Broken_export'), named('Load_sources')]);
  expect(error).toBeUndefined();
  expect(outputs).toEqual([
    [{ json: expect.objectContaining({ name: 'Load_sources', succeeded: true }), pairedItem: { item: 1 } }],
    [
      {
        json: expect.objectContaining({
          name: 'Broken_export',
          status: 'failed',
          succeeded: false,
          failedStep: 'Write file',
          explanation: expect.stringContaining("The container 'exports' does not exist"),
        }),
        pairedItem: { item: 0 },
      },
    ],
  ]);
});

it('Run Pipeline fails with an error when the run fails and only the Succeeded output is connected', async () => {
  const { error, status } = await n8n.execute(
    dataFactory({ ...run, ...pipeline('Broken_export') }, { connected: [0] }),
  );
  expect(status).toBe('error');
  expect(error?.message).toContain('Write file');
});

it('Run Pipeline as a tool of an AI agent fails with an error when the run fails', async () => {
  const setup = dataFactory({ ...run, ...pipeline('Broken_export') }, { connected: [1] });
  const { workflow, node, additionalData } = n8n.set(setup);
  const items = [{ json: {} }];
  const context = new n8n.core.ExecuteContext(
    workflow,
    node,
    additionalData,
    'trigger',
    n8n.module.createRunExecutionData({}),
    0,
    items,
    { main: [items] },
    { node, data: { main: [items] }, source: null },
    [],
  );
  context.getNode = () => ({ ...node, type: `${node.type}Tool` });
  await expect(n8n.nodeType('dataFactory').execute?.call(context)).rejects.toMatchObject({
    message: expect.stringContaining('Write file'),
  });
});

it.each([
  ['continueRegularOutput', [], [1, 0]],
  ['continueRegularOutput', [1], [0, 1]],
  ['continueErrorOutput', [], [0, 0, 1]],
  ['continueErrorOutput', [1], [0, 1, 0]],
] as const)(
  'Run Pipeline with On Error %s and connected outputs %j loses no failed run',
  async (onError, connected, expected) => {
    const setup = dataFactory({ ...run, ...pipeline('Broken_export') }, { onError, connected: [...connected] });
    const { outputs } = await n8n.execute(setup);
    expect(outputs.map((items) => items.length)).toEqual(expected);
  },
);

it('Get Pipeline Run sends a failed run to the Failed output only while it waits', async () => {
  const { outputs } = await n8n.execute(dataFactory({ ...run, ...pipeline('Broken_export') }, { connected: [1] }));
  const get = (options: object, connected: number[]) =>
    n8n.execute(
      dataFactory(
        {
          resource: 'pipelineRun',
          operation: 'getPipelineRun',
          run: { __rl: true, mode: 'id', value: String(outputs[1]?.[0]?.json['id']) },
          options: { ...options },
        },
        { connected },
      ),
    );
  expect((await get({}, [])).items[0]?.json).toMatchObject({ status: 'failed' });
  const waited = await get({ wait: true }, [1]);
  expect(waited.outputs[0]).toEqual([]);
  expect(waited.outputs[1]?.[0]?.json).toMatchObject({ status: 'failed' });
  const lost = await get({ wait: true }, [0]);
  expect(lost.error?.message).toContain("The container 'exports' does not exist");
});

it.each([
  ['runPipeline', {}, ['Succeeded', 'Failed']],
  ['runPipeline', { wait: false }, [undefined]],
  ['runPipeline', { options: { completionMethod: 'callback' } }, ['Succeeded', 'Failed']],
  ['getPipelineRun', {}, [undefined]],
  ['getPipelineRun', { options: { wait: true } }, ['Succeeded', 'Failed']],
  ['rerunFailedRun', {}, ['Succeeded', 'Failed']],
  ['rerunFailedRun', { dryRun: true }, [undefined]],
  ['cancelPipelineRun', {}, [undefined]],
])('%s with %j has the outputs %j', async (operation, parameters, names) => {
  const { workflow, node } = n8n.set(dataFactory({ resource: 'pipelineRun', operation, ...parameters }));
  await workflow.expression.acquireIsolate();
  const outputs = n8n.module.NodeHelpers.getNodeOutputs(workflow, node, n8n.nodeType('dataFactory').description);
  await workflow.expression.releaseIsolate();
  expect(outputs.map((output) => (typeof output === 'string' ? undefined : output.displayName))).toEqual(names);
});

it('Run Pipeline reports what failed in a child pipeline', async () => {
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

it('Run Pipeline does not start a run with a misspelled parameter and suggests the right name', async () => {
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

it('Run Pipeline shows an error response with its status and what to do', async () => {
  const { error } = await n8n.execute(dataFactory({ ...run, ...pipeline('No_such_pipeline') }));
  expect(error?.name).toBe('NodeApiError');
  expect(error?.httpCode).toBe('404');
  expect(error?.message).toContain('No_such_pipeline');
  expect(error?.description).toBeTruthy();
});

it('Run Pipeline continues with the error paired to its item when Continue On Fail is on', async () => {
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

it('Run Pipeline routes a failed item to the error output if the node has one', async () => {
  const setup = dataFactory({ ...run, ...pipeline('No_such_pipeline') }, { onError: 'continueErrorOutput' });
  const { outputs } = await n8n.execute(setup);
  expect(outputs.slice(0, 2)).toEqual([[], []]);
  expect(outputs[2]).toEqual([
    expect.objectContaining({
      json: { error: expect.stringContaining('No_such_pipeline'), details: expect.any(String) },
    }),
  ]);
});

it('Run Pipeline names the missing field', async () => {
  const { error } = await n8n.execute(
    dataFactory({ ...run, pipeline: { __rl: true, mode: 'id', value: '={{ $json.none }}' } }),
  );
  expect(error?.message).toBe('“Pipeline” is missing.');
});

it('Run Pipeline names the missing value of the credential', async () => {
  const { error } = await n8n.execute(
    dataFactory(
      { ...run, ...pipeline('Load_sources') },
      { credentials: { pipewrightAzureApi: { tenantId: 't', clientId: 'c', subscriptionId: 's' } } },
    ),
  );
  expect(error?.message).toContain('Client Secret');
  expect(error?.description).toContain('credential');
});

it('Run Pipeline stops waiting as soon as the execution is stopped', async () => {
  sandbox.control.setDurations({ runningMilliseconds: 600_000 });
  const before = sandbox.world.azure.dataFactory.runs.length;
  const begin = Date.now();
  const { status } = await n8n.execute(dataFactory({ ...run, ...pipeline('Load_sources') }), undefined, {
    stopWhen: () => sandbox.world.azure.dataFactory.runs.length > before,
  });
  expect(status).not.toBe('success');
  // The run takes ten minutes.
  expect(Date.now() - begin).toBeLessThan(120_000);
});

it('Find Pipeline returns one item per search result', async () => {
  const { items } = await n8n.execute(dataFactory({ resource: 'pipeline', operation: 'findPipeline', name: 'load' }));
  expect(items.map(({ json }) => json['id'])).toEqual(['Nightly_load', 'Load_sources', 'Load_and_call']);
  expect(items.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
});

it('Run Pipeline reports an unreachable address without any secret', async () => {
  const credentials = {
    pipewrightAzureApi: {
      ...sandboxCredentials(sandbox)['pipewrightAzureApi'],
      tenantId: 'another-tenant',
      authorityUrl: 'http://127.0.0.1:9',
      managementUrl: 'http://127.0.0.1:9',
    },
  };
  const { error } = await n8n.execute(dataFactory({ ...run, ...pipeline('QT_fetch_data') }, { credentials }));
  expect(error?.message).toContain('the server refused the connection');
  expect(JSON.stringify(error)).not.toContain(sandbox.accounts.azure.clientSecret);
});

it('Run Pipeline as a tool of an AI agent refuses to wait for a callback, and starts nothing', async () => {
  const before = sandbox.world.azure.dataFactory.runs.length;
  const setup = dataFactory({ ...run, ...pipeline('Load_and_call'), options: { completionMethod: 'callback' } });
  const { workflow, node, additionalData } = n8n.set(setup);
  const items = [{ json: {} }];
  const context = new n8n.core.ExecuteContext(
    workflow,
    node,
    additionalData,
    'trigger',
    n8n.module.createRunExecutionData({}),
    0,
    items,
    { main: [items] },
    { node, data: { main: [items] }, source: null },
    [],
  );
  // n8n appends “Tool” to the type of a node that is used as a tool.
  context.getNode = () => ({ ...node, type: `${node.type}Tool` });
  await expect(n8n.nodeType('dataFactory').execute?.call(context)).rejects.toMatchObject({
    message: expect.stringContaining('cannot wait for a callback'),
    description: expect.stringContaining('Set Completion Method to Poll'),
  });
  expect(sandbox.world.azure.dataFactory.runs).toHaveLength(before);
});
