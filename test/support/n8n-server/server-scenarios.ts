import { createCredential, testCredential } from './credentials.ts';
import { listExecutions, outputOf, readExecution, waitForExecution, waitForExecutions } from './executions.ts';
import { listSearch } from './list-search.ts';
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

/**
 * What the functions of this folder do with a real n8n, which needs the package of `packEcho`.
 * @param server returns it, once it has started
 */
export function serverScenarios(server: () => N8n): void {
  let n8n: N8n;
  beforeAll(() => {
    n8n = server();
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
    for (let at = 0; at < 12; at += 1) await send(webhookUrl(n8n, many), { name: at });
    const executions = await waitForExecutions(n8n, id, { count: 12 });
    const greetings = executions.map((execution) => outputOf(execution, 'Greet')[0]?.['greeting']);
    expect(greetings).toEqual(Array.from({ length: 12 }, (_, at) => `Hello ${at}`));
    expect((await listExecutions(n8n, id, 5)).map((each) => each.id)).toEqual(executions.map((each) => each.id));
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
}
