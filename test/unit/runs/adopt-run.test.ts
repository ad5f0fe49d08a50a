import type { Service } from '../../../shared/src/define/service.ts';
import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { RunProvider } from '../../../shared/src/runs/provider.ts';
import type { Run } from '../../../shared/src/runs/run.ts';
import { startKeyOf } from '../../../shared/src/runs/start-key.ts';
import { startOnce } from '../../../shared/src/runs/start-once.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { databricks } from '../../../shared/src/services/databricks/service.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { mode } from '../../../shared/src/services/mode/service.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { fakeHost, fakeStart, type Answer, type FakeHost } from '../fake-host.ts';
import { operate } from '../operate.ts';

const now = new Date(fakeStart).toISOString();

/** A vendor with counted runs. */
interface Vendor {
  name: string;
  service: Service;
  operation: string;
  typed: Record<string, unknown>;
  connection: Record<string, unknown>;
  /** Whether the vendor stores a key or tag that identifies a lost run with certainty. */
  isCertain: boolean;
  /** Scripts a vendor; `start` decides the outcome of a start. */
  attach(host: FakeHost, runs: Record<string, unknown>[], start: (make: () => unknown) => Answer): FakeHost;
}

const azure = { tenantId: 't', clientId: 'c', clientSecret: 's', subscriptionId: 'sub' };
const token = { json: { access_token: 't', expires_in: 3600 } };

function pipelines(
  name: string,
  service: Service,
  home: Record<string, string>,
  base: string,
  parameters: Record<string, object>,
): Vendor {
  return {
    name,
    service,
    operation: 'runPipeline',
    typed: { ...home, pipeline: 'Load', parameters: { DatasetID: 'd-1' }, wait: false },
    connection: azure,
    isCertain: 'pipewrightStartKey' in parameters,
    attach: (host, runs, start) =>
      host
        .on('POST', /oauth2/, token)
        .on('GET', `${base}/pipelines/Load`, {
          json: { name: 'Load', properties: { parameters: { DatasetID: { type: 'string' }, ...parameters } } },
        })
        .on('POST', `${base}/pipelines/Load/createRun`, ({ json }) =>
          start(() => {
            const run = {
              runId: `${name}-run-${runs.length + 1}`,
              pipelineName: 'Load',
              status: 'InProgress',
              runStart: now,
              parameters: json,
            };
            runs.push(run);
            return { runId: run.runId };
          }),
        )
        .on('POST', `${base}/queryPipelineRuns`, () => ({ json: { value: [...runs].reverse() } })),
  };
}

const group =
  'https://management.azure.com/subscriptions/sub/resourceGroups/rg/providers/Microsoft.DataFactory/factories';
const batches = 'https://contoso.dev.azuresynapse.net/livyApi/versions/2019-11-01-preview/sparkPools/pool1/batches';

const vendors: Vendor[] = [
  pipelines('Data Factory', dataFactory, { factory: 'rg/plain' }, `${group}/plain`, {}),
  pipelines('Data Factory with a parameter for the key', dataFactory, { factory: 'rg/keyed' }, `${group}/keyed`, {
    pipewrightStartKey: { type: 'string', defaultValue: '' },
  }),
  pipelines('Synapse', synapse, { workspace: 'rg/contoso' }, 'https://contoso.dev.azuresynapse.net', {}),
  {
    name: 'Spark of Synapse',
    service: synapse,
    operation: 'runSparkJob',
    typed: {
      workspace: 'rg/contoso',
      pool: 'pool1',
      name: 'Daily',
      file: 'abfss://c@a.dfs.core.windows.net/x.py',
      wait: false,
    },
    connection: azure,
    isCertain: true,
    attach: (host, runs, start) =>
      host
        .on('POST', /oauth2/, token)
        .on('POST', batches, ({ json }) =>
          start(() => {
            const run = {
              ...(json as object),
              id: runs.length + 1,
              state: 'running',
              result: 'Uncertain',
              livyInfo: { jobCreationRequest: json },
            };
            runs.push(run);
            return run;
          }),
        )
        .on('GET', batches, () => ({ json: { total: runs.length, sessions: runs } })),
  },
  {
    name: 'dbt',
    service: dbt,
    operation: 'runJob',
    typed: { job: '910', wait: false },
    connection: { accessUrl: 'https://ab123.us1.dbt.com', accountId: '1', apiToken: 't' },
    isCertain: true,
    attach: (host, runs, start) =>
      host
        .on('POST', /jobs\/910\/run\/$/, ({ json }) =>
          start(() => {
            const run = {
              id: runs.length + 1,
              status: 3,
              created_at: now,
              trigger: { cause: (json as { cause: string }).cause },
            };
            runs.push(run);
            return { data: run };
          }),
        )
        .on('GET', /\/runs\/$/, () => ({
          json: { data: [...runs].reverse(), extra: { pagination: { total_count: runs.length } } },
        })),
  },
  {
    name: 'Databricks',
    service: databricks,
    operation: 'runJob',
    typed: { job: '910', wait: false },
    connection: { workspaceUrl: 'https://adb-1.2.azuredatabricks.net', token: 'dapi-x' },
    isCertain: true,
    attach: (host, runs, start) =>
      host
        .on('POST', /jobs\/run-now$/, ({ json }) => {
          const { idempotency_token: key } = json as { idempotency_token: string };
          return start(() => {
            const known = runs.find((run) => run['key'] === key);
            if (!known) runs.push({ run_id: runs.length + 1, key });
            return { run_id: (known ?? runs.at(-1))?.['run_id'] };
          });
        })
        .on('GET', /jobs\/runs\/list$/, () => ({
          json: {
            runs: runs.map(({ run_id }) => ({ run_id, start_time: fakeStart, state: { life_cycle_state: 'RUNNING' } })),
          },
        })),
  },
  {
    name: 'Mode',
    service: mode,
    operation: 'runReport',
    typed: { report: 'abc1', parameters: { country: 'GB' }, wait: false },
    connection: { workspace: 'contoso', apiToken: 't', apiSecret: 's' },
    isCertain: false,
    attach: (host, runs, start) =>
      host
        .on('GET', /reports\/abc1$/, { json: { token: 'abc1', name: 'KPI' } })
        .on('GET', /reports\/abc1\/queries$/, { json: { _embedded: { queries: [] } } })
        .on('POST', /reports\/abc1\/runs$/, ({ json }) =>
          start(() => {
            const run = { ...(json as object), token: `run${runs.length + 1}`, state: 'pending', created_at: now };
            runs.push(run);
            return run;
          }),
        )
        .on('GET', /reports\/abc1\/runs$/, () => ({ json: { _embedded: { report_runs: [...runs].reverse() } } })),
  },
  {
    name: 'Quantemplate',
    service: quantemplate,
    operation: 'runPipeline',
    typed: { pipeline: 'p-1', wait: false },
    connection: { clientId: 'c', clientSecret: 's', organisationId: 'c-contoso' },
    isCertain: false,
    attach: (host, runs, start) =>
      host
        .on('POST', /openid-connect/, token)
        .on('POST', /executions$/, () =>
          start(() => {
            const run = { id: `e-${runs.length + 1}`, status: 'Started', createdAt: now };
            runs.push(run);
            return run;
          }),
        )
        .on('GET', /executions$/, () => ({ json: runs })),
  },
];

/** Each test has its own account, because run IDs are unique within one account only. */
let account = 0;

describe.each(vendors)('A start at $name', ({ service, operation, typed, connection, isCertain, attach }) => {
  let runs: Record<string, unknown>[];
  beforeEach(() => {
    runs = [];
    account += 1;
  });
  // Run IDs also differ from test to test, because not every vendor has a separate address per account.
  const own = (text: string): string => text.replace(/e-(\d)|run-(\d)|run(\d)/g, `$&x${account}`);
  const open = (start: (make: () => unknown) => Answer): FakeHost => {
    const host = attach(fakeHost(), runs, start);
    const { http } = host;
    host.http = async (request) => {
      const response = await http(request);
      return { ...response, text: own(response.text) };
    };
    return host;
  };
  const run = (host: FakeHost) => operate(service, operation, typed, host, connection);
  const outcome = (host: FakeHost): Promise<Record<string, unknown> | PipewrightError> =>
    run(host).catch((error: PipewrightError) => error);

  it.each<[string, Answer]>([
    ['a web page', { text: '<html><body>Sign in</body></html>' }],
    ['half of its JSON', { text: '{"runId": "2f7f' }],
    ['nothing', { text: '' }],
    ['nothing, with 204', { status: 204, text: '' }],
    ['null', { text: 'null' }],
    ['an error with status 200', { json: { error: { code: 'Busy', message: 'Try later.' } } }],
    ['an ID of null', { json: { runId: null, run_id: null, id: null, token: null, data: { id: null } } }],
    ['an ID that is an object', { json: { runId: {}, run_id: {}, id: {}, token: {}, data: { id: {} } } }],
    ['an empty ID', { json: { runId: '', run_id: '', id: '', token: '', data: { id: '' } } }],
    ['an inexact ID', { text: '{"runId":1e300,"run_id":1e300,"id":1e300,"token":1e300,"data":{"id":1e300}}' }],
    ['a list', { json: [] }],
  ])('finds its run after the response %s', async (_what, answer) => {
    let first = true;
    const host = open((make) => {
      const json = make();
      if (!first) return { json };
      first = false;
      return answer;
    });
    const found = await run(host);
    expect(String(found['id'])).toMatch(/\d/);
    expect(runs).toHaveLength(1);
  });

  it('is unconfirmed after an unreadable response without a run, and is not repeated', async () => {
    let starts = 0;
    const host = open(() => {
      starts += 1;
      return { json: { error: 'busy' } };
    });
    await expect(run(host)).rejects.toMatchObject({
      code: 'unexpected-response',
      retryable: false,
      message: expect.stringContaining('may have started'),
    });
    // Databricks identifies a start by its token, so it can be sent again.
    expect(starts).toBe(service === databricks ? 4 : 1);
    expect(runs).toHaveLength(0);
  });

  it.each([
    ['before', ['lost', 'made']],
    ['after', ['made', 'lost']],
  ])('that is lost %s an identical lost start never shares a run with it', async (_order, fates) => {
    const left = [...fates];
    // Every response is lost, and one of the starts never takes effect. At Databricks, retries succeed.
    const open2 = () => {
      let fate: string | undefined;
      return open((make) => {
        const again = fate !== undefined;
        fate ??= left.shift();
        if (again && service === databricks) return { json: make() };
        if (fate === 'made' && !again) make();
        return 'lost';
      });
    };
    const both = await Promise.all([outcome(open2()), outcome(open2())]);
    const ids = both.flatMap((one) => (one instanceof Error ? [] : [one['id']]));
    expect(new Set(ids).size).toBe(ids.length);
    for (const one of both)
      if (one instanceof Error) expect(one).toMatchObject({ code: 'unavailable', retryable: false });
    if (!isCertain) expect(ids).toEqual([]);
  });

  it('does not adopt the run of an identical confirmed start', async () => {
    const answered = await run(open((make) => ({ json: make() })));
    const lost = await outcome(open(() => 'lost'));
    expect(lost).toBeInstanceOf(PipewrightError);
    expect(lost).toMatchObject({ code: 'unavailable', retryable: false });
    expect(answered['id']).toBeDefined();
    expect(runs).toHaveLength(1);
  });
});

/** A provider that lists some runs and starts none. */
function shows(runs: Partial<Run>[]): RunProvider {
  const whole = runs.map(
    (run): Run => ({
      id: 'r-1',
      service: 'Vendor',
      name: 'load',
      status: 'running',
      vendorStatus: '',
      parameters: {},
      steps: [],
      ...run,
    }),
  );
  return {
    service: 'Vendor',
    namespace: `namespace-${(account += 1)}`,
    displayName: 'job load',
    get: async () => whole[0] as Run,
    recent: async () => whole,
    cancel: async () => undefined,
  };
}

const lost = async (): Promise<Run> => {
  throw new PipewrightError({ code: 'unavailable', message: 'lost', retryable: true });
};
const start = (provider: RunProvider) =>
  startOnce(fakeHost(), {
    provider,
    startKey: { source: 'execution', tag: 't', text: 't' },
    parameters: {},
    start: lost,
  });
const at = (seconds: number): string => new Date(fakeStart + seconds * 1000).toISOString();

describe('A Start Key', () => {
  it('is scoped to the account, so that equal names in two accounts start two runs', async () => {
    const host = fakeHost();
    const started: string[] = [];
    const startAt = (provider: RunProvider) =>
      startOnce(host, {
        provider,
        startKey: { key: 'wev_1', source: 'user', tag: 't', text: 'wev_1' },
        async start() {
          started.push(provider.namespace);
          return provider.get('r-1');
        },
      });
    const [one, other] = [shows([{}]), shows([{}])];
    await startAt(one);
    await startAt(one);
    await startAt(other);
    expect(started).toEqual([one.namespace, other.namespace]);
  });

  it('makes separate tags for runs in a shared tag namespace', () => {
    const tagOf = (what: string): string =>
      startKeyOf(fakeHost(), { startKey: 'wev_1', startOncePer: 'event' }, what).tag;
    expect(tagOf('job 910')).toBe(tagOf('job 910'));
    expect(tagOf('job 910')).not.toBe(tagOf('job 911'));
  });
});

describe('An unconfirmed start without a key', () => {
  it('adopts the only run that started since', async () => {
    expect(await start(shows([{ startedAt: at(1) }]))).toMatchObject({ id: 'r-1' });
  });

  it('does not adopt a run started by a trigger or another pipeline', async () => {
    const group =
      'https://management.azure.com/subscriptions/sub/resourceGroups/rg/providers/Microsoft.DataFactory/factories/contoso';
    for (const invokedByType of ['ScheduleTrigger', 'PipelineActivity']) {
      const host = fakeHost()
        .on('POST', /oauth2/, { json: { access_token: 't', expires_in: 3600 } })
        .on('GET', `${group}/pipelines/Load`, { json: { name: 'Load', properties: {} } })
        .on('POST', `${group}/pipelines/Load/createRun`, 'lost')
        .on('POST', `${group}/queryPipelineRuns`, {
          json: {
            value: [
              {
                runId: 'of-another',
                pipelineName: 'Load',
                status: 'InProgress',
                runStart: at(1),
                parameters: {},
                invokedBy: { invokedByType },
              },
            ],
          },
        });
      const started = operate(
        dataFactory,
        'runPipeline',
        { factory: 'rg/contoso', pipeline: 'Load', wait: false },
        host,
        azure,
      );
      await expect(started).rejects.toMatchObject({
        code: 'unavailable',
        retryable: false,
        hint: expect.not.stringContaining('of-another'),
      });
    }
  });

  it.each<[string, Partial<Run>[]]>([
    ['a run that began a little before it was sent', [{ startedAt: at(-3) }]],
    ['a run of which nobody knows when it began', [{}]],
    ['one of two runs', [{ startedAt: at(1) }, { id: 'r-2', startedAt: at(2) }]],
  ])('does not adopt %s, but lists it as a candidate', async (_what, runs) => {
    await expect(start(shows(runs))).rejects.toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('r-1'),
    });
  });

  it.each<[string, Partial<Run>[]]>([
    ['a run that is older', [{ startedAt: at(-60) }]],
    ['a run with other parameters', []],
  ])('does not list %s', async (_what, runs) => {
    await expect(start(shows(runs))).rejects.toMatchObject({ hint: expect.not.stringContaining('r-1') });
  });

  it('includes truncated bodies and timeouts of the platform', async () => {
    for (const code of ['incomplete', 'timed-out'] as const) {
      const broken = async (): Promise<Run> => {
        throw new PipewrightError({ code, message: 'broken' });
      };
      await expect(
        startOnce(fakeHost(), {
          provider: shows([]),
          startKey: { source: 'execution', tag: 't', text: 't' },
          start: broken,
        }),
      ).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    }
  });
});
