import type { Pipeline } from '../../../scripts/generate/pipelines/activities.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { fakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';
import { pipelines } from './templates.ts';

const connection = { tenantId: 'tenant-1', clientId: 'client-1', clientSecret: 'secret-1', subscriptionId: 'sub-1' };
const login = 'https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token';
const services = {
  dataFactory: {
    service: dataFactory,
    home: { factory: 'rg/contoso' },
    base: 'https://management.azure.com/subscriptions/sub-1/resourceGroups/rg/providers/Microsoft.DataFactory/factories/contoso',
  },
  synapse: { service: synapse, home: { workspace: 'rg/contoso' }, base: 'https://contoso.dev.azuresynapse.net' },
};

/** The values that a user enters, by pipeline. */
const entered = new Map<string, Record<string, unknown>>([
  ['Load_Quantemplate_dataset', { DatasetID: 'd-claims', Table: 'claims' }],
  ['Run_notebook', { NotebookPath: '/Shared/kpi' }],
  ['synapse: Run_notebook', { Notebook: 'kpi', SparkPool: 'small' }],
]);

const started = pipelines.flatMap(([title, pipeline, { service }]) => {
  const parameters = entered.get(title) ?? entered.get(pipeline.name);
  return parameters && service !== 'fabric' ? [{ title, pipeline, on: services[service], parameters }] : [];
});

it('All pipelines of Data Factory and Synapse that do work are started', () => {
  expect(started).toHaveLength(4);
});

describe.each(started)('Run Pipeline with $title', ({ pipeline, on: { service, home, base }, parameters }) => {
  const address = `${base}/pipelines/${pipeline.name}`;
  const declared = ({ name, properties }: Pipeline) => ({ json: { name, properties } });
  const connected = () =>
    fakeHost()
      .on('POST', login, { json: { access_token: 'token', expires_in: 3599 } })
      .on('GET', address, declared(pipeline))
      .on('POST', `${base}/queryPipelineRuns`, { json: { value: [] } })
      .on('POST', `${address}/createRun`, { json: { runId: 'run-1' } });
  const run = (host: ReturnType<typeof fakeHost>, values: Record<string, unknown>) =>
    operate(service, 'runPipeline', { ...home, pipeline: pipeline.name, wait: false, ...values }, host, connection);

  it('starts it with the start key and the parameters without defaults', async () => {
    const host = connected();
    await run(host, { parameters, startKey: 'event-1' });
    expect(host.sent('POST', 'createRun').map(({ json }) => json)).toEqual([
      { ...parameters, pipewrightStartKey: expect.stringMatching(/./) },
    ]);
  });

  it('starts nothing if a parameter is missing or misspelled', async () => {
    const host = connected();
    await expect(run(host, { parameters: {} })).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(run(host, { parameters: { ...parameters, datasetId: 'd-1' } })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(host.sent('POST', 'createRun')).toEqual([]);
  });

  it('passes a callback URL', async () => {
    const host = connected();
    const action = service.operations.find(({ key }) => key === 'runPipeline');
    const callback = action && 'callback' in action ? action.callback : undefined;
    await callback?.start(
      { ...home, pipeline: pipeline.name, parameters, completionMethod: 'callback' },
      { host, connection: service.connection.check(connection) },
      () => 'https://n8n.example.com/resume?token=1',
    );
    expect(host.sent('POST', 'createRun').map(({ json }) => json)).toEqual([
      expect.objectContaining({ pipewrightCallbackUrl: 'https://n8n.example.com/resume?token=1' }),
    ]);
  });
});
