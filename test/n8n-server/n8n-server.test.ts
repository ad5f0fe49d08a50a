import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../machine/chromium.ts';
import { outputFolder } from '../machine/paths.ts';
import { createCredential, testCredential } from './credentials.ts';
import { openEditor, openWorkflow } from './editor.ts';
import { listExecutions, outputOf, readExecution, waitForExecution, waitForExecutions } from './executions.ts';
import { listSearch } from './list-search.ts';
import { startN8n } from './n8n-server.ts';
import type { N8n } from './n8n-server.ts';
import { createWorkflow, publishWorkflow, runManually, unpublishWorkflow, webhookUrl } from './workflows.ts';
import type { WorkflowJson, WorkflowNode } from './workflows.ts';

const webhook: WorkflowNode = {
  id: 'webhook',
  name: 'Webhook',
  type: 'n8n-nodes-base.webhook',
  typeVersion: 2.1,
  position: [0, 0],
  webhookId: '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c01',
  parameters: { path: 'greet', httpMethod: 'POST', responseMode: 'lastNode' },
};

const start: WorkflowNode = {
  id: 'start',
  name: 'Start',
  type: 'n8n-nodes-base.manualTrigger',
  typeVersion: 1,
  position: [0, 0],
  parameters: {},
};

const greet: WorkflowNode = {
  id: 'greet',
  name: 'Greet',
  type: 'n8n-nodes-base.set',
  typeVersion: 3.4,
  position: [220, 0],
  parameters: {
    assignments: {
      assignments: [{ id: 'a', name: 'greeting', value: "={{ 'Hello ' + ($json.body?.name ?? 'you') }}", type: 'string' }],
    },
  },
};

const fail: WorkflowNode = {
  id: 'fail',
  name: 'Fail',
  type: 'n8n-nodes-base.stopAndError',
  typeVersion: 1,
  position: [220, 0],
  parameters: { errorMessage: 'The well is dry' },
};

function workflowOf(name: string, first: WorkflowNode, second: WorkflowNode): WorkflowJson {
  const connections = { [first.name]: { main: [[{ node: second.name, type: 'main', index: 0 }]] } };
  return { name, nodes: [first, second], connections };
}

function send(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a real n8n', () => {
  let n8n: N8n;
  beforeAll(async () => {
    n8n = await startN8n();
  });
  afterAll(() => n8n.stop());

  it('answers a call to a published webhook with what the last node made, and keeps the execution', async () => {
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

  it('finds all executions, the first one first, when there are more than one page of them', async () => {
    const many = { ...webhook, parameters: { ...webhook.parameters, path: 'many' }, webhookId: 'many' };
    const { id } = await createWorkflow(n8n, workflowOf('Greets many', many, greet));
    await publishWorkflow(n8n, id);
    for (let at = 0; at < 105; at += 1) await send(webhookUrl(n8n, many), { name: at });
    const executions = await waitForExecutions(n8n, id, { count: 105 });
    const greetings = executions.map((execution) => outputOf(execution, 'Greet')[0]?.['greeting']);
    expect(greetings).toEqual(Array.from({ length: 105 }, (_, at) => `Hello ${at}`));
    await unpublishWorkflow(n8n, id);
  });

  it('refuses to publish two workflows at one address, and says why', async () => {
    const taken = { ...webhook, parameters: { ...webhook.parameters, path: 'taken' } };
    const first = await createWorkflow(n8n, workflowOf('First', { ...taken, webhookId: 'first' }, greet));
    const second = await createWorkflow(n8n, workflowOf('Second', { ...taken, webhookId: 'second' }, greet));
    await publishWorkflow(n8n, first.id);
    await expect(publishWorkflow(n8n, second.id)).rejects.toThrow(/conflict/i);
    await unpublishWorkflow(n8n, first.id);
  });

  it('runs a workflow as the button in the editor does, and keeps the reason when it fails', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Fails', start, fail));
    const execution = await waitForExecution(n8n, await runManually(n8n, id, 'Start'));
    expect(execution.status).toBe('error');
    expect(execution.data.resultData.error?.message).toBe('The well is dry');
    expect((await listExecutions(n8n, id)).map((each) => each.id)).toEqual([execution.id]);
  });

  it('says that a trigger waits for a call, instead of waiting for ever', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Waits', webhook, greet));
    await expect(runManually(n8n, id, 'Webhook')).rejects.toThrow('publish the workflow');
  });

  it('says what there is instead of the execution that was waited for', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Fails again', start, fail));
    const run = await runManually(n8n, id, 'Start');
    await waitForExecution(n8n, run);
    const waiting = waitForExecutions(n8n, id, { status: 'success', timeoutSeconds: 0.3 });
    await expect(waiting).rejects.toThrow(`there are: ${run} error`);
    expect((await readExecution(n8n, run)).workflowId).toBe(id);
  });

  it('tests a credential against the service it is for', async () => {
    const data = { accessToken: 'a token that nobody gave', baseUrl: n8n.baseUrl };
    const credential = await createCredential(n8n, 'n8n itself', 'n8nApi', { apiKey: 'wrong', baseUrl: `${n8n.baseUrl}/api/v1` });
    const result = await testCredential(n8n, credential, { ...data, apiKey: 'wrong', baseUrl: `${n8n.baseUrl}/api/v1` });
    expect(result.status).toBe('Error');
  });

  it('lists the choices of a resource locator', async () => {
    const { id } = await createWorkflow(n8n, workflowOf('Is listed', start, greet));
    const key = await n8n.api.rest<{ rawApiKey: string }>('POST', 'api-keys', {
      label: 'for the n8n node',
      expiresAt: null,
      scopes: ['workflow:list', 'workflow:read'],
    });
    const data = { apiKey: key.rawApiKey, baseUrl: `${n8n.baseUrl}/api/v1` };
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

  it('passes on what n8n says when it refuses', async () => {
    await expect(n8n.api.rest('GET', 'workflows/none')).rejects.toThrow(/answered 40[34] to GET \/rest\/workflows\/none: \w+/);
  });

  describe('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser.close());

    it('signs the owner in and shows a workflow, asking nobody outside', async () => {
      const { id } = await createWorkflow(n8n, workflowOf('Is looked at', start, greet));
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
  it('fails with what n8n printed, and leaves nothing behind, when n8n cannot start', async () => {
    let folder = '';
    const starting = startN8n({ env: { DB_TYPE: 'postgresdb', DB_POSTGRESDB_HOST: '127.0.0.1', DB_POSTGRESDB_PORT: '1' } });
    await expect(starting.catch((error: Error) => {
      folder = /N8N_USER_FOLDER=(\S+)/.exec(error.message)?.[1] ?? '';
      throw error;
    })).rejects.toThrow(/n8n did not start[^]*(ECONNREFUSED|database)/i);
    expect(existsSync(folder)).toBe(false);
  });
});
