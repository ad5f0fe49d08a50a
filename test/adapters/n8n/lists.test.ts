import type { ILoadOptionsFunctions, INodeListSearchResult, INodeParameters, INodePropertyOptions } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n();
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

/** The context of a list method while a form with these values is open. */
function form(node: string, parameters: INodeParameters): ILoadOptionsFunctions {
  const [first] = n8n.nodeType(node).description.credentials ?? [];
  const type = first?.name ?? '';
  return n8n.formOf({ node, parameters, credentials: { [type]: sandboxCredentials(sandbox)[type] ?? {} } });
}

function search(
  node: string,
  method: string,
  parameters: INodeParameters,
  filter?: string,
  page?: string,
): Promise<INodeListSearchResult> {
  const found = n8n.nodeType(node).methods?.listSearch?.[method];
  if (!found) throw new Error(`${node} has no list ${method}.`);
  return found.call(form(node, parameters), filter, page);
}

const factory = () => ({
  __rl: true,
  mode: 'list',
  value: `${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`,
});

it('a list shows the factories of the subscription', async () => {
  const { results } = await search('dataFactory', 'searchFactories', {});
  expect(results).toEqual([
    expect.objectContaining({
      name: expect.stringContaining('contoso-factory'),
      value: 'data-platform/contoso-factory',
    }),
  ]);
});

it("a list shows all pages of the factory's pipelines, and searches them", async () => {
  expect((await search('dataFactory', 'searchPipelines', { factory: factory() })).results.length).toBeGreaterThan(30);
  const { results } = await search('dataFactory', 'searchPipelines', { factory: factory() }, 'qt_');
  expect(results.map(({ value }) => value)).toEqual(['QT_fetch_data']);
});

it('a list that depends on a factory says so until one is selected', async () => {
  await expect(
    search('dataFactory', 'searchPipelines', { factory: { __rl: true, mode: 'list', value: '' } }),
  ).rejects.toMatchObject({ message: 'Select a data factory first' });
});

it('Run IDs are listed with name, status and start time, newest first', async () => {
  sandbox.world.azure.dataFactory.start('Load_sources', { parameters: {} });
  const { results } = await search('dataFactory', 'searchRuns', { factory: factory() }, 'load_sources');
  expect(results[0]).toEqual({
    name: expect.stringMatching(/^Load_sources, \w+( \w+)?, \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
    value: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  const run = sandbox.control.startDbtRun({ outcome: 'success' });
  expect((await search('dbt', 'searchRuns', {})).results[0]?.value).toBe(String(run));
  expect((await search('databricks', 'searchRuns', {})).results).toEqual(expect.any(Array));
});

it('a list says how a value is entered instead', () => {
  const modesOf = (node: string, name: string) =>
    n8n
      .nodeType(node)
      .description.properties.find((property) => property.name === name)
      ?.modes?.map(({ displayName, placeholder }) => [displayName, placeholder]);
  expect(modesOf('dataFactory', 'pipeline')?.slice(0, 2)).toEqual([
    ['From List', 'Select pipeline…'],
    ['By Name', 'e.g. QT_fetch_data'],
  ]);
  expect(modesOf('dbt', 'run')?.slice(0, 2)).toEqual([
    ['From List', 'Select run…'],
    ['By ID', 'e.g. 70403103926818'],
  ]);
});

it('a multi-select lists dbt jobs', async () => {
  const load = n8n.nodeType('dbtTrigger').methods?.loadOptions?.['searchJobs'];
  const options: INodePropertyOptions[] = (await load?.call(form('dbtTrigger', { event: 'jobRunCompleted' }))) ?? [];
  expect(options).toContainEqual(expect.objectContaining({ value: '123', name: expect.stringContaining('Daily Job') }));
});

it('a list reports a problem with the credential instead of an empty list', async () => {
  const context = form('dataFactory', {});
  Object.assign(context, { getCredentials: async () => ({ tenantId: 't', clientId: 'c', subscriptionId: 's' }) });
  const list = n8n.nodeType('dataFactory').methods?.listSearch?.['searchFactories'];
  await expect(list?.call(context)).rejects.toMatchObject({ message: expect.stringContaining('Client Secret') });
});

describe('The resource mapper of pipeline parameters', () => {
  const fieldsOf = async (node: string, method: string, parameters: INodeParameters) =>
    (await n8n.nodeType(node).methods?.resourceMapping?.[method]?.call(form(node, parameters)))?.fields;
  const pipeline = (value: string) => ({ pipeline: { __rl: true, mode: 'list', value } });

  it('has a typed field with its default for each declared parameter', async () => {
    expect(
      await fieldsOf('dataFactory', 'mapPipelineParameters', { factory: factory(), ...pipeline('Run_KPI_notebook') }),
    ).toMatchObject([
      { id: 'reportDate', type: 'string', required: false, defaultValue: '2026-01-31' },
      { id: 'regions', type: 'array', defaultValue: '["EMEA","APAC"]' },
      { id: 'fullRefresh', type: 'boolean', defaultValue: false },
      { id: 'topN', type: 'number', defaultValue: 10 },
    ]);
    expect(
      await fieldsOf('dataFactory', 'mapPipelineParameters', { factory: factory(), ...pipeline('QT_fetch_data') }),
    ).toMatchObject([{ id: 'DatasetID', required: true }]);
  });

  it('omits parameters that Pipewright sets itself', async () => {
    expect(
      await fieldsOf('dataFactory', 'mapPipelineParameters', { factory: factory(), ...pipeline('Load_and_call') }),
    ).toEqual([]);
  });

  it('is empty until a pipeline is selected', async () => {
    expect(await fieldsOf('dataFactory', 'mapPipelineParameters', { factory: factory() })).toEqual([]);
  });

  it('also works for Databricks jobs', async () => {
    const job = { __rl: true, mode: 'list', value: sandbox.accounts.databricks.jobId };
    expect(await fieldsOf('databricks', 'mapJobParameters', { job })).toMatchObject([
      { id: 'reportDate', type: 'string', defaultValue: '2026-01-01' },
    ]);
  });

  it('also works for a Mode report that was entered by its URL; a list is text that may stay empty', async () => {
    const value = `https://app.mode.com/contoso/reports/${sandbox.accounts.mode.reportToken}`;
    const report = { __rl: true, mode: 'url', value };
    expect(await fieldsOf('mode', 'mapReportParameters', { report })).toMatchObject([
      { id: 'country', displayName: 'country', type: 'string', required: false },
      { id: 'lines', displayName: 'lines (JSON)', type: 'string', required: false },
    ]);
  });
});
