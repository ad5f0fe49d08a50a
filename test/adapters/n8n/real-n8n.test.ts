import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCredential, testCredential, type Credential } from '../../support/n8n-server/credentials.ts';
import { packEcho } from '../../support/n8n-server/echo-package.ts';
import { listExecutions, outputOf, waitForExecution, waitForExecutions } from '../../support/n8n-server/executions.ts';
import { listSearch } from '../../support/n8n-server/list-search.ts';
import { lazyExpressions } from '../../support/n8n-server/n8n-environment.ts';
import { startN8n, type N8n } from '../../support/n8n-server/n8n-server.ts';
import { serverScenarios } from '../../support/n8n-server/server-scenarios.ts';
import { untilStored } from '../../support/n8n-server/until-stored.ts';
import {
  createWorkflow,
  manualTrigger,
  publishWorkflow,
  runManually,
  unpublishWorkflow,
  webhookUrl,
  workflowOf,
  type WorkflowNode,
} from '../../support/n8n-server/workflows.ts';
import { startSandbox, type Sandbox } from '../../doubles/sandbox.ts';
import { sandboxCredentials } from './credentials.ts';
import { packedPackages } from './build-package.ts';
import { answered, deliverToReal, slackSecret } from './real-answers.ts';

let folder: string;
let packages: string[];
let sandbox: Sandbox;
let n8n: N8n;
const credentials: Record<string, Credential> = {};

const start = (): Promise<N8n> =>
  startN8n({ folder: join(folder, 'n8n'), packages, env: { ...lazyExpressions, PIPEWRIGHT_SQLITE_FOLDER: folder } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-real-n8n-'));
  packages = [...(await packedPackages()), await packEcho(folder)];
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 200 });
  n8n = await start();
  for (const [type, data] of Object.entries(sandboxCredentials(sandbox)))
    credentials[type] = await createCredential(n8n, type, type, data);
});

afterAll(async () => {
  await n8n.stop();
  await sandbox.stop();
  await rm(folder, { recursive: true, force: true });
});

// The tests of the functions of test/support/n8n-server run here because a start of n8n costs more than they do.
describe('the functions for a real n8n', () => serverScenarios(() => n8n));

const used = (...types: string[]) =>
  Object.fromEntries(types.map((type) => [type, { id: credentials[type]?.id ?? '', name: type }]));

const then: WorkflowNode = {
  id: 'then',
  name: 'Then',
  type: 'n8n-nodes-base.noOp',
  typeVersion: 1,
  position: [440, 0],
  parameters: {},
};

const factory = () => ({
  __rl: true,
  mode: 'list',
  value: `${sandbox.accounts.azure.resourceGroup}/${sandbox.accounts.azure.factory}`,
});
const runPipeline = (): WorkflowNode => ({
  id: 'run',
  name: 'Run',
  type: 'n8n-nodes-pipewright-azure.dataFactory',
  typeVersion: 1,
  position: [220, 0],
  credentials: used('pipewrightAzureApi'),
  parameters: {
    resource: 'pipelineRun',
    operation: 'runPipeline',
    factory: factory(),
    pipeline: { __rl: true, mode: 'list', value: 'Load_sources' },
  },
});

const eventNode = (webhookId: string): WorkflowNode => ({
  id: `trigger-${webhookId}`,
  name: 'Dataset Updated',
  type: 'n8n-nodes-pipewright-quantemplate.quantemplateTrigger',
  typeVersion: 2,
  position: [0, 0],
  webhookId,
  credentials: used('pipewrightQuantemplateApi'),
  parameters: { event: 'datasetUpdated' },
});

const download = (): WorkflowNode => ({
  id: 'download',
  name: 'Download',
  type: 'n8n-nodes-pipewright-quantemplate.quantemplate',
  typeVersion: 1,
  position: [220, 0],
  credentials: used('pipewrightQuantemplateApi'),
  parameters: {
    resource: 'dataset',
    operation: 'downloadDataset',
    dataset: { __rl: true, mode: 'id', value: 'd-claims' },
  },
});

const load = (parameters: Record<string, unknown>): WorkflowNode => ({
  id: 'load',
  name: 'Load',
  type: 'n8n-nodes-pipewright-sql.sqlTable',
  typeVersion: 1,
  position: [440, 0],
  credentials: used('pipewrightSqlApi'),
  parameters: { resource: 'table', operation: 'loadDataset', mode: 'replace', table: 'claims', ...parameters },
});

const chain = (name: string, ...nodes: WorkflowNode[]) => createWorkflow(n8n, workflowOf(name, ...nodes));

function post(url: string, id: string, secret = 'a-long-secret-of-our-own'): Promise<Response> {
  const body = JSON.stringify({
    id,
    name: 'DatasetUpdated',
    created: '2026-11-20T08:00:00Z',
    payload: { datasetId: 'd-claims' },
  });
  return fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-webhook-secret': secret },
  });
}

/** Posts an event like a sender, which repeats it on a busy machine. */
const deliver = (url: string, id: string): Promise<Response> => untilStored(() => post(url, id));

it('n8n accepts valid credentials and rejects invalid ones, in every package', async () => {
  const all = sandboxCredentials(sandbox);
  for (const [type, data] of Object.entries(all))
    expect([type, await testCredential(n8n, credentials[type] as Credential, data)]).toEqual([
      type,
      { status: 'OK', message: expect.any(String) },
    ]);
  expect(
    await testCredential(n8n, credentials['pipewrightDbtApi'] as Credential, {
      ...all['pipewrightDbtApi'],
      apiToken: 'dbtc_wrong',
    }),
  ).toMatchObject({ status: 'Error' });
});

it('n8n fills a dropdown', async () => {
  const { results } = await listSearch(n8n, runPipeline(), {
    method: 'searchPipelines',
    parameter: 'pipeline',
    filter: 'qt',
  });
  expect(results.map(({ value }) => value)).toEqual(['QT_fetch_data']);
});

it('n8n runs a pipeline', async () => {
  const { id } = await chain('Runs', manualTrigger, runPipeline());
  const execution = await waitForExecution(n8n, await runManually(n8n, id, 'Start'));
  expect(execution.status).toBe('success');
  expect(outputOf(execution, 'Run')).toEqual([expect.objectContaining({ name: 'Load_sources', succeeded: true })]);
});

it('n8n loads a download into a table, and a file from a URL', async () => {
  sandbox.control.writeDataset('d-claims', 500);
  const { id } = await chain('Loads', manualTrigger, download(), load({}));
  const execution = await waitForExecution(n8n, await runManually(n8n, id, 'Start'));
  expect(execution.data.resultData.error).toBeUndefined();
  expect(outputOf(execution, 'Load')).toEqual([expect.objectContaining({ id: 'claims', rows: 500 })]);
  const straight = load({ source: 'url', url: `${sandbox.baseUrl}/web/public/claims.csv` });
  const { id: second } = await chain('Loads straight', manualTrigger, straight);
  const again = await waitForExecution(n8n, await runManually(n8n, second, 'Start'));
  expect(outputOf(again, 'Load')).toEqual([expect.objectContaining({ rows: 300 })]);
});

it('n8n starts a workflow once per authentic event, also after a restart, and never for a forged one', async () => {
  const node = eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c11');
  const { id } = await chain('Reacts', node, then);
  await publishWorkflow(n8n, id);
  const url = () => webhookUrl(n8n, node, 'webhook');
  const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(url(), 'real-1')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
  const forged = await post(url(), 'real-2', 'forged');
  expect([forged.status, await forged.text()]).toEqual([401, '']);
  const [execution] = await waitForExecutions(n8n, id, { status: 'success' });
  expect(execution && outputOf(execution, 'Then')).toEqual([
    {
      eventId: 'real-1',
      datasetId: 'd-claims',
      updatedAt: '2026-11-20T08:00:00.000Z',
      verified: true,
      matchedSecret: 'current',
    },
  ]);
  expect(execution?.mode).toBe('trigger');
  await n8n.stop();
  n8n = await start();
  for (let tries = 0; tries < 6_000 && (await deliver(url(), 'real-1')).status === 404; tries += 1) await sleep(100);
  expect((await deliver(url(), 'real-1')).status).toBe(200);
  expect((await deliver(url(), 'real-3')).status).toBe(200);
  await waitForExecutions(n8n, id, { status: 'success', count: 2 });
  await sleep(500);
  const all = await listExecutions(n8n, id);
  // The forged event is listed as a failed execution, which runs no node.
  expect(all.map(({ status }) => status)).toEqual(['success', 'error', 'success']);
  await unpublishWorkflow(n8n, id);
});

/** Starts a test in the editor with a trigger. */
const tryOut = (id: string, node: WorkflowNode) =>
  n8n.api.rest<{ waitingForWebhook?: boolean }>('POST', `workflows/${id}/run`, {
    triggerToStartFrom: { name: node.name },
  });

it('a trigger outputs a sample event at once when the workflow is tested in the editor', async () => {
  const node = eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c22');
  const { id } = await chain('Is tried with a sample', node, then);
  expect((await tryOut(id, node)).waitingForWebhook).toBeUndefined();
  const [execution] = await waitForExecutions(n8n, id);
  expect(execution?.mode).toBe('manual');
  expect(execution && outputOf(execution, 'Then')).toEqual([
    expect.objectContaining({ datasetId: 'd-claims', verified: true }),
  ]);
});

it('a trigger outputs the delivered event when the workflow is tested with the next real event', async () => {
  const node = eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c12');
  node.parameters = { ...node.parameters, testWith: 'nextEvent' };
  const { id } = await chain('Is tried', node, then);
  expect((await tryOut(id, node)).waitingForWebhook).toBe(true);
  expect(
    (await deliver(webhookUrl(n8n, node, 'webhook').replace('/webhook/', '/webhook-test/'), 'tried-1')).status,
  ).toBe(200);
  const [execution] = await waitForExecutions(n8n, id);
  expect(execution?.mode).toBe('manual');
  expect(execution && outputOf(execution, 'Then')).toEqual([
    expect.objectContaining({ eventId: 'tried-1', verified: true }),
  ]);
});

it('the dbt trigger subscribes when a workflow is published, starts it, and unsubscribes afterwards', async () => {
  const node: WorkflowNode = {
    ...eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c13'),
    name: 'Job Run Completed',
    type: 'n8n-nodes-pipewright-dbt.dbtTrigger',
    credentials: used('pipewrightDbtApi'),
    parameters: { event: 'jobRunCompleted', jobs: [String(sandbox.accounts.dbt.jobId)] },
  };
  const { id } = await chain('Hears of jobs', node, then);
  await publishWorkflow(n8n, id);
  expect(sandbox.world.dbt.webhooks.list()).toHaveLength(1);
  sandbox.control.deliverNextDbtEventTwice();
  const run = sandbox.control.startDbtRun({ outcome: 'success' });
  const [execution] = await waitForExecutions(n8n, id, { status: 'success' });
  expect(execution && outputOf(execution, 'Then')).toEqual([
    expect.objectContaining({ runId: String(run), verified: true }),
  ]);
  await sleep(1000);
  expect(await listExecutions(n8n, id)).toHaveLength(1);
  await unpublishWorkflow(n8n, id);
  expect(sandbox.world.dbt.webhooks.list()).toHaveLength(0);
});

it('n8n reports why a trigger without a secret cannot be activated', async () => {
  const { pipewrightQuantemplateApi } = sandboxCredentials(sandbox);
  const bare = await createCredential(n8n, 'bare', 'pipewrightQuantemplateApi', {
    ...pipewrightQuantemplateApi,
    webhookSecret: '',
  });
  const node = {
    ...eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c14'),
    credentials: { pipewrightQuantemplateApi: { id: bare.id, name: 'bare' } },
  };
  const { id } = await chain('Is refused', node, then);
  await expect(publishWorkflow(n8n, id)).rejects.toThrow('No secret');
});

it('n8n responds to each kind of delivery as documented in docs/webhooks.md', async () => {
  const secret = await createCredential(n8n, 'slack', 'pipewrightWebhookSecretApi', { secret: slackSecret });
  const node = {
    ...eventNode('1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c15'),
    type: 'n8n-nodes-pipewright-extras.signedWebhookTrigger',
    credentials: { pipewrightWebhookSecretApi: { id: secret.id, name: 'slack' } },
    parameters: { scheme: 'slack' },
  };
  const { id } = await chain('Answers', node, then);
  await publishWorkflow(n8n, id);
  const url = webhookUrl(n8n, node, 'webhook');
  for (const one of answered) {
    const { status, text } = await deliverToReal(url, one);
    expect([one.name, status, text]).toEqual([one.name, one.status, one.text ?? expect.any(String)]);
  }
  const executions = await waitForExecutions(n8n, id, { count: 3 });
  expect(executions.map((execution) => outputOf(execution, 'Then')[0]?.['eventType']).sort()).toEqual([
    '/real',
    'app_mention',
    'app_mention',
  ]);
});
