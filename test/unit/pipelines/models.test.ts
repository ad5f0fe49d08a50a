import { DataFactoryManagementClient } from '@azure/arm-datafactory';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { ArtifactsClient } from '@azure/synapse-artifacts';
import type { Activity, Resource } from '../../../scripts/generate/pipelines/activities.ts';
import { bundles, flat, type Bundle } from './templates.ts';

/** A service that answers every request with one definition, and remembers what it is sent. */
function answering(definition: unknown): { httpClient: HttpClient; sent: () => unknown } {
  let body: unknown;
  return {
    httpClient: {
      async sendRequest(request) {
        if (request.method === 'PUT') body = JSON.parse(String(request.body));
        return {
          request,
          status: 200,
          headers: createHttpHeaders({ 'content-type': 'application/json' }),
          bodyAsText: JSON.stringify(definition),
        };
      },
    },
    sent: () => body,
  };
}

const credential = { getToken: async () => ({ token: 'token', expiresOnTimestamp: Date.now() + 3_600_000 }) };

/** Microsoft's model of a definition: what their client reads, and what it sends back. */
interface Modeled {
  model: object;
  sent: unknown;
}

const group = 'group';
const factory = 'factory';

const throughDataFactory = {
  async pipelines({ name, properties }: Resource): Promise<Modeled> {
    const { httpClient, sent } = answering({ name, properties });
    const client = new DataFactoryManagementClient(credential, 'subscription', { httpClient });
    const model = await client.pipelines.get(group, factory, name);
    await client.pipelines.createOrUpdate(group, factory, name, model);
    return { model, sent: sent() };
  },
  async datasets({ name, properties }: Resource): Promise<Modeled> {
    const { httpClient, sent } = answering({ name, properties });
    const client = new DataFactoryManagementClient(credential, 'subscription', { httpClient });
    const model = await client.datasets.get(group, factory, name);
    await client.datasets.createOrUpdate(group, factory, name, model);
    return { model: model.properties, sent: sent() };
  },
  async linkedServices({ name, properties }: Resource): Promise<Modeled> {
    const { httpClient, sent } = answering({ name, properties });
    const client = new DataFactoryManagementClient(credential, 'subscription', { httpClient });
    const model = await client.linkedServices.get(group, factory, name);
    await client.linkedServices.createOrUpdate(group, factory, name, model);
    return { model: model.properties, sent: sent() };
  },
};

const endpoint = 'https://workspace.dev.azuresynapse.net';

const throughSynapse: typeof throughDataFactory = {
  async pipelines({ name, properties }) {
    const { httpClient, sent } = answering({ name, properties });
    const { pipelineOperations } = new ArtifactsClient(credential, endpoint, { httpClient });
    const model = await pipelineOperations.getPipeline(name);
    await pipelineOperations.beginCreateOrUpdatePipelineAndWait(name, model);
    return { model, sent: sent() };
  },
  async datasets({ name, properties }) {
    const { httpClient, sent } = answering({ name, properties });
    const { datasetOperations } = new ArtifactsClient(credential, endpoint, { httpClient });
    const model = await datasetOperations.getDataset(name);
    await datasetOperations.beginCreateOrUpdateDatasetAndWait(name, model);
    return { model: model.properties, sent: sent() };
  },
  async linkedServices({ name, properties }) {
    const { httpClient, sent } = answering({ name, properties });
    const { linkedServiceOperations } = new ArtifactsClient(credential, endpoint, { httpClient });
    const model = await linkedServiceOperations.getLinkedService(name);
    await linkedServiceOperations.beginCreateOrUpdateLinkedServiceAndWait(name, model);
    return { model: model.properties, sent: sent() };
  },
};

/** The objects of a model that kept `typeProperties`: Microsoft's client does not know their type. */
function unknownTypes(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'typeProperties' in value && 'type' in value ? [String(value.type)] : [];
  return [...own, ...Object.values(value).flatMap(unknownTypes)];
}

const known = new Set([
  'name',
  'type',
  'description',
  'dependsOn',
  'policy',
  'linkedServiceName',
  'inputs',
  'outputs',
  'typeProperties',
]);

const services: [service: Bundle['service'], through: typeof throughDataFactory][] = [
  ['dataFactory', throughDataFactory],
  ['synapse', throughSynapse],
];

const cases = services.flatMap(([service, through]) =>
  bundles
    .filter((bundle) => bundle.service === service)
    .flatMap((bundle) =>
      (['pipelines', 'datasets', 'linkedServices'] as const).flatMap((kind) =>
        bundle[kind].map((resource): [string, () => Promise<Modeled>, Resource] => {
          const plain: Resource = { name: resource.name, properties: { ...resource.properties } };
          return [`${bundle.title}: ${kind} ${resource.name}`, () => through[kind](plain), plain];
        }),
      ),
    ),
);

describe("Microsoft's models", () => {
  it.each(cases)('lose nothing of %s', async (_title, modeled, { properties }) => {
    const { model, sent } = await modeled();
    expect(unknownTypes(model)).toEqual([]);
    expect((sent as { properties: unknown }).properties).toEqual(properties);
  });

  it.each(bundles.map((bundle) => [bundle.title, bundle] as const))(
    'know every field of the activities of %s',
    (_title, bundle) => {
      const extra = bundle.service === 'fabric' ? ['externalReferences'] : [];
      const fields = bundle.pipelines
        .flatMap(({ properties }) => flat(properties.activities))
        .flatMap((activity: Activity) => Object.keys(activity));
      expect(fields.filter((field) => !known.has(field) && !extra.includes(field))).toEqual([]);
    },
  );

  it('notice a property that does not exist, a type that does not exist and a value of the wrong type', async () => {
    const withActivity = (activity: object) => ({
      name: 'Wrong',
      properties: {
        activities: [{ name: 'Wait', type: 'Wait', typeProperties: { waitTimeInSeconds: 1 }, ...activity }],
      },
    });
    const misspelled = withActivity({ typeProperties: { waitTimeInSeconds: 1, waitTime: 2 } });
    expect((await throughDataFactory.pipelines(misspelled)).sent).not.toMatchObject(misspelled);
    const { model } = await throughDataFactory.pipelines(withActivity({ type: 'Waiting' }));
    expect(unknownTypes(model)).toEqual(['Waiting']);
    const secure = withActivity({
      type: 'WebActivity',
      policy: { secureInput: 'yes' },
      typeProperties: { method: 'GET', url: 'https://example.com' },
    });
    await expect(throughDataFactory.pipelines(secure)).rejects.toThrow(/secureInput/);
  });
});
