// A small app for a fictional vendor at `authData.vendor_url` that uses every mechanism of the platform once.
import zapier, { type Bundle, type ZObject } from 'zapier-platform-core';
import { createHmac, timingSafeEqual } from 'node:crypto';

const field = (bundle: Bundle, key: string): string => String(bundle.inputData[key] ?? '');
const address = (bundle: Bundle, path: string): string => `${bundle.authData['vendor_url']}${path}`;
const ask = async (z: ZObject, bundle: Bundle, path: string) => (await z.request({ url: address(bundle, path) })).data;

/** The download is streamed; the whole file is never in memory. */
const downloadDataset = async (z: ZObject, bundle: Bundle) =>
  z.stashFile(
    (await z.request({ url: address(bundle, `/datasets/${field(bundle, 'dataset')}`), raw: true })).body,
    undefined,
    `${field(bundle, 'dataset')}.csv`,
    'text/csv',
  );
const describeDataset = (_z: ZObject, bundle: Bundle) => Promise.resolve({ described: field(bundle, 'dataset') });
// Zapier's core writes to this object, which `import * as` would not allow.
const hydrators = { downloadDataset, describeDataset };

const isGenuine = (bundle: Bundle): boolean => {
  const secret = String((bundle.subscribeData as { secret?: string } | undefined)?.secret ?? '');
  const given = Buffer.from(bundle.rawRequest?.headers?.['Http-X-Vendor-Signature'] ?? '', 'hex');
  const expected = createHmac('sha256', secret)
    .update(bundle.rawRequest?.content ?? '')
    .digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const receiveEvent = async (z: ZObject, bundle: Bundle) => {
  if (!isGenuine(bundle)) {
    z.console.log('The signature does not match.');
    return [];
  }
  const { id, dataset } = bundle.cleanedRequest as { id: string; dataset: string };
  if (!(await z.cache.set(`event ${id}`, true, 60, ['auth'], true))) return [];
  return [
    {
      id,
      dataset,
      source: bundle.cleanedRequest.querystring.source ?? '',
      file: z.dehydrateFile(hydrators.downloadDataset, { dataset }),
      about: z.dehydrate(hydrators.describeDataset, { dataset }),
    },
  ];
};

const listRuns = async (z: ZObject, bundle: Bundle) => {
  z.console.log(`limit is ${bundle.meta?.isPopulatingDedupe ? 'everything' : 'recent'}`);
  return ask(z, bundle, '/runs');
};

const startRun = async (z: ZObject, bundle: Bundle) => {
  const callback = bundle.meta?.isLoadingSample || field(bundle, 'wait') !== 'yes' ? '' : z.generateCallbackUrl();
  const { data } = await z.request({
    method: 'POST',
    url: address(bundle, '/runs'),
    body: { pipeline: field(bundle, 'pipeline'), callback },
  });
  return data;
};

const misbehave = async (z: ZObject, bundle: Bundle) => {
  switch (field(bundle, 'how')) {
    case 'hang':
      return new Promise<never>(() => undefined);
    case 'exit':
      return process.exit(3);
    case 'large':
      return { text: 'x'.repeat(7_000_000) };
    case 'throttled': {
      const attempts = Number((await z.cache.get('attempts')) ?? 0) + 1;
      await z.cache.set('attempts', attempts);
      if (attempts < 3) throw new z.errors.ThrottledError('Too many requests.', 1);
      return { attempts };
    }
    case 'halt':
      throw new z.errors.HaltedError('There is nothing to do.');
    case 'list':
      return [];
    default:
      throw new z.errors.Error('It is broken.', 'broken', 400);
  }
};

export default {
  version: '1.0.0',
  platformVersion: zapier.version,
  authentication: {
    type: 'custom',
    fields: [
      { key: 'vendor_url', type: 'string', required: true },
      { key: 'token', type: 'password', required: true },
    ],
    test: (z: ZObject, bundle: Bundle) => ask(z, bundle, '/me'),
    connectionLabel: '{{bundle.inputData.name}} at {{company}}',
  },
  beforeRequest: [
    (request: { headers?: object }, _z: ZObject, bundle: Bundle) => {
      request.headers = { ...request.headers, Authorization: `Bearer ${bundle.authData['token']}` };
      return request;
    },
  ],
  hydrators,
  triggers: {
    dataset_ready: {
      key: 'dataset_ready',
      noun: 'Dataset',
      display: { label: 'Dataset Ready', description: 'Triggers when a dataset is ready.' },
      operation: {
        type: 'hook',
        perform: receiveEvent,
        performList: (z: ZObject, bundle: Bundle) => ask(z, bundle, '/events'),
        performSubscribe: async (z: ZObject, bundle: Bundle) =>
          (
            await z.request({
              method: 'POST',
              url: address(bundle, '/hooks'),
              body: { target: bundle.targetUrl },
            })
          ).data,
        performUnsubscribe: async (z: ZObject, bundle: Bundle) =>
          (
            await z.request({
              method: 'DELETE',
              url: address(bundle, `/hooks/${(bundle.subscribeData as { id: string }).id}`),
            })
          ).data,
        sample: { id: 'event-1', dataset: 'claims' },
      },
    },
    run_finished: {
      key: 'run_finished',
      noun: 'Run',
      display: { label: 'Run Finished', description: 'Triggers when a run has finished.' },
      operation: { type: 'polling', perform: listRuns, sample: { id: 1, pipeline: 'copy' } },
    },
    pipelines: {
      key: 'pipelines',
      noun: 'Pipeline',
      display: { label: 'Pipelines', description: 'Triggers when there is a pipeline.', hidden: true },
      operation: { type: 'polling', perform: (z: ZObject, bundle: Bundle) => ask(z, bundle, '/pipelines') },
    },
  },
  creates: {
    start_run: {
      key: 'start_run',
      noun: 'Run',
      display: { label: 'Start Run', description: 'Starts a pipeline.' },
      operation: {
        inputFields: [
          { key: 'pipeline', label: 'Pipeline', required: true, dynamic: 'pipelines.id.name' },
          { key: 'wait', label: 'Wait', choices: { yes: 'Yes', no: 'No' }, altersDynamicFields: true },
          {
            key: 'region',
            label: 'Region',
            choices: {
              perform: async (_z: ZObject, bundle: Bundle) => ({
                results: [{ id: `region-${bundle.meta?.page ?? 0}`, label: 'North' }],
                paging_token: bundle.meta?.paging_token ? null : 'second',
              }),
            },
          },
          (_z: ZObject, bundle: Bundle) =>
            field(bundle, 'wait') === 'yes' ? [{ key: 'deadline', label: 'Deadline', type: 'integer' }] : [],
        ],
        outputFields: [
          { key: 'id', label: 'Run ID' },
          { key: 'status', label: 'Status' },
        ],
        perform: startRun,
        performResume: async (_z: ZObject, bundle: Bundle) => ({
          ...(bundle.outputData as object),
          ...bundle.cleanedRequest,
        }),
        sample: { id: 'run-1', status: 'started' },
      },
    },
    misbehave: {
      key: 'misbehave',
      noun: 'Trouble',
      display: { label: 'Misbehave', description: 'Does what an app should not do.' },
      operation: { inputFields: [{ key: 'how', label: 'How' }], perform: misbehave, sample: { id: 1 } },
    },
  },
  searches: {
    find_dataset: {
      key: 'find_dataset',
      noun: 'Dataset',
      display: { label: 'Find Dataset', description: 'Finds a dataset by its name.' },
      operation: {
        inputFields: [{ key: 'name', label: 'Name', required: true }],
        perform: async (z: ZObject, bundle: Bundle) =>
          (await ask(z, bundle, '/events')).filter(
            (event: { dataset: string }) => event.dataset === field(bundle, 'name'),
          ),
        sample: { id: 'event-1', dataset: 'claims' },
      },
    },
  },
};
