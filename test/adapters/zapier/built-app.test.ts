import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { ZapierAppError } from '../../support/zapier-runtime/zapier-app-error.ts';
import { startZap } from '../../support/zapier-runtime/zap.ts';
import { startZapierBackend, type ZapierBackend } from '../../support/zapier-runtime/zapier-backend.ts';
import { builtZip } from './built-zip.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let zapier: ZapierBackend;
let groups: ReturnType<typeof groupsOf>;
let factory: string;

beforeAll(async () => {
  sandbox = await startSandbox({ claimsRows: 5_000 });
  sandbox.control.setDurations({ queuedMilliseconds: 50, runningMilliseconds: 200 });
  zapier = await startZapierBackend(await builtZip());
  groups = groupsOf(sandbox);
  factory = `${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`;
});

afterAll(async () => {
  await zapier?.close();
  await sandbox?.stop();
});

const run = (inputData: Record<string, unknown>) =>
  zapier.create('data_factory_run_pipeline', { authData: groups.azure, inputData: { factory, ...inputData } });

describe('the zip for Zapier', () => {
  it('boots in Zapier’s runtime, and its definition is valid', async () => {
    expect(await zapier.validate()).toEqual([]);
    expect(Object.keys((await zapier.definition()).creates ?? {})).toContain('data_factory_run_pipeline');
  });

  it('tests a connection and labels it with its accounts', async () => {
    expect(await zapier.authLabel({ ...groups.azure, ...groups.quantemplate })).toMatch(
      /Quantemplate API User: Quantemplate \(c-contoso\).*Azure Service Principal: \S/,
    );
    const nothing = await zapier.authTest({}).catch((error: unknown) => error);
    expect((nothing as ZapierAppError).userMessage).toContain('The connection is empty.');
  });

  it('runs all steps after a dataset update: pipeline, download, upload', async () => {
    const { quantemplate, azure } = groups;
    const zap = await startZap(zapier, {
      trigger: { key: 'quantemplate_dataset_updated', authData: quantemplate, inputData: { datasets: ['d-claims'] } },
      steps: [
        {
          action: 'data_factory_run_pipeline',
          authData: azure,
          inputData: ({ trigger }) => ({
            factory,
            pipeline: 'QT_fetch_data',
            parameters: { DatasetID: trigger['datasetId'] },
          }),
        },
        {
          action: 'quantemplate_download_dataset',
          authData: quantemplate,
          inputData: ({ trigger }) => ({ dataset: trigger['datasetId'] }),
        },
        {
          action: 'quantemplate_upload_dataset',
          authData: quantemplate,
          inputData: ({ steps }) => ({ dataset: 'd-empty', file: steps['quantemplate_download_dataset']?.['file'] }),
        },
      ],
    });
    const receiver = {
      url: String(zap.url),
      secret: { kind: 'header', name: 'X-Webhook-Secret', value: 'a-long-secret-of-our-own' },
    } as const;
    const event = { name: 'DatasetUpdated', payload: { datasetId: 'd-claims' }, id: 'event-1' };
    await sandbox.control.sendQuantemplateEvent(receiver, event);
    const done = await zap.nextRun();
    expect(done.steps.map(({ name, status, error }) => [name, status, error?.message])).toEqual([
      ['data_factory_run_pipeline', 'succeeded', undefined],
      ['quantemplate_download_dataset', 'succeeded', undefined],
      ['quantemplate_upload_dataset', 'succeeded', undefined],
    ]);
    expect(done.steps[0]?.output).toMatchObject({ succeeded: true, parameters: { DatasetID: 'd-claims' } });
    expect(done.steps[2]?.output).toMatchObject({ datasetId: 'd-empty', size: expect.any(Number) });

    await sandbox.control.sendQuantemplateEvent(receiver, event);
    await sandbox.control.sendQuantemplateEvent(
      { ...receiver, secret: { ...receiver.secret, value: 'forged' } },
      { ...event, id: 'event-2' },
    );
    for (let tries = 0; tries < 1_200 && zap.ignored.length < 2; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect([zap.runs.length, zap.ignored]).toEqual([1, [{}, {}]]);
    await zap.stop();
  });

  it('stops at a running run before Zapier’s limit of 30 seconds, and does not pass it on', async () => {
    sandbox.control.planRun({ service: 'data-factory', name: 'Nightly_load', runningMilliseconds: 300_000 });
    // The runtime double ends a step after 30 seconds.
    await expect(run({ pipeline: 'Nightly_load' })).rejects.toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('has not finished'),
    });
  });

  it('reports which step of a run failed', async () => {
    const failed = await run({ pipeline: 'Broken_export' }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ZapierAppError);
    expect((failed as ZapierAppError).userMessage).toMatch(
      /^The run of Broken_export failed at “Write file”: .*does not exist \(code 2200\)\. Check that the object in the message exists/,
    );
  });

  it('lets Zapier retry when the service is throttled for longer than a step may wait', async () => {
    sandbox.faults.add({
      match: { path: /createRun$/ },
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '90' } },
    });
    const throttled = await run({ pipeline: 'Copy_source_02' }).catch((error: unknown) => error);
    expect(throttled).toMatchObject({ name: 'ThrottledError', retryAfterSeconds: 90 });
  });

  it('rejects a forged dbt delivery and unsubscribes when the Zap is turned off', async () => {
    const hook = await zapier.trigger('dbt_job_run_completed').subscribe({ authData: groups.dbt });
    expect(await hook.deliver('{"eventType":"job.run.completed"}', { Authorization: 'f'.repeat(64) })).toEqual([]);
    expect(
      zapier.logs.some(({ message }) =>
        message.includes('An event was rejected. The signature or secret does not match.'),
      ),
    ).toBe(true);
    await hook.unsubscribe();
  });

  it('passes Zapier’s checks of its output, and logs no secrets', async () => {
    expect(zapier.failedChecks()).toEqual([]);
    const log = JSON.stringify(zapier.logs);
    expect(log).toContain('createRun');
    const secrets = [
      groups.azure.azure_clientSecret,
      groups.quantemplate.quantemplate_clientSecret,
      groups.quantemplate.quantemplate_webhookSecret,
      groups.dbt.dbt_apiToken,
      'f'.repeat(64),
      'access_token',
    ];
    expect(secrets.filter((secret) => log.includes(secret) || log.includes(encodeURIComponent(secret)))).toEqual([]);
    expect(log.match(/Bearer (?!:censored)[^"\\,]{0,12}/g) ?? []).toEqual([]);
  });
});
