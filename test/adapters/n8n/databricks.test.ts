import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { shortenWaits } from '../../support/machine/short-waits.ts';
import { openN8n, type N8n } from './open-n8n.ts';

let n8n: N8n;
let sandbox: Sandbox;

shortenWaits();

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 100 });
  n8n = await openN8n(['pipewright-extras']);
});
beforeEach(() => sandbox.faults.clear());
afterAll(async () => {
  await n8n.close();
  await sandbox.stop();
});

const job = (value: string) => ({ __rl: true, mode: 'list', value });
const run = (parameters: Record<string, unknown>, credential: Record<string, unknown> = {}) =>
  n8n.execute({
    node: 'databricks',
    credentials: {
      pipewrightDatabricksApi: { ...sandboxCredentials(sandbox)['pipewrightDatabricksApi'], ...credential },
    },
    parameters: { resource: 'jobRun', simplify: false, ...parameters } as never,
  });
const runJob = (value: string, more: Record<string, unknown> = {}) =>
  run({ operation: 'runJob', job: job(value), ...more });

it('Run Job runs a job with an ID above Number.MAX_SAFE_INTEGER, waits for it and returns its tasks', async () => {
  const { items, error } = await runJob(sandbox.accounts.databricks.jobId, {
    parametersMode: 'rows',
    parameters: { rows: [{ name: 'reportDate', value: '2026-11-20' }] },
  });
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({
    name: 'Monthly report',
    status: 'succeeded',
    parameters: { reportDate: '2026-11-20' },
    steps: [{ name: 'extract' }, { name: 'report' }],
  });
});

it('Run Job reports which task failed and why', async () => {
  const { error } = await runJob('911');
  expect(error?.message).toBe('The run of Broken report failed at “report”: The report date lies in the future.');
});

it('Run Job starts a run once when the response to the start is lost', async () => {
  const before = sandbox.world.databricks.runs.all.length;
  sandbox.faults.add({ match: { path: /run-now/ }, times: 1, fault: { kind: 'lost-answer' } });
  const { items } = await runJob(sandbox.accounts.databricks.jobId);
  expect(items[0]?.json).toMatchObject({ status: 'succeeded' });
  expect(sandbox.world.databricks.runs.all.length - before).toBe(1);
});

it('Run Job starts a run once per key across executions', async () => {
  const before = sandbox.world.databricks.runs.all.length;
  const ids = [];
  for (const startKey of ['wev_1', 'wev_1', 'wev_2'])
    ids.push((await runJob(sandbox.accounts.databricks.jobId, { options: { startKey } })).items[0]?.json['id']);
  expect(ids[0]).toBe(ids[1]);
  expect(sandbox.world.databricks.runs.all.length - before).toBe(2);
});

it('Run Notebook runs a notebook as a service principal and reads its result', async () => {
  const { clientId, clientSecret } = sandbox.accounts.databricks;
  const principal = { authentication: 'databricks', clientId, clientSecret };
  const { items } = await run({ operation: 'runNotebook', notebook: '/Shared/monthly' }, principal);
  expect(items[0]?.json).toMatchObject({ name: '/Shared/monthly', status: 'succeeded' });
  const output = await run(
    { operation: 'getRunOutput', run: { __rl: true, mode: 'id', value: items[0]?.json['id'] } },
    principal,
  );
  expect(output.items[0]?.json).toMatchObject({
    task: 'notebook',
    result: '{"task":"notebook","rows":5}',
    truncated: false,
  });
});

it('the Databricks credential logs in as an Azure service principal with Microsoft Entra, and a wrong secret is reported', async () => {
  const { tenantId, clientId, clientSecret } = sandbox.accounts.azure;
  const authorityUrl = sandbox.addresses.entra;
  const principal = { authentication: 'entra', tenantId, clientId, clientSecret, authorityUrl };
  const { items, error } = await run({ operation: 'runJob', job: job(sandbox.accounts.databricks.jobId) }, principal);
  expect(error).toBeUndefined();
  expect(items[0]?.json).toMatchObject({ status: 'succeeded' });
  const refused = await run(
    { operation: 'runJob', job: job(sandbox.accounts.databricks.jobId) },
    { ...principal, clientSecret: 'wrong' },
  );
  expect(`${refused.error?.message} ${refused.error?.description}`).toMatch(/Entra|secret/);
});
