import { services } from '../../shared/src/catalog.ts';
import { readTemplate, templates } from './flows/templates.ts';
import type { Flow } from './flows/flow.ts';
import type { Credential } from '../support/n8n-server/credentials.ts';
import { goTo, leaveWorkflow, openWorkflow, type Editor } from '../support/n8n-server/editor.ts';
import { waitForExecutions } from '../support/n8n-server/executions.ts';
import type { N8n } from '../support/n8n-server/n8n-server.ts';
import {
  createWorkflow,
  manualTrigger,
  publishWorkflow,
  webhookUrl,
  workflowOf,
  type WorkflowNode,
} from '../support/n8n-server/workflows.ts';
import type { Sandbox } from '../doubles/sandbox.ts';
import { addAction, closeForm, executeStep, findNode, fitCanvas, openForm, openList, pick } from './canvas.ts';
import type { EditorWorld } from './editor-world.ts';

/** What users see of the nodes in the editor. @param world returns the running servers, once they have started */
export function editorScenarios(world: () => EditorWorld): void {
  let sandbox: Sandbox;
  let n8n: N8n;
  let editor: Editor;
  let credentials: Readonly<Record<string, Credential>>;
  beforeAll(() => {
    ({ sandbox, n8n, editor, credentials } = world());
  });

  async function openNewWorkflow(name: string): Promise<void> {
    const { id } = await createWorkflow(n8n, workflowOf(name, manualTrigger));
    await openWorkflow(editor, id);
  }

  it('finds the node of every service by its name', async () => {
    await openNewWorkflow('Is searched');
    for (const { name, operations, triggers } of services) {
      // n8n shows the name of the trigger if the node has only one event and no other actions.
      const shown = operations.length === 0 && triggers.length === 1 ? `${name} Trigger` : name;
      expect(await (await findNode(editor, name, `Pipewright ${shown}`)).isVisible()).toBe(true);
    }
  });

  /** A trigger with a credential of the sandbox. */
  function triggerNode(node: string, webhookId: string, type: string, parameters: WorkflowNode['parameters']) {
    const { id, name } = credentials[type] ?? { id: '', name: '' };
    return {
      id: 'trigger',
      name: 'When Data Is Ready',
      type: `n8n-nodes-pipewright-${node}`,
      typeVersion: 2,
      position: [0, 0],
      webhookId,
      credentials: { [type]: { id, name } },
      parameters,
    } satisfies WorkflowNode;
  }

  it('lists a rejected event as a failed execution with the reason', async () => {
    const trigger = triggerNode(
      'extras.signedWebhookTrigger',
      '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c51',
      'pipewrightWebhookSecretApi',
      { scheme: 'github' },
    );
    const workflow = await createWorkflow(n8n, workflowOf('Refuses', trigger));
    await publishWorkflow(n8n, workflow.id);
    const forged = {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
    };
    for (let count = 0; count < 3; count += 1)
      expect((await fetch(webhookUrl(n8n, trigger, 'webhook'), forged)).status).toBe(401);
    const [failed, ...others] = await waitForExecutions(n8n, workflow.id, {});
    expect([failed?.status, others]).toEqual(['error', []]);
    await leaveWorkflow(editor);
    const preview = editor.page.locator('[data-test-id="execution-preview-label"]');
    await goTo(editor, `/workflow/${workflow.id}/executions/${failed?.id}`, preview);
  });

  it('returns a sample event of a trigger at a click, without waiting for a delivery', async () => {
    const trigger = triggerNode(
      'quantemplate.quantemplateTrigger',
      '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c52',
      'pipewrightQuantemplateApi',
      { event: 'datasetUpdated', datasets: ['d-claims'] },
    );
    const workflow = await createWorkflow(n8n, workflowOf('Is tried', trigger));
    await openWorkflow(editor, workflow.id);
    expect(await editor.page.locator('[data-test-id="canvas-node"]').innerText()).toContain(
      'dataset updated: d-claims',
    );
    await openForm(editor);
    const output = await executeStep(editor);
    expect(output).toContain('d-claims');
    expect(output).toContain('This is a sample event.');
    await closeForm(editor);
  });

  it('shows at once why an event was rejected while it listens', async () => {
    const trigger = triggerNode(
      'quantemplate.quantemplateTrigger',
      '1f3a1a52-6a35-4c2f-9a55-0f0d7b1a9c53',
      'pipewrightQuantemplateApi',
      { event: 'datasetUpdated', testWith: 'nextEvent' },
    );
    const workflow = await createWorkflow(n8n, workflowOf('Listens', trigger));
    await openWorkflow(editor, workflow.id);
    await openForm(editor);
    await editor.page.locator('[data-test-id="node-execute-button"]').click();
    await editor.page.locator('[data-test-id="trigger-listening"]').waitFor();
    const url = webhookUrl(n8n, trigger, 'webhook').replace('/webhook/', '/webhook-test/');
    const unsigned = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect((await fetch(url, unsigned)).status).toBe(401);
    const error = editor.page.locator('[data-test-id="node-error-message"]').first();
    await error.waitFor();
    expect(await error.innerText()).toContain('An event was rejected.');
    await closeForm(editor);
  });

  it('finds a node by common names of its service', async () => {
    await openNewWorkflow('Is searched for by another name');
    expect(await (await findNode(editor, 'ADF', 'Pipewright Azure Data Factory')).isVisible()).toBe(true);
  });

  it('selects a pipeline from the list, shows a field for each of its parameters with its type and default, runs it and shows the result', async () => {
    await openNewWorkflow('Has parameters');
    await addAction(editor, 'Pipewright Azure Data Factory', 'Run pipeline');
    await pick(editor, 'factory', 'contoso-factory');
    const pipelines = await openList(editor, 'pipeline');
    expect(await pipelines.allInnerTexts()).toEqual(expect.arrayContaining(['Load_sources (Nightly)']));
    await pipelines.filter({ hasText: 'Run_KPI_notebook' }).first().click();
    const form = editor.page.locator('[data-test-id="resource-mapper-container"]');
    await form.getByText('reportDate').first().waitFor();
    for (const name of ['reportDate', 'regions', 'fullRefresh', 'topN'])
      expect(await form.getByText(name).first().isVisible()).toBe(true);
    const output = await executeStep(editor);
    expect(output).toContain('Run_KPI_notebook');
    expect(output).toContain('succeeded');
    expect(sandbox.control.log().runs.dataFactory.at(-1)).toMatchObject({ parameters: { reportDate: '2026-01-31' } });
    await closeForm(editor);
  });

  it('shows the run card, which is filled from the previous node', async () => {
    const { id, name } = credentials['pipewrightSlackApi'] ?? { id: '', name: '' };
    const card: WorkflowNode = {
      id: 'card',
      name: 'Post Run Card',
      type: 'n8n-nodes-pipewright-extras.slack',
      typeVersion: 1,
      position: [0, 0],
      credentials: { pipewrightSlackApi: { id, name } },
      parameters: { resource: 'runCard', operation: 'postRunCard' },
    };
    const workflow = await createWorkflow(n8n, workflowOf('Describe a run', card));
    await openWorkflow(editor, workflow.id);
    await openForm(editor);
    expect(await editor.page.locator('[data-test-id="node-parameters"]').innerText()).toContain('$json');
    await closeForm(editor);
  });

  it('shows the Passed and Failed outputs of checks of every node that has them', async () => {
    const held = (...types: string[]) =>
      Object.fromEntries(types.map((type) => [type, { id: credentials[type]?.id ?? '', name: type }]));
    const check = (node: Partial<WorkflowNode>, path: string, y: number): WorkflowNode => ({
      id: path,
      name: path,
      type: '',
      typeVersion: 1,
      position: [250, y],
      parameters: {
        operation: 'checkDataset',
        source: 'url',
        url: `${sandbox.baseUrl}/web/public/${path}`,
        rules: { rows: [{ rule: 'rowsAtLeast', value: '2' }] },
      },
      ...node,
    });
    const whole = check({ type: 'n8n-nodes-pipewright-extras.dataset' }, 'claims.csv', 0);
    const table = check(
      { type: 'n8n-nodes-pipewright-sql.sqlTable', credentials: held('pipewrightSqlApi') },
      'claims.zip',
      250,
    );
    const rows = {
      ...check({ type: 'n8n-nodes-pipewright-extras.dataset' }, 'export', 500),
    };
    rows.parameters = { ...rows.parameters, operation: 'getRows' };
    const workflow = await createWorkflow(n8n, {
      name: 'Checks datasets',
      nodes: [manualTrigger, whole, table, rows],
      connections: {
        [manualTrigger.name]: {
          main: [[whole, table, rows].map(({ name }) => ({ node: name, type: 'main', index: 0 }))],
        },
      },
    });
    await openWorkflow(editor, workflow.id);
    await fitCanvas(editor);
    const labelsOf = (name: string) =>
      editor.page
        .locator('[data-test-id="canvas-node"]')
        .filter({ hasText: name })
        .locator('[data-test-id="canvas-node-output-handle"]')
        .allInnerTexts();
    expect(await labelsOf('claims.csv')).toEqual(['Passed', 'Failed']);
    expect(await labelsOf('claims.zip')).toEqual(['Passed', 'Failed']);
    expect(await labelsOf('export')).toEqual(['']);
  });

  it('adds rules as rows, each with the fields that its rule needs', async () => {
    await openNewWorkflow('Has rules');
    await addAction(editor, 'Pipewright Dataset', 'Check dataset');
    const input = (field: string) => editor.page.locator(`[data-test-id="parameter-input-${field}"]`);
    for (const [index, rule] of ['Is Not Empty', 'Row Count Is At Least'].entries()) {
      await editor.page.locator('[data-test-id="fixed-collection-add"]').first().click();
      await input('rule').nth(index).locator('input').first().click();
      await editor.page.locator('.el-select-dropdown__item:visible').filter({ hasText: rule }).first().click();
    }
    await input('value').first().waitFor();
    expect([await input('column').count(), await input('value').count()]).toEqual([1, 1]);
    await closeForm(editor);
  });

  it('shows which step of a pipeline failed, why, and what to do', async () => {
    await openNewWorkflow('Fails');
    await addAction(editor, 'Pipewright Azure Data Factory', 'Run pipeline');
    await pick(editor, 'factory', 'contoso-factory');
    await pick(editor, 'pipeline', 'Broken_export');
    const output = await executeStep(editor);
    expect(output).toContain(
      "The run of Broken_export failed at “Write file”: The container 'exports' does not exist (code 2200).",
    );
    expect(output).toMatch(/Check that the object in the message exists/);
    await closeForm(editor);
  });

  it.each(Object.entries(templates) as [Flow['key'], string][])(
    'shows the template %s, %s, without issues',
    async (key) => {
      const { id } = await createWorkflow(n8n, await readTemplate(key, credentials, 'claims'));
      await openWorkflow(editor, id);
      await fitCanvas(editor);
      expect(
        await editor.page.locator('[data-test-id="canvas-node-status-icons"] [data-test-id="node-issues"]').count(),
      ).toBe(0);
    },
  );
}
