import { buildFixture } from '../../support/zapier-runtime/build-fixture.ts';
import { zapierLimits } from '../../support/zapier-runtime/limits.ts';
import { startVendorDouble, type VendorDouble } from '../../support/zapier-runtime/vendor-double.ts';
import { startZap } from '../../support/zapier-runtime/zap.ts';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';

let zipPath: string;
let vendor: VendorDouble;
let zapier: ZapierBackend;
let authData: { vendor_url: string; token: string };
let clockShiftMs = 0;
let timeLimitMs: number = zapierLimits.invocationMs;

beforeAll(async () => {
  zipPath = await buildFixture('fixture-app');
  vendor = await startVendorDouble();
  authData = { vendor_url: vendor.url, token: 'good-token' };
  zapier = await startZapierBackend(zipPath, { timeLimitMs: () => timeLimitMs, now: () => Date.now() + clockShiftMs });
});

afterAll(async () => {
  await zapier?.close();
  await vendor?.close();
});

const event = (id: string, dataset = 'claims') => JSON.stringify({ id, dataset });

/** Polls until `condition` is met. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_400 && !condition(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(condition()).toBe(true);
}

describe('the app in its runtime', () => {
  it('boots the zip in Node 22 in production mode and reports how long that took', () => {
    const { spawnToReadyMs, importMs } = zapier.app.coldStart;
    expect(importMs).toBeGreaterThan(0);
    expect(spawnToReadyMs).toBeGreaterThan(importMs);
    const { rssBytes, peakRssBytes } = zapier.app.memory();
    expect(rssBytes).toBeGreaterThan(20e6);
    expect(peakRssBytes).toBeGreaterThan(20e6);
  });

  it('returns and validates the definition', async () => {
    expect(Object.keys((await zapier.definition()).creates ?? {})).toEqual(['start_run', 'misbehave']);
    expect(await zapier.validate()).toEqual([]);
  });

  it('rejects a file that is not a zip', async () => {
    await expect(startZapierBackend(__filename)).rejects.toThrow('is not a zip');
  });
});

describe('a connection', () => {
  it('is tested and labeled', async () => {
    expect(await zapier.authTest(authData)).toEqual({ name: 'Ada', company: 'Claims Ltd' });
    expect(await zapier.authLabel(authData)).toBe('Ada at Claims Ltd');
  });

  it("is rejected with the vendor's status", async () => {
    const refused = zapier.authTest({ ...authData, token: 'bad-token' });
    await expect(refused).rejects.toMatchObject({ name: 'ResponseError', method: 'authentication.test' });
    await expect(refused).rejects.toThrow('"status":401');
  });

  it('logs requests without tokens', async () => {
    await zapier.authTest(authData);
    expect(zapier.logs.some((entry) => String(entry.data['request_url']).startsWith(vendor.url))).toBe(true);
    expect(JSON.stringify(zapier.logs)).not.toContain('good-token');
  });
});

describe('a webhook trigger', () => {
  it('subscribes, verifies a delivery by the raw body and the renamed header, and unsubscribes', async () => {
    const hook = await zapier.trigger('dataset_ready').subscribe({ authData, targetUrl: 'https://hooks.example/1' });
    expect(vendor.hooks.get('hook-1')).toBe('https://hooks.example/1');
    expect(hook.subscribeData).toMatchObject({ id: 'hook-1' });

    const body = `${event('hook-a')}\n`;
    const [item] = await hook.deliver(body, vendor.sign(body), 'source=nightly');
    expect(item).toMatchObject({ id: 'hook-a', dataset: 'claims', source: 'nightly' });

    await hook.unsubscribe();
    expect(vendor.hooks.size).toBe(0);
  });

  it('triggers nothing for a forged delivery and logs the reason', async () => {
    const hook = await zapier.trigger('dataset_ready').subscribe({ authData });
    expect(await hook.deliver(event('hook-b'), vendor.sign(event('hook-b').replace('claims', 'other')))).toEqual([]);
    await until(() => zapier.logs.some((entry) => entry.message.includes('The signature does not match.')));
  });

  it('runs once for a repeated delivery until the cache entry expires', async () => {
    const hook = await zapier.trigger('dataset_ready').subscribe({ authData });
    const deliver = () => hook.deliver(event('hook-c'), vendor.sign(event('hook-c')));
    expect(await deliver()).toHaveLength(1);
    expect(await deliver()).toHaveLength(0);
    clockShiftMs += 61_000;
    expect(await deliver()).toHaveLength(1);
  });

  it('caches values separately for each account', async () => {
    const body = event('hook-d');
    for (const account of ['one', 'two']) {
      const hook = await zapier.trigger('dataset_ready').subscribe({ authData: { ...authData, account } });
      expect(await hook.deliver(body, vendor.sign(body))).toHaveLength(1);
    }
  });

  it('lists recent events for the editor', async () => {
    expect(await zapier.performList('dataset_ready', { authData })).toEqual([{ id: 'event-1', dataset: 'claims' }]);
    expect(await zapier.trigger('dataset_ready').loadSample({ authData })).toHaveLength(1);
  });
});

describe('a polling trigger', () => {
  it('emits nothing on the first poll and each item once after that', async () => {
    const poll = () => zapier.poll('run_finished', { authData, inputData: { test: 'once' } });
    vendor.runs = [{ id: 1, pipeline: 'copy' }];
    expect(await poll()).toEqual([]);
    vendor.runs = [
      { id: 2, pipeline: 'copy' },
      { id: 1, pipeline: 'copy' },
    ];
    expect(await poll()).toEqual([{ id: 2, pipeline: 'copy' }]);
    expect(await poll()).toEqual([]);
  });

  it('rejects an item without an ID', async () => {
    vendor.runs = [{ pipeline: 'copy' } as never];
    await expect(zapier.poll('run_finished', { authData })).rejects.toThrow('has no "id"');
  });
});

describe('an action', () => {
  it('returns its output', async () => {
    const outcome = await zapier.create('start_run', { authData, inputData: { pipeline: 'copy' } });
    expect(outcome).toMatchObject({ status: 'SUCCESS', output: { id: 'run-1', pipeline: 'copy', status: 'started' } });
  });

  it('waits for the callback and resumes with its content', async () => {
    const outcome = await zapier.create('start_run', { authData, inputData: { pipeline: 'copy', wait: 'yes' } });
    if (outcome.status !== 'CALLBACK') throw new Error('The action did not wait.');
    expect(vendor.lastCallback).toBe(outcome.callbackUrl);

    const call = (status: string) =>
      fetch(outcome.callbackUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status }),
      });
    expect((await call('succeeded')).status).toBe(200);
    expect((await call('failed')).status).toBe(200);
    expect(await outcome.resumed).toMatchObject({ id: 'run-1', status: 'succeeded' });
  });

  it('does not wait when the editor tests it', async () => {
    const inputData = { pipeline: 'copy', wait: 'yes' };
    expect(await zapier.create('start_run', { authData, inputData, isLoadingSample: true })).toMatchObject({
      status: 'SUCCESS',
    });
  });

  it('fails with the message for the user, free of the bundle and the logs', async () => {
    await expect(zapier.create('misbehave', { authData })).rejects.toMatchObject({ userMessage: 'It is broken.' });
    const halted = zapier.create('misbehave', { authData, inputData: { how: 'halt' } });
    await expect(halted).rejects.toMatchObject({ name: 'HaltedError', userMessage: 'There is nothing to do.' });
    await expect(halted).rejects.toThrow('What happened');
  });

  it('is terminated at the time limit, after which the app works again', async () => {
    timeLimitMs = 1_000;
    const hanging = zapier.create('misbehave', { authData, inputData: { how: 'hang' } });
    await expect(hanging).rejects.toMatchObject({ name: 'ZapierLimitError', limit: 'invocationMs' });
    timeLimitMs = zapierLimits.invocationMs;
    expect(await zapier.authTest(authData)).toMatchObject({ name: 'Ada' });
  });

  it('fails when its process ends, after which the app works again', async () => {
    const exiting = zapier.create('misbehave', { authData, inputData: { how: 'exit' } });
    await expect(exiting).rejects.toMatchObject({ name: 'ContainerExitedError' });
    expect(await zapier.authTest(authData)).toMatchObject({ name: 'Ada' });
  });

  it('can neither receive nor return more than six megabytes', async () => {
    const large = zapier.create('misbehave', { authData, inputData: { how: 'large' } });
    await expect(large).rejects.toMatchObject({ limit: 'outputBytes' });
    const text = 'x'.repeat(7_000_000);
    await expect(zapier.create('start_run', { authData, inputData: { text } })).rejects.toMatchObject({
      limit: 'inputBytes',
    });
  });

  it('passes on an invalid result, as in production, and logs the failed check', async () => {
    expect(await zapier.create('misbehave', { authData, inputData: { how: 'list' } })).toMatchObject({ output: [] });
    await until(() => zapier.failedChecks().some((check) => check.includes('createIsObject')));
  });
});

describe('a search', () => {
  it('returns results, or none', async () => {
    expect(await zapier.search('find_dataset', { authData, inputData: { name: 'claims' } })).toHaveLength(1);
    expect(await zapier.search('find_dataset', { authData, inputData: { name: 'none' } })).toEqual([]);
  });
});

describe('hydration', () => {
  const readyItem = async (id: string, dataset: string) => {
    const hook = await zapier.trigger('dataset_ready').subscribe({ authData });
    const [item] = await hook.deliver(event(id, dataset), vendor.sign(event(id, dataset)));
    return item as { file: string; about: string };
  };

  it('downloads a file on demand and stores its bytes, size, name and type', async () => {
    const { file: pointer } = await readyItem('file-a', 'large');
    expect(vendor.requests).not.toContain('GET /datasets/large');
    const { type, file } = await zapier.hydrate(pointer);
    expect(type).toBe('file');
    expect(file).toMatchObject({ name: 'large.csv', mediaType: 'text/csv', size: 3_000_000 });
    const bytes = await file?.bytes();
    expect(bytes?.toString('utf8', 0, 8)).toBe('a,b\na,b\n');
    expect(bytes?.length).toBe(3_000_000);
    const download = await fetch(file?.url ?? '');
    expect((await download.arrayBuffer()).byteLength).toBe(3_000_000);
  });

  it('runs a method and returns its value', async () => {
    const { about } = await readyItem('file-b', 'premiums');
    expect(await zapier.hydrate(about)).toEqual({ type: 'method', value: { described: 'premiums' } });
  });

  it('rejects a pointer that the app did not sign', async () => {
    const { file } = await readyItem('file-c', 'claims');
    const [, payload = '', signature = ''] = /\|\|\|(.*):(.*)\|\|\|/.exec(file) ?? [];
    const text = Buffer.from(payload, 'base64').toString().replace('claims', 'secret');
    const forged = `hydrate|||${Buffer.from(text).toString('base64')}:${signature}|||hydrate`;
    await expect(zapier.hydrate(forged)).rejects.toThrow('was not signed by the app');
    await expect(zapier.hydrate('a text')).rejects.toThrow('not a signed hydration pointer');
  });
});

describe('the editor', () => {
  it('shows fields that depend on others', async () => {
    const keys = async (wait: string) =>
      (await zapier.inputFields('start_run', { authData, inputData: { wait } })).map((field) => field.key);
    expect(await keys('no')).toEqual(['pipeline', 'wait', 'region']);
    expect(await keys('yes')).toEqual(['pipeline', 'wait', 'region', 'deadline']);
    expect((await zapier.outputFields('start_run')).map((field) => field.key)).toEqual(['id', 'status']);
  });

  it('fills dropdowns from a hidden trigger, from a function page by page, and from fixed choices', async () => {
    const choices = (field: string, more = {}) => zapier.choices('start_run', field, { authData, ...more });
    expect(await choices('pipeline')).toEqual({
      choices: [{ value: 'copy', label: 'Copy Claims' }],
      pagingToken: null,
    });
    expect(await choices('region')).toEqual({
      choices: [{ value: 'region-0', label: 'North' }],
      pagingToken: 'second',
    });
    expect(await choices('region', { page: 1, pagingToken: 'second' })).toEqual({
      choices: [{ value: 'region-1', label: 'North' }],
      pagingToken: null,
    });
    expect((await choices('wait')).choices).toContainEqual({ value: 'yes', label: 'Yes' });
  });

  it('names a missing action or field', async () => {
    await expect(zapier.inputFields('nothing')).rejects.toThrow('no action "nothing"');
    await expect(zapier.choices('start_run', 'nothing', { authData })).rejects.toThrow('no field "nothing"');
    await expect(zapier.choices('misbehave', 'how', { authData })).rejects.toThrow('is no dropdown');
  });
});

describe('a Zap', () => {
  const send = (url: string | undefined, body: string, headers = vendor.sign(body)) =>
    fetch(url ?? '', { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });

  it('responds immediately, runs its steps, waits for the callback, skips a path and passes on the file', async () => {
    const zap = await startZap(zapier, {
      trigger: { key: 'dataset_ready', authData },
      steps: [
        { search: 'find_dataset', authData, inputData: ({ trigger }) => ({ name: trigger['dataset'] }) },
        {
          action: 'start_run',
          authData,
          inputData: ({ trigger, steps }) => ({
            pipeline: steps['find_dataset']?.['dataset'],
            wait: 'yes',
            file: trigger['file'],
          }),
        },
        { action: 'misbehave', when: ({ steps }) => steps['start_run']?.['status'] === 'failed' },
        { action: 'start_run', name: 'report', authData, inputData: () => ({ pipeline: 'report' }) },
      ],
    });
    expect(vendor.hooks.get('hook-1')).toBe(zap.url);
    vendor.lastCallback = '';
    expect((await send(zap.url, event('zap-a'))).status).toBe(200);

    await until(() => vendor.lastCallback !== '' && zap.runs[0]?.steps[1]?.status === 'waiting');
    await fetch(vendor.lastCallback, { method: 'POST', body: JSON.stringify({ status: 'succeeded' }) });
    const run = await zap.nextRun(10_000);
    expect(run.status).toBe('succeeded');
    expect(run.steps.map(({ name, status }) => [name, status])).toEqual([
      ['find_dataset', 'succeeded'],
      ['start_run', 'succeeded'],
      ['misbehave', 'skipped'],
      ['report', 'succeeded'],
    ]);
    expect(run.steps[1]?.output).toMatchObject({ pipeline: 'claims', status: 'succeeded' });
    const file = await fetch(String(run.steps[1]?.inputData?.['file']));
    expect(await file.text()).toBe('policy,premium\n007,12.50\n');

    await zap.stop();
    expect((await send(zap.url, event('zap-b'))).status).toBe(410);
  });

  it('responds with 200 to a forged event and runs nothing', async () => {
    const zap = await startZap(zapier, { trigger: { key: 'dataset_ready', authData }, steps: [] });
    expect((await send(zap.url, event('zap-c'), { 'X-Vendor-Signature': '00' })).status).toBe(200);
    await until(() => zap.ignored.length === 1);
    expect(zap.runs).toHaveLength(0);
    await expect(zap.nextRun(50)).rejects.toThrow('No run of the Zap ended');
    await zap.stop();
  });

  it('ends at a search that finds nothing, and at an error', async () => {
    const outcomes: unknown[] = [];
    for (const steps of [
      [{ search: 'find_dataset', authData, inputData: () => ({ name: 'none' }) }, { action: 'misbehave' }],
      [{ action: 'misbehave', authData }, { action: 'start_run' }],
    ]) {
      const zap = await startZap(zapier, { trigger: { key: 'dataset_ready', authData }, steps });
      await send(zap.url, event(`zap-d${outcomes.length}`));
      const run = await zap.nextRun(10_000);
      outcomes.push([run.status, run.steps.length]);
      await zap.stop();
    }
    expect(outcomes).toEqual([
      ['halted', 1],
      ['failed', 1],
    ]);
  });

  it('polls for new items and runs a throttled step again', async () => {
    vendor.runs = [{ id: 10, pipeline: 'copy' }];
    const zap = await startZap(zapier, {
      trigger: { key: 'run_finished', authData, inputData: { test: 'zap' } },
      steps: [{ action: 'misbehave', authData, inputData: () => ({ how: 'throttled' }) }],
      longestThrottleMs: 20,
    });
    expect(zap.url).toBeUndefined();
    expect(await zap.poll()).toEqual([]);
    vendor.runs = [{ id: 11, pipeline: 'copy' }, ...vendor.runs];
    const [run] = await zap.poll();
    expect(run).toMatchObject({ trigger: { id: 11 }, status: 'succeeded', steps: [{ attempts: 3 }] });
  });

  it('runs concurrently in several containers, up to the limit', async () => {
    const setup = { authData, inputData: { pipeline: 'copy' } };
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => zapier.create('start_run', setup)));
    expect(outcomes.every((outcome) => outcome.status === 'SUCCESS')).toBe(true);
    expect(zapier.app.containerCount()).toBeLessThanOrEqual(3);
  });
});
