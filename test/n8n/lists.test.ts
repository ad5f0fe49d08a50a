import type { ILoadOptionsFunctions, INodeListSearchResult, INodeParameters, INodePropertyOptions } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
  n8n = await openN8n('pipewright');
});

afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

/** What a list method is called on, while a form with these values is open. */
function form(node: string, parameters: INodeParameters): ILoadOptionsFunctions {
  const [first] = n8n.nodeType(node).description.credentials ?? [];
  const type = first?.name ?? '';
  const setting = n8n.set({ node, parameters, credentials: { [type]: sandboxCredentials(sandbox)[type] ?? {} } });
  Object.assign(setting.additionalData, { currentNodeParameters: parameters });
  return new n8n.core.LoadOptionsContext(setting.workflow, setting.node, setting.additionalData, '');
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

it('lists the factories of the subscription', async () => {
  const { results } = await search('dataFactory', 'searchFactories', {});
  expect(results).toEqual([
    expect.objectContaining({
      name: expect.stringContaining('contoso-factory'),
      value: 'data-platform/contoso-factory',
    }),
  ]);
});

it('lists every page of the pipelines of the chosen factory, and those that are searched for', async () => {
  expect((await search('dataFactory', 'searchPipelines', { factory: factory() })).results.length).toBeGreaterThan(30);
  const { results } = await search('dataFactory', 'searchPipelines', { factory: factory() }, 'qt_');
  expect(results.map(({ value }) => value)).toEqual(['QT_fetch_data']);
});

it('lists nothing until the factory is chosen', async () => {
  expect(await search('dataFactory', 'searchPipelines', { factory: { __rl: true, mode: 'list', value: '' } })).toEqual({
    results: [],
  });
});

it('lists the jobs of dbt for a field that takes several', async () => {
  const load = n8n.nodeType('dbtTrigger').methods?.loadOptions?.['searchJobs'];
  const options: INodePropertyOptions[] = (await load?.call(form('dbtTrigger', { event: 'jobRunCompleted' }))) ?? [];
  expect(options).toContainEqual(expect.objectContaining({ value: '123', name: expect.stringContaining('Daily Job') }));
});

it('says what is wrong with the credential instead of listing nothing', async () => {
  const context = form('dataFactory', {});
  Object.assign(context, { getCredentials: async () => ({ tenantId: 't' }) });
  const list = n8n.nodeType('dataFactory').methods?.listSearch?.['searchFactories'];
  await expect(list?.call(context)).rejects.toMatchObject({ message: expect.stringContaining('Client Secret') });
});
