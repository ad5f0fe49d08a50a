import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../machine/chromium.ts';
import { node24, outputFolder, projectRoot } from '../machine/paths.ts';
import { createCredential, testCredential } from './credentials.ts';
import { packEcho } from './echo-package.ts';
import { openEditor, openWorkflow } from './editor.ts';
import { listExecutions, outputOf, readExecution, waitForExecution, waitForExecutions } from './executions.ts';
import { listSearch } from './list-search.ts';
import { startN8n } from './n8n-server.ts';
import type { N8n } from './n8n-server.ts';
import {
  createWorkflow,
  manualTrigger,
  publishWorkflow,
  runManually,
  unpublishWorkflow,
  webhookUrl,
  workflowOf,
} from './workflows.ts';
import type { WorkflowNode } from './workflows.ts';

const webhook: WorkflowNode = {
  id: 'webhook',
  name: 'Webhook',
  type: 'n8n-nodes-base.webhook',
  typeVersion: 2.1,
  position: [0, 0],
  webhookId: '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c01',
  parameters: { path: 'greet', httpMethod: 'POST', responseMode: 'lastNode' },
};

const greet: WorkflowNode = {
  id: 'greet',
  name: 'Greet',
  type: 'n8n-nodes-base.set',
  typeVersion: 3.4,
  position: [220, 0],
  parameters: {
    assignments: {
      assignments: [
        { id: 'a', name: 'greeting', value: "={{ 'Hello ' + ($json.body?.name ?? 'you') }}", type: 'string' },
      ],
    },
  },
};

const echo: WorkflowNode = {
  id: 'echo',
  name: 'Echo',
  type: 'n8n-nodes-echo.echoTrigger',
  typeVersion: 2,
  position: [0, 0],
  webhookId: '5c0a4c0e-6d3c-4a43-8a5e-0a4f3d1f7e02',
  parameters: {},
};

const fail: WorkflowNode = {
  id: 'fail',
  name: 'Fail',
  type: 'n8n-nodes-base.stopAndError',
  typeVersion: 1,
  position: [220, 0],
  parameters: { errorMessage: 'The well is dry' },
};

function send(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a real n8n', () => {
  let n8n: N8n;
  let packages: string;
  beforeAll(async () => {
    packages = await mkdtemp(join(tmpdir(), 'pipewright-packages-'));
    n8n = await startN8n({ packages: [await packEcho(packages)], editor: true });
  });
  afterAll(async () => {
    await n8n.stop();
    await rm(packages, { recursive: true });
  });

  let keys = 0;
  /** An API key with which n8n can call itself: the only service that is always available. */
  async function newKey(): Promise<string> {
    const scopes = ['workflow:list', 'workflow:read'];
    const key = { label: `key ${(keys += 1)}`, expiresAt: null, scopes };
    return (await n8n.api.rest<{ rawApiKey: string }>('POST', 'api-keys', key)).rawApiKey;
  }

  it('responds to a published webhook with the output of the last node, and stores the execution', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Greets', webhook, greet));
    await publishWorkflow(n8n, id);
    const response = await send(webhookUrl(n8n, webhook), { name: 'Ada' });
    expect(await response.json()).toEqual({ greeting: 'Hello Ada' });
    const [execution] = await waitForExecutions(n8n, id, { status: 'success' });
    expect(execution?.mode).toBe('webhook');
    expect(execution && outputOf(execution, 'Greet')).toEqual([{ greeting: 'Hello Ada' }]);
    await unpublishWorkflow(n8n, id);
    expect((await send(webhookUrl(n8n, webhook), { name: 'Ada' })).status).toBe(404);
  });

  it('lists all executions, oldest first, across several pages', async () => {
    const many = { ...webhook, parameters: { ...webhook.parameters, path: 'many' }, webhookId: 'many' };
    const { id } = await createWorkflow(n8n, workflowOf('Greets many', many, greet));
    await publishWorkflow(n8n, id);
    for (let at = 0; at < 105; at += 1) await send(webhookUrl(n8n, many), { name: at });
    const executions = await waitForExecutions(n8n, id, { count: 105 });
    const greetings = executions.map((execution) => outputOf(execution, 'Greet')[0]?.['greeting']);
    expect(greetings).toEqual(Array.from({ length: 105 }, (_, at) => `Hello ${at}`));
    await unpublishWorkflow(n8n, id);
  });

  it('runs the trigger of a community package under its published name', async () => {
    const then = { ...fail, type: 'n8n-nodes-base.noOp', name: 'Then', parameters: {} };
    const { id } = await createWorkflow(n8n, workflowOf('Echoes', echo, then));
    await publishWorkflow(n8n, id);
    const response = await send(webhookUrl(n8n, echo, 'echo'), { sound: 'hoo' });
    expect(await response.json()).toEqual({ heard: true });
    const [execution] = await waitForExecutions(n8n, id, { status: 'success' });
    expect(execution && outputOf(execution, 'Then')).toEqual([{ sound: 'hoo' }]);
  });

  it('reports why a trigger could not register itself', async () => {
    const refused = { ...echo, parameters: { refuse: true }, webhookId: 'refused' };
    const { id } = await createWorkflow(n8n, workflowOf('Refuses', refused, greet));
    await expect(publishWorkflow(n8n, id)).rejects.toThrow('The echo is not to be disturbed');
  });

  it('refuses to publish two workflows with the same URL, and reports why', async () => {
    const taken = { ...webhook, parameters: { ...webhook.parameters, path: 'taken' } };
    const first = await createWorkflow(n8n, workflowOf('First', { ...taken, webhookId: 'first' }, greet));
    const second = await createWorkflow(n8n, workflowOf('Second', { ...taken, webhookId: 'second' }, greet));
    await publishWorkflow(n8n, first.id);
    await expect(publishWorkflow(n8n, second.id)).rejects.toThrow(/conflict/i);
    await unpublishWorkflow(n8n, first.id);
  });

  it('runs a workflow like the button in the editor, and stores the error when it fails', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Fails', manualTrigger, fail));
    const execution = await waitForExecution(n8n, await runManually(n8n, id, 'Start'));
    expect(execution.status).toBe('error');
    expect(execution.data.resultData.error?.message).toBe('The well is dry');
    expect((await listExecutions(n8n, id)).map((each) => each.id)).toEqual([execution.id]);
  });

  it('reports that a trigger waits for a call instead of waiting forever', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Waits', webhook, greet));
    await expect(runManually(n8n, id, 'Webhook')).rejects.toThrow('publish the workflow');
  });

  it('lists the existing executions when the expected one does not arrive', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Fails again', manualTrigger, fail));
    const run = await runManually(n8n, id, 'Start');
    await waitForExecution(n8n, run);
    const waiting = waitForExecutions(n8n, id, { status: 'success', timeoutSeconds: 0.3 });
    await expect(waiting).rejects.toThrow(`there are: ${run} error`);
    expect((await readExecution(n8n, run)).workflowId).toBe(id);
  });

  it('tests a credential against its service', async () => {
    const data = { apiKey: 'wrong', baseUrl: `${n8n.baseUrl}/api/v1` };
    const credential = await createCredential(n8n, 'A wrong key', 'n8nApi', data);
    expect(await testCredential(n8n, credential, data)).toMatchObject({ status: 'Error' });
    const right = { ...data, apiKey: await newKey() };
    const working = await createCredential(n8n, 'A right key', 'n8nApi', right);
    expect(await testCredential(n8n, working, right)).toMatchObject({ status: 'OK' });
  });

  it('lists the entries of a resource locator', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Is listed', manualTrigger, greet));
    const data = { apiKey: await newKey(), baseUrl: `${n8n.baseUrl}/api/v1` };
    const credential = await createCredential(n8n, 'n8n', 'n8nApi', data);
    const { results } = await listSearch(
      n8n,
      {
        type: 'n8n-nodes-base.n8n',
        typeVersion: 1,
        parameters: { resource: 'workflow', operation: 'get' },
        credentials: { n8nApi: credential },
      },
      { method: 'searchWorkflows', parameter: 'workflowId' },
    );
    expect(results).toContainEqual(expect.objectContaining({ value: id }));
  });

  it("passes on n8n's error message", async () => {
    const asking = n8n.api.rest('GET', 'workflows/none');
    await expect(asking).rejects.toThrow(/answered 40[34] to GET \/rest\/workflows\/none: /);
  });

  describe('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    it('signs the owner in and shows a workflow, without external requests', async () => {
      const { id } = await createWorkflow(n8n, workflowOf('Is looked at', manualTrigger, greet));
      const editor = await openEditor(n8n, browser);
      await openWorkflow(editor, id);
      expect(await editor.page.locator('[data-test-id="canvas-node"]').count()).toBe(2);
      await mkdir(outputFolder, { recursive: true });
      await editor.page.screenshot({ path: join(outputFolder, 'n8n-canvas.png') });
      expect(editor.outsideRequests).toEqual([]);
      expect(editor.pageErrors).toEqual([]);
    });
  });
});

describe('starting n8n', () => {
  it("fails with n8n's output when its port is in use", async () => {
    const other = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const reason = /n8n did not start: it ended with 1[^]*port \d+ is already in use/;
    await expect(startN8n({ port })).rejects.toThrow(reason);
    await new Promise((resolve) => other.close(resolve));
  });

  it('stops n8n when its parent process ends, even if that is killed', async () => {
    const server = JSON.stringify(join(projectRoot, 'test', 'support', 'n8n-server', 'n8n-server.ts'));
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-n8n-'));
    const start = `await startN8n({ folder: ${JSON.stringify(folder)} })`;
    const script = `const { startN8n } = await import(${server}); console.log((${start}).pid);`;
    const parent = spawn(node24(), ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    for (let tries = 0; isRunning(pid) && tries < 600; tries += 1) await sleep(200);
    expect(isRunning(pid)).toBe(false);
    await rm(folder, { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
