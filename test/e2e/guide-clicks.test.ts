import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/machine/chromium.ts';
import { sandboxCredentials } from '../adapters/n8n/credentials.ts';
import { packedPackages } from '../adapters/n8n/build-package.ts';
import { createCredential } from '../support/n8n-server/credentials.ts';
import { openEditor, type Editor } from '../support/n8n-server/editor.ts';
import { waitForExecutions } from '../support/n8n-server/executions.ts';
import { startN8n, type N8n } from '../support/n8n-server/n8n-server.ts';
import { sandboxConnections } from '../doubles/connections.ts';
import { startSandbox, type Sandbox } from '../doubles/sandbox.ts';
import { keepPicture } from './canvas.ts';
import { ClickingUser } from './clicking-user.ts';

let sandbox: Sandbox;
let n8n: N8n;
let browser: Browser;
let editor: Editor;
let user: ClickingUser;

beforeAll(async () => {
  sandbox = await startSandbox();
  sandbox.control.setDurations({ queuedMilliseconds: 10, runningMilliseconds: 100 });
  n8n = await startN8n({ packages: await packedPackages(), editor: true });
  for (const [type, data] of Object.entries(sandboxCredentials(sandbox))) await createCredential(n8n, type, type, data);
  browser = await openBrowser();
  editor = await openEditor(n8n, browser);
});

beforeEach(async () => {
  user = new ClickingUser(editor);
  await user.openWorkflow();
});

afterAll(async () => {
  await browser?.close();
  await n8n?.stop();
  await sandbox?.stop();
});

/** The fields for the parameters of a pipeline or report. */
const parameterForm = () => user.find('resource-mapper-container');

it('a new user builds guide 000 in 20 clicks, with stored credentials, tries both steps and publishes it', async () => {
  await user.addFirst('Quantemplate', 'Pipewright Quantemplate', 'On dataset updated');
  const url = await user.copyProductionUrl();
  const sample = await user.execute();
  expect(sample).toContain('d-claims');
  await keepPicture(editor, 'guide-000-sample');
  await user.close();
  await user.addAfter('Quantemplate Trigger', 'Data Factory', 'Pipewright Azure Data Factory', 'Run pipeline');
  await user.pick('factory', 'contoso-factory');
  await user.pick('pipeline', 'QT_fetch_data');
  await parameterForm().getByText('DatasetID').first().waitFor();
  await keepPicture(editor, 'guide-000-parameters');
  await user.drag('datasetId', parameterForm().locator('input'));
  await parameterForm().getByText('$json.datasetId').first().waitFor();
  expect(await user.execute()).toContain('succeeded');
  await keepPicture(editor, 'guide-000-run');
  await user.close();
  await user.publish();
  await keepPicture(editor, 'guide-000-published');
  expect(user.clicks).toBe(20);

  const runsBefore = sandbox.control.log().runs.dataFactory.length;
  const value = sandboxConnections(sandbox).quantemplate.webhookSecret;
  const event = { id: 'event-000', name: 'DatasetUpdated', payload: { datasetId: 'd-premiums' } } as const;
  const receiver = { url, secret: { kind: 'header', name: 'X-Webhook-Secret', value } } as const;
  expect(await sandbox.control.sendQuantemplateEvent(receiver, event)).toMatchObject({ status: 200 });
  const workflowId = /workflow\/(\w+)/.exec(editor.page.url())?.[1] ?? '';
  // Each step was executed once in the editor.
  const executions = await waitForExecutions(n8n, workflowId, { status: 'success', count: 3 });
  expect(executions.map(({ mode }) => mode)).toEqual(['manual', 'manual', 'trigger']);
  expect(sandbox.control.log().runs.dataFactory.slice(runsBefore)).toMatchObject([
    { pipelineName: 'QT_fetch_data', status: 'Succeeded', parameters: { DatasetID: 'd-premiums' } },
  ]);
});

it('a new user builds guide 002 in 12 clicks and tries both steps on the way, with stored credentials', async () => {
  await user.addFirst('dbt', 'Pipewright dbt', 'On job run completed');
  await keepPicture(editor, 'guide-002-trigger');
  const sample = await user.execute();
  expect(sample).toContain('succeeded');
  await keepPicture(editor, 'guide-002-sample');
  await user.close();
  await user.addAfter('dbt Trigger', 'Mode', 'Pipewright Mode', 'Run report');
  await keepPicture(editor, 'guide-002-mode-empty');
  await user.pick('report', 'Weekly claims KPI');
  await parameterForm().getByText('country').first().waitFor();
  await keepPicture(editor, 'guide-002-mode');
  await parameterForm().locator('input').first().fill('GB');
  expect(await user.execute()).toContain('succeeded');
  await keepPicture(editor, 'guide-002-run');
  await user.close();
  expect(user.clicks).toBe(12);
});
