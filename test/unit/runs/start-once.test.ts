import { PipewrightError } from '../../../shared/src/host/error.ts';
import type { Host } from '../../../shared/src/host/host.ts';
import type { Service } from '../../../shared/src/define/service.ts';
import { dataFactory } from '../../../shared/src/services/azure/data-factory/service.ts';
import { synapse } from '../../../shared/src/services/azure/synapse/service.ts';
import { dbt } from '../../../shared/src/services/dbt/service.ts';
import { mode } from '../../../shared/src/services/mode/service.ts';
import { quantemplate } from '../../../shared/src/services/quantemplate/service.ts';
import { fakeHost, type Answer, type FakeHost, type SentRequest } from '../fake-host.ts';
import { operate } from '../operate.ts';

/** The outcome of a start: it takes effect and the response arrives, it takes effect and the response is lost, or it is never received. */
type Luck = 'answers' | 'answer lost' | 'work lost';

/** A vendor that starts runs; several hosts can use it, like several processes. */
interface Vendor {
  name: string;
  service: Service;
  operation: string;
  typed: Record<string, unknown>;
  connection: Record<string, unknown>;
  /** Whether a run can be found by its key without any state on the platform. */
  keepsKey: boolean;
  /** Scripts the vendor's responses. */
  attach(host: FakeHost, runs: Record<string, unknown>[], luck: () => Luck): FakeHost;
}

const now = '2026-11-20T08:00:00Z';
const token: Answer = { json: { access_token: 't', expires_in: 3600 } };

/** The response to a start; records the run if it took effect. */
function starting(
  runs: Record<string, unknown>[],
  luck: () => Luck,
  run: (request: SentRequest, id: number) => Record<string, unknown>,
  answer: (run: Record<string, unknown>) => unknown,
) {
  return (request: SentRequest): Answer => {
    const chance = luck();
    if (chance === 'work lost') return 'lost';
    const made = run(request, runs.length + 1);
    runs.push(made);
    return chance === 'answer lost' ? 'lost' : { json: answer(made) };
  };
}

const azure = { tenantId: 't', clientId: 'c', clientSecret: 's', subscriptionId: 'sub' };
const newest = (runs: Record<string, unknown>[]) => [...runs].reverse();

function pipelines(
  name: string,
  service: Service,
  home: Record<string, string>,
  base: string,
  parameters: Record<string, object> = {},
): Vendor {
  return {
    name,
    service,
    operation: 'runPipeline',
    typed: { ...home, pipeline: 'Load', parameters: { DatasetID: 'd-1', rows: 5 }, wait: false },
    connection: azure,
    keepsKey: Object.keys(parameters).length > 0,
    attach: (host, runs, luck) =>
      host
        .on('POST', /oauth2/, token)
        .on('GET', `${base}/pipelines/Load`, {
          json: {
            name: 'Load',
            properties: {
              parameters: { DatasetID: { type: 'string' }, rows: { type: 'int', defaultValue: 0 }, ...parameters },
            },
          },
        })
        .on(
          'POST',
          `${base}/pipelines/Load/createRun`,
          starting(
            runs,
            luck,
            ({ json }, id) => ({
              runId: `run-${id}`,
              pipelineName: 'Load',
              status: 'InProgress',
              runStart: now,
              parameters: Object.fromEntries(
                Object.entries(json as object).map(([key, value]) => [key, String(value)]),
              ),
            }),
            ({ runId }) => ({ runId }),
          ),
        )
        .on('POST', `${base}/queryPipelineRuns`, () => ({ json: { value: newest(runs) } }))
        .on('GET', /pipelineruns/, ({ address }) => ({
          json: runs.find(({ runId }) => address.endsWith(String(runId))),
        })),
  };
}

const group = 'https://management.azure.com/subscriptions/sub/resourceGroups/rg/providers';
const vendors: Vendor[] = [
  pipelines('Data Factory', dataFactory, { factory: 'rg/contoso' }, `${group}/Microsoft.DataFactory/factories/contoso`),
  pipelines(
    'Data Factory with pipewrightStartKey',
    dataFactory,
    { factory: 'rg/contoso' },
    `${group}/Microsoft.DataFactory/factories/contoso`,
    { pipewrightStartKey: { type: 'string' } },
  ),
  pipelines('Synapse', synapse, { workspace: 'rg/contoso' }, 'https://contoso.dev.azuresynapse.net'),
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
    keepsKey: true,
    attach(host, runs, luck) {
      const batches =
        'https://contoso.dev.azuresynapse.net/livyApi/versions/2019-11-01-preview/sparkPools/pool1/batches';
      return host
        .on('POST', /oauth2/, token)
        .on(
          'POST',
          batches,
          starting(
            runs,
            luck,
            ({ json }, id) => ({
              ...(json as object),
              id,
              state: 'running',
              result: 'Uncertain',
              livyInfo: { jobCreationRequest: json },
            }),
            (run) => run,
          ),
        )
        .on('GET', batches, () => ({ json: { total: runs.length, sessions: runs } }))
        .on('GET', /batches\/\d+/, ({ address }) => ({
          json: runs.find(({ id }) => address.endsWith(`/${String(id)}`)),
        }));
    },
  },
  {
    name: 'dbt',
    service: dbt,
    operation: 'runJob',
    typed: { job: '910', wait: false },
    connection: { accessUrl: 'https://ab123.us1.dbt.com', accountId: '1', apiToken: 't' },
    keepsKey: true,
    attach: (host, runs, luck) =>
      host
        .on(
          'POST',
          /jobs\/910\/run\/$/,
          starting(
            runs,
            luck,
            ({ json }, id) => ({
              id,
              status: 3,
              job_definition_id: 910,
              trigger: { cause: (json as { cause: string }).cause },
            }),
            (data) => ({ data }),
          ),
        )
        .on('GET', /\/runs\/$/, () => ({
          json: { data: newest(runs), extra: { pagination: { total_count: runs.length } } },
        }))
        .on('GET', /\/runs\/\d+\/$/, ({ address }) => ({
          json: { data: runs.find(({ id }) => address.endsWith(`/${String(id)}/`)) },
        })),
  },
  {
    name: 'Mode',
    service: mode,
    operation: 'runReport',
    typed: { report: 'abc1', parameters: { country: 'GB' }, wait: false },
    connection: { workspace: 'contoso', apiToken: 't', apiSecret: 's' },
    keepsKey: false,
    attach: (host, runs, luck) =>
      host
        .on('GET', /reports\/abc1$/, { json: { token: 'abc1', name: 'KPI' } })
        .on('GET', /reports\/abc1\/queries$/, { json: { _embedded: { queries: [] } } })
        .on(
          'POST',
          /reports\/abc1\/runs$/,
          starting(
            runs,
            luck,
            ({ json }, id) => ({ ...(json as object), token: `run${id}`, state: 'pending', created_at: now }),
            (run) => run,
          ),
        )
        .on('GET', /reports\/abc1\/runs$/, () => ({ json: { _embedded: { report_runs: newest(runs) } } }))
        .on('GET', /reports\/abc1\/runs\/\w+$/, ({ address }) => ({
          json: runs.find(({ token: id }) => address.endsWith(String(id))),
        })),
  },
  {
    name: 'Quantemplate',
    service: quantemplate,
    operation: 'runPipeline',
    typed: { pipeline: 'p-1', wait: false },
    connection: { clientId: 'c', clientSecret: 's', organisationId: 'c-contoso' },
    keepsKey: false,
    attach: (host, runs, luck) =>
      host
        .on('POST', /openid-connect/, token)
        .on(
          'POST',
          /executions$/,
          starting(
            runs,
            luck,
            (_request, id) => ({ id: `e-${id}`, status: 'Started', createdAt: now }),
            (run) => run,
          ),
        )
        .on('GET', /executions$/, () => ({ json: runs })),
  },
];

describe.each(vendors)('A start at $name', ({ name, service, operation, typed, connection, keepsKey, attach }) => {
  let runs: Record<string, unknown>[];
  let lucks: Luck[];
  beforeEach(() => {
    runs = [];
    lucks = [];
  });
  const open = (options: Partial<Host> = {}): FakeHost =>
    attach(fakeHost(options), runs, () => lucks.shift() ?? 'answers');
  const start = (host: FakeHost, more: Record<string, unknown> = {}) =>
    operate(service, operation, { ...typed, ...more }, host, connection);
  const first = async (): Promise<string> => String((await start(open()))['id']);

  it('finds its run if the response is lost', async () => {
    lucks = ['answer lost'];
    const id = await first();
    expect(runs).toHaveLength(1);
    expect(JSON.stringify(runs)).toContain(id);
  });

  it('is reported as unconfirmed, not as throttled, if the platform has no time left to search for its run', async () => {
    lucks = ['answer lost'];
    const sleep = async (): Promise<never> => {
      throw new PipewrightError({ code: 'throttled', message: 'The step ran out of time.' });
    };
    await expect(start(open({ sleep }))).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    expect(runs).toHaveLength(1);
  });

  it('is not repeated if it never reached the vendor', async () => {
    lucks = ['work lost'];
    await expect(first()).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
      hint: expect.stringContaining('before you run this step again'),
    });
    expect(runs).toHaveLength(0);
  });

  it('returns the existing run for the same key', async () => {
    const host = open();
    const once = await start(host, { startKey: 'wev_1' });
    expect((await start(host, { startKey: 'wev_1' }))['id']).toBe(once['id']);
    expect(runs).toHaveLength(1);
    await start(host, { startKey: 'wev_2' });
    expect(runs).toHaveLength(2);
  });

  it('starts one run for two simultaneous starts with the same key', async () => {
    const host = open();
    const ids = (await Promise.all([1, 2, 3].map(() => start(host, { startKey: 'wev_1' })))).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
    expect(runs).toHaveLength(1);
  });

  it(`with the same key in another process ${keepsKey ? 'returns the existing run' : 'starts another run'}`, async () => {
    const once = await start(open(), { startKey: 'wev_1' });
    const again = await start(open(), { startKey: 'wev_1' });
    expect(again['id'] === once['id']).toBe(keepsKey);
    expect(runs).toHaveLength(keepsKey ? 1 : 2);
  });

  it('returns the existing run if the platform retries the step after an error', async () => {
    const host = open({ executionKey: '17:node:0:0' });
    const once = await start(host);
    expect((await start(host))['id']).toBe(once['id']);
    expect(runs).toHaveLength(1);
    await start(
      attach(Object.assign(fakeHost({ executionKey: '18:node:0:0' }), { cache: host.cache }), runs, () => 'answers'),
    );
    expect(runs).toHaveLength(2);
  });

  /** Makes the newest run a failed one. */
  const fail = (): void => {
    const ended = {
      'Data Factory': { status: 'Failed' },
      Synapse: { status: 'Failed' },
      Spark: { state: 'dead', result: 'Failed' },
      dbt: { status: 20 },
      Mode: { state: 'failed' },
      Quantemplate: { status: 'Failed', finishedAt: now },
    };
    Object.assign(runs.at(-1) ?? {}, Object.entries(ended).find(([key]) => name.startsWith(key))?.[1]);
  };

  /** A host that shares the memory of another one: another execution in the same process. */
  const beside = (host: FakeHost, options: Partial<Host>): FakeHost => {
    const other = open(options);
    other.cache = host.cache;
    return other;
  };

  it('starts a new run if the platform retries the step after a failed run', async () => {
    const host = open({ executionKey: '17:node:0:0' });
    await start(host);
    fail();
    await start(host);
    expect(runs).toHaveLength(2);
    fail();
    await start(host);
    expect(runs).toHaveLength(3);
  });

  it('without a Start Key has one run per event, unless the user chose one per execution', async () => {
    const host = open({ executionKey: '17:node:0:0', eventKey: 'event-1' });
    const once = await start(host);
    const copy = await start(beside(host, { executionKey: '18:node:0:0', eventKey: 'event-1' }));
    expect([once['reused'], copy['id'], copy['reused']]).toEqual([undefined, once['id'], true]);
    await start(beside(host, { executionKey: '19:node:0:0', eventKey: 'event-2' }));
    expect(runs).toHaveLength(2);
    await start(beside(host, { executionKey: '20:node:0:0', eventKey: 'event-1' }), { startOncePer: 'execution' });
    expect(runs).toHaveLength(3);
  });

  it.each([
    ['of an event', { eventKey: 'event-1' }, {}],
    ['with a Start Key', {}, { startKey: 'wev_1' }],
  ])(
    '%s that failed is repeated by a retried execution, and never by a copy of the event',
    async (_, identity, typed) => {
      const host = open({ executionKey: '17:node:0:0', ...identity });
      const failed = await start(host, typed);
      fail();
      const copy = (executionKey: string) => start(beside(host, { executionKey, ...identity }), typed);
      expect((await copy('18:node:0:0'))['id']).toBe(failed['id']);
      // The node of the copy has Retry On Fail, too.
      expect((await copy('18:node:0:0'))['id']).toBe(failed['id']);
      expect(runs).toHaveLength(1);
      const retry = (executionKey: string) => start(beside(host, { executionKey, isRetry: true, ...identity }), typed);
      const second = await retry('19:node:0:0');
      expect([second['id'] === failed['id'], second['reused'], runs.length]).toEqual([false, undefined, 2]);
      // The failed copy is retried as well: the second run is active.
      expect((await retry('20:node:0:0'))['id']).toBe(second['id']);
      expect((await copy('21:node:0:0'))['id']).toBe(second['id']);
      fail();
      await retry('22:node:0:0');
      expect(runs).toHaveLength(3);
    },
  );

  it('of an event that failed is repeated by Retry On Fail in the execution that started it', async () => {
    const host = open({ executionKey: '17:node:0:0', eventKey: 'event-1' });
    await start(host);
    fail();
    await start(host);
    expect(runs).toHaveLength(2);
  });

  it(`of an event in another process ${keepsKey ? 'has one run, and a retry there repeats a failed one' : 'starts another run'}`, async () => {
    const event = { eventKey: 'event-1' };
    const once = await start(open({ executionKey: '17:node:0:0', ...event }));
    const copy = await start(open({ executionKey: '18:node:0:0', ...event }));
    expect(copy['id'] === once['id']).toBe(keepsKey);
    if (!keepsKey) return;
    fail();
    expect((await start(open({ executionKey: '18:node:0:0', ...event })))['id']).toBe(once['id']);
    await start(open({ executionKey: '19:node:0:0', isRetry: true, ...event }));
    expect(runs).toHaveLength(2);
    expect((await start(open({ executionKey: '20:node:0:0', ...event })))['reused']).toBe(true);
    fail();
    await start(open({ executionKey: '21:node:0:0', isRetry: true, ...event }));
    expect(runs).toHaveLength(3);
  });

  if (keepsKey)
    it('of an event is searched for and started while executions in other processes are kept out', async () => {
      let isHeld = false;
      const heldAtStart: boolean[] = [];
      const exclusive: Host['exclusive'] = async (work) => {
        isHeld = true;
        try {
          return await work();
        } finally {
          isHeld = false;
        }
      };
      const host = attach(fakeHost({ eventKey: 'event-1', exclusive }), runs, () => {
        heldAtStart.push(isHeld);
        return 'answers';
      });
      await start(host);
      expect([heldAtStart, isHeld]).toEqual([[true], false]);
    });

  it('reuses an active run with the same parameters, and starts a new one once it has finished', async () => {
    const host = open();
    const once = await start(host);
    expect((await start(host, { reuseActiveRun: true }))['id']).toBe(once['id']);
    expect(runs).toHaveLength(1);
    Object.assign(runs[0] ?? {}, {
      status: name === 'dbt' ? 20 : 'Failed',
      state: name === 'Mode' ? 'failed' : 'dead',
      result: 'Failed',
      finishedAt: now,
    });
    expect((await start(host, { reuseActiveRun: true }))['id']).not.toBe(once['id']);
    expect(runs).toHaveLength(2);
  });

  it('starts a new run each time without a key', async () => {
    const host = open();
    await start(host);
    await start(host);
    expect(runs).toHaveLength(2);
  });
});

it.each(vendors.filter(({ keepsKey }) => !keepsKey))(
  'a lost start at $name never adopts a run while an identical start is in progress',
  async ({ service, operation, typed, connection, attach }) => {
    const runs: Record<string, unknown>[] = [];
    const lucks: Luck[] = ['answers', 'answer lost'];
    const host = attach(fakeHost(), runs, () => lucks.shift() ?? 'answers');
    await operate(service, operation, typed, host, connection);
    await expect(operate(service, operation, typed, host, connection)).rejects.toMatchObject({
      code: 'unavailable',
      retryable: false,
    });
    expect(runs).toHaveLength(2);
  },
);

it('one key starts two Spark jobs in a pool, even from two processes', async () => {
  const runs: Record<string, unknown>[] = [];
  const [spark] = vendors.filter(({ operation }) => operation === 'runSparkJob');
  if (!spark) throw new Error('Spark is missing');
  const start = (name: string) =>
    operate(
      spark.service,
      spark.operation,
      { ...spark.typed, name, startKey: 'wev_1' },
      spark.attach(fakeHost(), runs, () => 'answers'),
      spark.connection,
    );
  const [daily, weekly] = [await start('Daily'), await start('Weekly')];
  expect(weekly['id']).not.toBe(daily['id']);
  expect((await start('Daily'))['id']).toBe(daily['id']);
  expect(runs).toHaveLength(2);
});
