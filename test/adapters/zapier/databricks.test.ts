import { services } from '../../../shared/src/catalog.ts';
import { zapierApp } from '../../../zapier-app/adapter/app.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { startPlatform, type Platform } from './platform.ts';
import { groupsOf } from './sandbox-accounts.ts';

let sandbox: Sandbox;
let zapier: Platform;
let authData: Record<string, unknown>;
let said: jest.SpyInstance;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 100 });
  zapier = await startPlatform(zapierApp(services, { maxWaitSeconds: 5 }));
  authData = groupsOf(sandbox).databricks;
  said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterAll(async () => {
  said.mockRestore();
  await zapier.close();
  await sandbox.stop();
});

const runJob = (job: string, more: Record<string, unknown> = {}) =>
  zapier.create('databricks_run_job', { authData, inputData: { job, ...more } });

it('Run Job runs a job with an ID above Number.MAX_SAFE_INTEGER, and waits', async () => {
  const run = await runJob(sandbox.accounts.databricks.jobId, { parameters: { reportDate: '2026-11-20' } });
  expect(run).toMatchObject({ name: 'Monthly report', status: 'succeeded', finished: true });
  expect(String(run['id'])).toMatch(/^9007199254741\d{3}$/);
});

it('Run Job does not return a long run unfinished', async () => {
  sandbox.control.planRun({ service: 'databricks', name: 'Monthly report', runningMilliseconds: 60_000 });
  await expect(runJob(sandbox.accounts.databricks.jobId)).rejects.toMatchObject({
    name: 'HaltedError',
    message: expect.stringContaining('has not finished'),
  });
});

it('Run Job reports which task failed and why', async () => {
  await expect(runJob('911')).rejects.toThrow(
    'The run of Broken report failed at “report”: The report date lies in the future.',
  );
});

it('Run Job starts once per key', async () => {
  const before = sandbox.world.databricks.runs.all.length;
  const ids = [];
  for (const startKey of ['wev_1', 'wev_1', 'wev_2'])
    ids.push((await runJob(sandbox.accounts.databricks.jobId, { startKey }))['id']);
  expect(ids[0]).toBe(ids[1]);
  expect(sandbox.world.databricks.runs.all.length - before).toBe(2);
});

it('the dropdown lists the jobs by name, page by page', async () => {
  const choices = await zapier.choices('databricks_run_job', 'job', { authData });
  expect(JSON.stringify(choices)).toContain('Monthly report');
});
