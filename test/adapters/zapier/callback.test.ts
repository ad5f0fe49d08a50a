import { services } from '../../../shared/src/catalog.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { ManualClock } from '../../doubles/server/clock.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { pausesAdvance } from './pauses-advance.ts';
import { startPlatform, type Platform } from './platform.ts';
import { groupsOf } from './sandbox-accounts.ts';

const clock = new ManualClock();
pausesAdvance(clock);

let sandbox: Sandbox;
let zapier: Platform;
let said: jest.SpyInstance;

beforeAll(async () => {
  sandbox = await startSandbox({ clock });
  zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 3 }));
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(async () => {
  said.mockRestore();
  await zapier.close();
  await sandbox.stop();
});
beforeEach(() => sandbox.control.reset());

const factory = () => ({ factory: `${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}` });
const begin = (more: Record<string, unknown> = {}, meta: Record<string, unknown> = {}) =>
  zapier.begin(
    'data_factory_run_pipeline',
    {
      authData: groupsOf(sandbox).azure,
      inputData: { ...factory(), pipeline: 'Load_and_call', completionMethod: 'callback', ...more },
    },
    meta,
  );
const minute = 60_000;
const plan = (more: object) =>
  sandbox.control.planRun({
    service: 'data-factory',
    name: 'Load_and_call',
    runningMilliseconds: 40 * minute,
    ...more,
  });

describe('A step with a callback', () => {
  it('is paused, and resumes with the finished run long after 30 seconds', async () => {
    plan({});
    const begun = await begin();
    expect(begun.status).toBe('CALLBACK');
    if (begun.status !== 'CALLBACK') return;
    expect(JSON.stringify(begun.output)).not.toContain(begun.callbackUrl);
    clock.advance(50 * minute);
    const ended = await begun.resumed;
    expect(ended).toMatchObject({ status: 'succeeded', finished: true, steps: [{ name: 'Copy data' }] });
    expect(ended).not.toHaveProperty('kept');
  });

  it('fails with the reason when the run failed, or continues, depending on On Failure', async () => {
    plan({ failure: { message: 'The source does not answer.' } });
    const stopped = await begin();
    clock.advance(50 * minute);
    await expect(stopped.status === 'CALLBACK' ? stopped.resumed : undefined).rejects.toThrow(
      'The source does not answer',
    );
    plan({ failure: { message: 'The source does not answer.' } });
    const going = await begin({ onFailure: 'continue' });
    clock.advance(50 * minute);
    expect(going.status === 'CALLBACK' && (await going.resumed)).toMatchObject({
      status: 'failed',
      explanation: expect.stringContaining('does not answer'),
    });
  });

  it('queries the vendor when someone else calls, and waits a little longer for the run to finish', async () => {
    plan({ runningMilliseconds: 5_000 });
    const begun = await begin();
    if (begun.status !== 'CALLBACK') throw new Error('It is not paused.');
    await fetch(begun.callbackUrl, { method: 'POST', body: '{"status":"Succeeded"}' });
    expect(await begun.resumed).toMatchObject({ status: 'succeeded', finished: true });
  });

  it('polls the run instead while the step is tested in the editor, where nothing is resumed', async () => {
    plan({ runningMilliseconds: 60_000 });
    expect(await begin({}, { isLoadingSample: true })).toMatchObject({
      status: 'SUCCESS',
      output: { finished: false },
    });
  });

  it('halts the Zap in the test of the editor if the run would not be awaited outside it', async () => {
    plan({ runningMilliseconds: 60_000 });
    await expect(begin({ completionMethod: 'poll' }, { isLoadingSample: true })).rejects.toThrow('Start Key');
  });

  it('never continues with an unfinished run when someone else calls much too early', async () => {
    plan({ runningMilliseconds: 60_000 });
    const begun = await begin();
    if (begun.status !== 'CALLBACK') throw new Error('It is not paused.');
    await fetch(begun.callbackUrl, { method: 'POST', body: '{"status":"Succeeded"}' });
    await expect(begun.resumed).rejects.toMatchObject({
      name: 'HaltedError',
      message: expect.stringContaining('has not finished'),
    });
  });

  it('is not paused for a run that already exists, which has no callback', async () => {
    plan({ runningMilliseconds: 1_000 });
    const first = await begin({ completionMethod: 'poll', wait: false, startKey: 'event-1' });
    const again = await begin({ startKey: 'event-1' });
    expect(again.status).toBe('SUCCESS');
    expect(again.output['id']).toBe(first.output['id']);
  });

  it('is the default for a dbt job, which is called by a webhook that is deleted afterwards', async () => {
    const before = sandbox.world.dbt.webhooks.list().length;
    const begun = await zapier.begin('dbt_run_job', {
      authData: groupsOf(sandbox).dbt,
      inputData: { job: String(sandbox.accounts.dbt.jobId) },
    });
    expect(sandbox.world.dbt.webhooks.list()).toHaveLength(before + 1);
    // Zapier pauses a step for up to 30 days, so the webhook must not count as abandoned before.
    const [until = ''] = /\d{4}-.*Z$/.exec(String(sandbox.world.dbt.webhooks.list().at(-1)?.name)) ?? [];
    expect(Date.parse(until) - clock.now()).toBeGreaterThan(29 * 24 * 3600_000);
    clock.advance(50 * minute);
    expect(begun.status === 'CALLBACK' && (await begun.resumed)).toMatchObject({ service: 'dbt', status: 'succeeded' });
    expect(sandbox.world.dbt.webhooks.list()).toHaveLength(before);
  });
});
